// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/statistics_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/detail/sums_check.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/validate_statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/file.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/json/json_document.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The names of the kinds of verification, by `VerificationKind`.
inline constexpr std::array<std::string_view, 3> verification_names = {"none", "verdicts", "confidence"};

AUTOMIX_INLINE std::string line_of(const nlohmann::ordered_json& json) {
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// Returns what models and their further verifiers have in common.
inline nlohmann::ordered_json shape_json(const std::string& name, VerificationKind kind, int draws) {
    return {
        {"name", name}, {"verified", verification_names[static_cast<std::size_t>(kind)]}, {"draws", draws}};
}

AUTOMIX_INLINE nlohmann::ordered_json models_json(const std::vector<ModelShape>& models) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const ModelShape& model : models) {
        list.push_back(shape_json(model.name, model.kind, model.draws));
        if (model.verifier != self_verifier) list.back()["verifier"] = model.verifier;
        for (const VerifierShape& verifier : model.further)
            list.back()["further"].push_back(shape_json(verifier.name, verifier.kind, verifier.draws));
    }
    return list;
}

/// Appends a number as `nlohmann::json::dump` writes it. Whole numbers, which most sums are, take no document.
inline void append_number(std::string& text, double number) {
    constexpr double exact = 1e15;  // from here on an exponent is written
    const bool whole = std::abs(number) < exact && number == std::trunc(number) && !std::signbit(number);
    if (whole) {
        std::array<char, 20> digits;
        const auto end =
            std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<std::int64_t>(number))
                .ptr;
        text.append(digits.data(), end);
        text += ".0";
    } else {
        text += nlohmann::json(number).dump();
    }
}

inline void append_numbers(std::string& text, const std::vector<double>& numbers) {
    text += '[';
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) text += ',';
        append_number(text, numbers[i]);
    }
    text += ']';
}

inline void append_evidence(std::string& text, const std::vector<Verification>& evidence,
                            const std::vector<VerificationKind>& kinds) {
    text += '[';
    for (std::size_t i = 0; i < evidence.size(); ++i) {
        if (i > 0) text += ',';
        if (kinds[i] == VerificationKind::verdicts) {
            text +=
                '[' + std::to_string(evidence[i].parsed) + ',' + std::to_string(evidence[i].positive) + ']';
        } else if (kinds[i] == VerificationKind::confidence) {
            append_number(text, evidence[i].confidence);
        } else {
            text += "null";
        }
    }
    text += ']';
}

/// Appends a cell, with its keys in the order of files, or sorted.
inline void append_cell(std::string& text, const EvidenceCell& cell,
                        const std::vector<VerificationKind>& kinds, bool sorted) {
    text += R"({"evidence":)";
    append_evidence(text, cell.evidence, kinds);
    const auto weight = [&] {
        text += R"(,"weight":)";
        append_number(text, cell.weight);
    };
    const auto scores = [&] {
        text += R"(,"scores":)";
        append_numbers(text, cell.scores);
    };
    if (!sorted) {
        weight();
        scores();
    }
    text += R"(,"products":)";
    append_numbers(text, cell.products);
    if (sorted) {
        scores();
        weight();
    }
    text += '}';
}

inline nlohmann::ordered_json logs_json(const std::vector<LogDigest>& logs) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const LogDigest& log : logs) {
        if (log.sample.empty()) {
            list.push_back(hexadecimal(log.ids));
            continue;
        }
        nlohmann::ordered_json sample = nlohmann::ordered_json::array();
        for (const std::uint64_t hash : log.sample) sample.push_back(hexadecimal(hash));
        list.push_back({{"ids", hexadecimal(log.ids)}, {"sample", std::move(sample)}});
    }
    return list;
}

inline nlohmann::ordered_json pluralities_json(const std::vector<PluralitySums>& pluralities) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const PluralitySums& sums : pluralities) {
        nlohmann::ordered_json cells = nlohmann::ordered_json::array();
        for (const PluralityCell& cell : sums.cells)
            cells.push_back(nlohmann::ordered_json::array(
                {cell.weight, cell.score, cell.stayed, cell.grew, cell.scores}));
        all.push_back(std::move(cells));
    }
    return all;
}

inline std::string fold_text(const FoldStatistics& sums, const std::vector<ModelShape>& models) {
    nlohmann::ordered_json prices{{"answer_prices", sums.answer_prices}, {"draw_prices", sums.draw_prices}};
    if (!sums.further_draw_prices.empty()) prices["further_draw_prices"] = sums.further_draw_prices;
    std::string text = line_of(prices);
    text.back() = ',';
    const std::vector<VerificationKind> kinds = evidence_kinds(models);
    text += "\"cells\":[";
    for (const EvidenceCell& cell : sums.cells) {
        text += &cell == sums.cells.data() ? "\n" : ",\n";
        append_cell(text, cell, kinds, false);
    }
    text += ']';
    if (!sums.pluralities.empty())
        text += ",\n\"pluralities\":" + line_of(pluralities_json(sums.pluralities));
    return text + '}';
}

