// SPDX-License-Identifier: Apache-2.0
// The report of training the POMDP router as JSON and back. Field names are those of `PomdpReport`. `base_slope` is
// null if it does not exist, with the reason in `base_slope_undefined`. `ibc` and `quality` are null for other
// objectives, and `promises` stands only in those of a promise.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/pomdp_report.hpp>
#include <automix/routing/json/explanation_json.hpp>
#include <automix/routing/objective.hpp>
#include <automix/routing/promise_certificate.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace automix {

nlohmann::ordered_json to_json(const ContextWorth& context);

nlohmann::ordered_json to_json(const PromiseCertificate& certificate);

nlohmann::ordered_json to_json(const PomdpReport& report);

namespace detail {

/// A parser of reports, with the parts that it shares with other parsers: numbers and objectives.
class ReportParser : protected DocumentChecks {
 protected:
    using DocumentChecks::DocumentChecks;

    /// Returns the result of `make`. Reports an `ArgumentError` of `make` as an error in the data.
    template <class Make>
    auto as_data(Make make, const std::string& field) const {
        try {
            return make();
        } catch (const ArgumentError& error) {
            fail(field, error.what());
        }
    }

    double number(const nlohmann::json& json, const std::string& field, const char* key) const;

    Objective objective(const nlohmann::json& json, const std::string& field) const;

    PomdpReport report(const nlohmann::json& json, const std::string& field) const;

    ContextWorth context(const nlohmann::json& json, const std::string& field) const;

    PromiseCertificate certificate(const nlohmann::json& json, const std::string& field) const;
};

}  // namespace detail
}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/json/detail/pomdp_report_json_inl.hpp>
#endif
