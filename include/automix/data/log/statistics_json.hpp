// SPDX-License-Identifier: Apache-2.0
// This file reads and writes statistics as JSON, one cell per line:
//     {"schema":"automix-statistics/1",
//      "models":[{"name":..,"verified":"verdicts","confidence" or "none","draws":..},..],
//      "folds":[{"answer_prices":[..],"draw_prices":[..],"cells":[{"evidence":[..],"weight":..,"scores":[..],
//                "products":[..]},..],"pluralities":[[[weight,score,stayed,grew,[scores]],..],..]},..]}
// Evidence has one entry for each model but the last: `[parsed,positive]`, a confidence, or null if it is not verified.
// A model may have `"verifier"`, the name of its verifier, and `"further":[{"name":..,"verified":..,"draws":..},..]`; then
// evidence has one more entry for each of these, model by model, and folds have `further_draw_prices` in that order.
// Products are a models x models matrix row by row. `pluralities` (by n, then t; one list for each model but the last)
// may be left out. `"logs":[{"ids":"16 hexadecimal digits","sample":["16 hexadecimal digits",..]},..]` before the folds
// has a digest of the ids of each log and their smallest hashes. A digest alone is read too; then logs that overlap in
// part are not noticed. If all are left out, the same log merged twice is not noticed either. `"strata":[{"name":..,
// "folds":[..]},..]` behind the folds has the same sums by stratum and may be left out. Statistics survive to the bit. Linear in the cells.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/json/document_checks.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

inline constexpr std::string_view statistics_schema = "automix-statistics/1";

namespace detail {

/// Returns JSON on one line. Bytes of names that are not UTF-8 are replaced.
std::string line_of(const nlohmann::ordered_json& json);

nlohmann::ordered_json models_json(const std::vector<ModelShape>& models);

/// Returns the text of statistics as `nlohmann::json::dump` writes their document: on one line, with sorted keys.
std::string sorted_statistics_text(const Statistics& statistics);

/// A parser of statistics, as a document of their own or as part of another one.
class StatisticsParser : DocumentChecks {
 public:
    explicit StatisticsParser(const std::string& name) : DocumentChecks(name) {}

    Statistics parse(const nlohmann::json& json, const std::string& field) const;

    /// Parses the member `models` of an object.
    std::vector<ModelShape> models(const nlohmann::json& json, const std::string& field) const;

 private:
    /// Runs a check whose messages name fields inside `field`.
    template <class Check>
    void require_valid(const std::string& field, Check check) const {
        try {
            check();
        } catch (const DataError& error) {
            fail(inside(field, error.place().field), error.detail());
        }
    }

    /// Throws `DataError` with the field of a number that is probably a mean. `field` holds the folds.
    void require_sums(const Statistics& statistics, const std::string& field) const;

    /// Parses name, kind and draws of a further verifier, or of a model.
    VerifierShape verifier_shape(const nlohmann::json& json, const std::string& field) const;

    std::vector<LogDigest> logs(const nlohmann::json& json, const std::string& field) const;

    std::uint64_t digits(const nlohmann::json& json, const std::string& field) const;

    std::vector<FoldStatistics> folds(const nlohmann::json& json, const std::string& field,
                                      const std::vector<ModelShape>& models) const;

    FoldStatistics fold(const nlohmann::json& json, const std::string& field,
                        const std::vector<ModelShape>& models) const;

    EvidenceCell cell(const nlohmann::json& json, const std::string& field,
                      const std::vector<ModelShape>& models) const;

    Verification evidence(const nlohmann::json& json, const std::string& field, VerificationKind kind) const;

    std::vector<PluralitySums> pluralities(const nlohmann::json& json, const std::string& field) const;

    PluralityCell plurality_cell(const nlohmann::json& json, const std::string& field) const;
};

}  // namespace detail

/// Returns the text of statistics, with a line feed at its end. Throws the errors of `validate`.
[[nodiscard]] std::string to_statistics_text(const Statistics& statistics);

/// Returns statistics from their text, which messages call `name`. Throws `DataError` with file and field for any
/// error: unknown keys, another version, and statistics that `validate` refuses.
[[nodiscard]] Statistics parse_statistics(std::string_view text, const std::string& name);

/// Reads statistics from a file. Throws as `parse_statistics`, and if the file cannot be read.
[[nodiscard]] Statistics read_statistics(const std::string& path);

/// Replaces the file. Throws as `to_statistics_text`, and `DataError` if the file cannot be written.
void write_statistics(const std::string& path, const Statistics& statistics);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/statistics_json_inl.hpp>
#endif