inline std::string folds_text(const std::vector<FoldStatistics>& folds,
                              const std::vector<ModelShape>& models) {
    std::string text = "[";
    for (const FoldStatistics& fold : folds)
        text += (&fold == folds.data() ? "\n" : ",\n") + fold_text(fold, models);
    return text + ']';
}

/// Returns the folds as a list in which all keys are sorted.
inline std::string sorted_folds_text(const std::vector<FoldStatistics>& folds,
                                     const std::vector<VerificationKind>& kinds) {
    std::string text = "[";
    for (const FoldStatistics& fold : folds) {
        text += &fold == folds.data() ? R"({"answer_prices":)" : R"(,{"answer_prices":)";
        append_numbers(text, fold.answer_prices);
        text += R"(,"cells":[)";
        for (const EvidenceCell& cell : fold.cells) {
            if (&cell != fold.cells.data()) text += ',';
            append_cell(text, cell, kinds, true);
        }
        text += R"(],"draw_prices":)";
        append_numbers(text, fold.draw_prices);
        if (!fold.further_draw_prices.empty()) {
            text += R"(,"further_draw_prices":)";
            append_numbers(text, fold.further_draw_prices);
        }
        if (!fold.pluralities.empty())
            text += R"(,"pluralities":)" + line_of(pluralities_json(fold.pluralities));
        text += '}';
    }
    return text + ']';
}

AUTOMIX_INLINE std::string sorted_statistics_text(const Statistics& statistics) {
    const std::vector<VerificationKind> kinds = evidence_kinds(statistics.models);
    nlohmann::json rest{{"models", models_json(statistics.models)}, {"schema", statistics_schema}};
    if (!statistics.logs.empty()) rest["logs"] = logs_json(statistics.logs);
    std::string text =
        R"({"folds":)" + sorted_folds_text(statistics.folds, kinds) + ',' + line_of(rest).substr(1);
    if (statistics.strata.empty()) return text;
    text.back() = ',';
    text += R"("strata":[)";
    for (const StratumStatistics& stratum : statistics.strata) {
        if (&stratum != statistics.strata.data()) text += ',';
        text += R"({"folds":)" + sorted_folds_text(stratum.folds, kinds) + R"(,"name":)" +
                line_of(stratum.name) + '}';
    }
    return text + "]}";
}

AUTOMIX_INLINE Statistics StatisticsParser::parse(const nlohmann::json& json,
                                                  const std::string& field) const {
    require_keys(json, field, std::array{"schema", "models", "logs", "folds", "strata"});
    require_schema(json, field, statistics_schema);
    Statistics statistics;
    statistics.models = models(json, field);
    if (json.contains("logs")) statistics.logs = logs(json.at("logs"), inside(field, "logs"));
    const std::string of_folds = inside(field, "folds");
    statistics.folds = folds(member(json, field, "folds"), of_folds, statistics.models);
    if (json.contains("strata")) {
        const std::string of_strata = inside(field, "strata");
        for (const nlohmann::json& stratum : array(json.at("strata"), of_strata)) {
            const std::string at = element(of_strata, statistics.strata.size());
            require_keys(stratum, at, std::array{"name", "folds"});
            statistics.strata.push_back(
                {text(member(stratum, at, "name"), inside(at, "name")),
                 folds(member(stratum, at, "folds"), inside(at, "folds"), statistics.models)});
        }
    }
    require_valid(field, [&] { validate(statistics); });
    // Statistics with ids are written by this library.
    if (statistics.logs.empty()) require_sums(statistics, of_folds);
    return statistics;
}

AUTOMIX_INLINE void StatisticsParser::require_sums(const Statistics& statistics,
                                                   const std::string& field) const {
    SumsCheck check(statistics.models.size());
    std::size_t number = 0;
    for (std::size_t f = 0; f < statistics.folds.size(); ++f) {
        const FoldStatistics& fold = statistics.folds[f];
        for (const EvidenceCell& cell : fold.cells) check.add_cell(cell, number++);
        check.add_prices(fold.weight(), fold.answer_prices, fold.draw_prices, f);
    }
    const auto finding = check.finding();
    if (!finding) return;
    const std::size_t models = statistics.models.size();
    const std::string model = "[" + std::to_string(finding->model) + "]";
    if (finding->kind == SumsCheck::Kind::answer_price || finding->kind == SumsCheck::Kind::draw_price) {
        const bool answer = finding->kind == SumsCheck::Kind::answer_price;
        fail(element(field, finding->place) + (answer ? ".answer_prices" : ".draw_prices") + model,
             finding->message);
    }
    std::size_t fold = 0;
    std::size_t cell = finding->place;
    while (cell >= statistics.folds[fold].cells.size()) cell -= statistics.folds[fold++].cells.size();
    const std::string at = element(element(field, fold) + ".cells", cell);
    if (finding->kind == SumsCheck::Kind::score) fail(at + ".scores" + model, finding->message);
    fail(element(at + ".products", finding->model * models + finding->other), finding->message);
}

