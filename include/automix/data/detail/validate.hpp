// SPDX-License-Identifier: Apache-2.0
// This file checks a record from any source. It must have an id, one entry for each model and valid prices. Scores and
// confidences must be in [0, 1], signals must be finite, and there must be as many sample scores as samples. The signals
// and the verifiers of an answer must have different names. O(models + samples + signals^2).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/data/category.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

/// Throws `DataError` with `place` and the field that is wrong. The record must have an entry for each name in
/// `models`.
inline void require_valid(const Record& record, const std::vector<std::string>& models,
                          const Place& place = {}) {
    const auto fail = [&](const std::string& field, const std::string& message) {
        throw DataError(Place{place.file, place.line, field}, message);
    };
    if (record.id.empty()) fail("id", "expected a non-empty string");
    if (!parse_category(record.category)) {
        fail("category",
             "expected one of " + joined(category_names) + ", found " + in_quotes(record.category));
    }
    if (record.models.size() != models.size()) {
        fail("models", "expected " + std::to_string(models.size()) + " models (" + joined(models) +
                           "), found " + std::to_string(record.models.size()));
    }
    for (std::size_t m = 0; m < models.size(); ++m) {
        const auto& model = record.models[m];
        const auto field = [m](const std::string& name) {
            return "models[" + std::to_string(m) + "]." + name;
        };
        const auto check_share = [&](double value, const std::string& name) {
            if (!(value >= 0.0 && value <= 1.0)) {
                fail(field(name), "expected a number in [0, 1], found " + format_number(value));
            }
        };
        const auto check_price = [&](const std::optional<double>& value, const std::string& name) {
            if (value && !automix::is_price(*value)) fail(field(name), price_complaint(*value));
        };
        check_share(model.score, "score");
        if (model.confidence) check_share(*model.confidence, "confidence");
        check_price(model.cost, "cost");
        check_price(model.draw_cost, "draw_cost");
        for (auto verifier = model.verifiers.begin(); verifier != model.verifiers.end(); ++verifier) {
            const std::string name = "verifiers" + (verifier->name.empty() ? "" : "." + verifier->name);
            if (verifier->name.empty()) fail(field(name), "expected names, found an empty one");
            if (verifier->name == self_verifier)
                fail(field(name), "its verdicts, confidence and draw_cost are those of the model itself");
            if (std::any_of(model.verifiers.begin(), verifier,
                            [&](const VerifierRecord& other) { return other.name == verifier->name; }))
                fail(field(name), "stands twice");
            if (verifier->confidence) check_share(*verifier->confidence, name + ".confidence");
            check_price(verifier->draw_cost, name + ".draw_cost");
        }
        for (auto signal = model.signals.begin(); signal != model.signals.end(); ++signal) {
            const std::string name = field("signals") + (signal->name.empty() ? "" : "." + signal->name);
            if (signal->name.empty()) fail(name, "expected names, found an empty one");
            if (!std::isfinite(signal->value))
                fail(name, "expected a finite number, found " + format_number(signal->value));
            if (std::any_of(model.signals.begin(), signal,
                            [&](const Signal& other) { return other.name == signal->name; }))
                fail(name, "stands twice");
        }
        for (const double score : model.sample_scores) check_share(score, "sample_scores");
        if (model.sample_scores.size() != model.clusters.size()) {
            fail(field("sample_scores"), "expected one for each of " + std::to_string(model.clusters.size()) +
                                             " samples, found " + std::to_string(model.sample_scores.size()));
        }
    }
}

}  // namespace automix::detail