AUTOMIX_INLINE std::vector<ModelShape> StatisticsParser::models(const nlohmann::json& json,
                                                                const std::string& field) const {
    std::vector<ModelShape> shapes;
    const std::string of_models = inside(field, "models");
    for (const nlohmann::json& model : array(member(json, field, "models"), of_models)) {
        const std::string at = element(of_models, shapes.size());
        require_keys(model, at, std::array{"name", "verified", "draws", "verifier", "further"});
        VerifierShape own = verifier_shape(model, at);
        ModelShape shape{.name = std::move(own.name), .kind = own.kind, .draws = own.draws};
        if (model.contains("verifier")) shape.verifier = text(model.at("verifier"), at + ".verifier");
        if (model.contains("further")) {
            const std::string of_further = at + ".further";
            for (const nlohmann::json& verifier : array(model.at("further"), of_further)) {
                const std::string place = element(of_further, shape.further.size());
                require_keys(verifier, place, std::array{"name", "verified", "draws"});
                shape.further.push_back(verifier_shape(verifier, place));
            }
        }
        shapes.push_back(std::move(shape));
    }
    require_valid(field, [&] { StatisticsCheck(shapes).check_models(); });
    return shapes;
}

AUTOMIX_INLINE VerifierShape StatisticsParser::verifier_shape(const nlohmann::json& json,
                                                              const std::string& field) const {
    VerifierShape shape;
    shape.name = text(member(json, field, "name"), field + ".name");
    shape.kind = static_cast<VerificationKind>(
        choice(member(json, field, "verified"), field + ".verified", verification_names));
    shape.draws = whole(member(json, field, "draws"), field + ".draws", 0);
    return shape;
}

AUTOMIX_INLINE std::vector<LogDigest> StatisticsParser::logs(const nlohmann::json& json,
                                                             const std::string& field) const {
    std::vector<LogDigest> digests;
    for (const nlohmann::json& entry : array(json, field)) {
        const std::string at = element(field, digests.size());
        LogDigest digest;
        if (entry.is_object()) {
            require_keys(entry, at, std::array{"ids", "sample"});
            digest.ids = digits(member(entry, at, "ids"), at + ".ids");
            const std::string of_sample = at + ".sample";
            const nlohmann::json& sample = list(member(entry, at, "sample"), of_sample, 0, " hash");
            if (sample.size() > sampled_ids)
                fail(of_sample, "expected at most " + std::to_string(sampled_ids) + " hashes, found " +
                                    std::to_string(sample.size()));
            for (std::size_t i = 0; i < sample.size(); ++i) {
                digest.sample.push_back(digits(sample[i], element(of_sample, i)));
                if (i > 0 && digest.sample[i] < digest.sample[i - 1])
                    fail(element(of_sample, i), "expected ascending hashes");
            }
        } else {
            digest.ids = digits(entry, at);
        }
        if (!digests.empty() && digest <= digests.back()) fail(at, "expected ascending digests");
        digests.push_back(std::move(digest));
    }
    return digests;
}

AUTOMIX_INLINE std::uint64_t StatisticsParser::digits(const nlohmann::json& json,
                                                      const std::string& field) const {
    const std::optional<std::uint64_t> number = parse_hexadecimal(text(json, field));
    if (!number) fail_expected(field, "16 hexadecimal digits in lower case", json);
    return *number;
}

AUTOMIX_INLINE std::vector<FoldStatistics> StatisticsParser::folds(
    const nlohmann::json& json, const std::string& field, const std::vector<ModelShape>& models) const {
    std::vector<FoldStatistics> read;
    for (const nlohmann::json& sums : array(json, field))
        read.push_back(fold(sums, element(field, read.size()), models));
    return read;
}

AUTOMIX_INLINE FoldStatistics StatisticsParser::fold(const nlohmann::json& json, const std::string& field,
                                                     const std::vector<ModelShape>& models) const {
    require_keys(json, field,
                 std::array{"answer_prices", "draw_prices", "further_draw_prices", "cells", "pluralities"});
    FoldStatistics sums(models);
    const auto prices = [&](const char* key) {
        return numbers(member(json, field, key), inside(field, key), models.size(), ", one a model");
    };
    sums.answer_prices = prices("answer_prices");
    sums.draw_prices = prices("draw_prices");
    if (json.contains("further_draw_prices") || !sums.further_draw_prices.empty())
        sums.further_draw_prices =
            numbers(member(json, field, "further_draw_prices"), inside(field, "further_draw_prices"),
                    sums.further_draw_prices.size(), ", one a further verifier");
    const std::string of_cells = inside(field, "cells");
    const nlohmann::json& cells = array(member(json, field, "cells"), of_cells);
    sums.cells.reserve(cells.size());
    for (std::size_t c = 0; c < cells.size(); ++c)
        sums.cells.push_back(cell(cells[c], element(of_cells, c), models));
    if (json.contains("pluralities"))
        sums.pluralities = pluralities(json.at("pluralities"), inside(field, "pluralities"));
    return sums;
}

AUTOMIX_INLINE EvidenceCell StatisticsParser::cell(const nlohmann::json& json, const std::string& field,
                                                   const std::vector<ModelShape>& models) const {
    require_keys(json, field, std::array{"evidence", "weight", "scores", "products"});
    EvidenceCell cell;
    const std::string of_evidence = inside(field, "evidence");
    const std::vector<VerificationKind> kinds = evidence_kinds(models);
    const nlohmann::json& seen = list(member(json, field, "evidence"), of_evidence, kinds.size(),
                                      ", one for each model but the last and one for each further verifier");
    for (std::size_t i = 0; i < seen.size(); ++i)
        cell.evidence.push_back(evidence(seen[i], element(of_evidence, i), kinds[i]));
    cell.weight = finite(member(json, field, "weight"), inside(field, "weight"));
    cell.scores =
        numbers(member(json, field, "scores"), inside(field, "scores"), models.size(), ", one a model");
    cell.products = numbers(member(json, field, "products"), inside(field, "products"),
                            models.size() * models.size(), ", one for each two models");
    return cell;
}

AUTOMIX_INLINE Verification StatisticsParser::evidence(const nlohmann::json& json, const std::string& field,
                                                       VerificationKind kind) const {
    if (kind == VerificationKind::confidence) return {0, 0, finite(json, field)};
    if (kind == VerificationKind::verdicts) {
        list(json, field, 2, ", parsed and positive");
        return {whole(json[0], element(field, 0), 0), whole(json[1], element(field, 1), 0), 0.0};
    }
    if (!json.is_null()) fail_expected(field, "null for a model that is not verified", json);
    return {};
}

AUTOMIX_INLINE std::vector<PluralitySums> StatisticsParser::pluralities(const nlohmann::json& json,
                                                                        const std::string& field) const {
    std::vector<PluralitySums> all;
    for (std::size_t m = 0; m < array(json, field).size(); ++m) {
        const std::string at = element(field, m);
        PluralitySums& sums = all.emplace_back();
        for (std::size_t c = 0; c < array(json[m], at).size(); ++c)
            sums.cells.push_back(plurality_cell(json[m][c], element(at, c)));
    }
    return all;
}

AUTOMIX_INLINE PluralityCell StatisticsParser::plurality_cell(const nlohmann::json& json,
                                                              const std::string& field) const {
    list(json, field, 5, ", weight, score, stayed, grew and scores");
    const auto number = [&](std::size_t i) { return finite(json[i], element(field, i)); };
    return {number(0), number(1), numbers(json[4], element(field, 4), 0, ""), number(2), number(3)};
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_statistics_text(const Statistics& statistics) {
    validate(statistics);
    nlohmann::ordered_json head{{"schema", statistics_schema},
                                {"models", detail::models_json(statistics.models)}};
    if (!statistics.logs.empty()) head["logs"] = detail::logs_json(statistics.logs);
    std::string text = detail::line_of(head);
    text.back() = ',';
    text += "\n\"folds\":" + detail::folds_text(statistics.folds, statistics.models);
    for (const StratumStatistics& stratum : statistics.strata) {
        text += &stratum == statistics.strata.data() ? ",\n\"strata\":[\n" : ",\n";
        text += "{\"name\":" + detail::line_of(stratum.name) +
                ",\"folds\":" + detail::folds_text(stratum.folds, statistics.models) + '}';
    }
    return text + (statistics.strata.empty() ? "}\n" : "]}\n");
}

AUTOMIX_INLINE Statistics parse_statistics(std::string_view text, const std::string& name) {
    detail::require_content(text, detail::ContentKind::statistics, name);
    return detail::StatisticsParser(name).parse(detail::parse_document(text, name), "");
}

AUTOMIX_INLINE Statistics read_statistics(const std::string& path) {
    return parse_statistics(detail::read_file(path), path);
}

AUTOMIX_INLINE void write_statistics(const std::string& path, const Statistics& statistics) {
    detail::FileReplacement(path).commit(to_statistics_text(statistics));
}

}  // namespace automix
