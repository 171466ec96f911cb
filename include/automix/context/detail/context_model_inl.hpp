// SPDX-License-Identifier: Apache-2.0
// Definitions of context/context_model.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/context/context_model.hpp>
#include <automix/context/context_parameters.hpp>
#include <automix/context/detail/output_value.hpp>
#include <automix/context/detail/query_columns.hpp>
#include <automix/context/detail/words.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace automix::detail {

inline void require_parameter(bool right, const std::string& field, const std::string& message) {
    if (!right) throw DataError(Place{{}, 0, field}, message);
}

inline std::string numbered(std::string_view list, std::size_t number, std::string_view field) {
    return std::string(list) + '[' + std::to_string(number) + "]." + std::string(field);
}

inline void require_valid_columns(const ContextParameters& parameters) {
    const auto& [terms, labels, numbers] = std::tie(parameters.terms, parameters.labels, parameters.numbers);
    require_parameter(parameters.hash_bits >= 8 && parameters.hash_bits <= 32, "hash_bits",
                      "expected 8 to 32, found " + std::to_string(parameters.hash_bits));
    require_parameter(parameters.rows >= 1, "rows",
                      "expected at least 1, found " + std::to_string(parameters.rows));
    require_parameter(parameters.fields.text || terms.empty(), "terms",
                      "expected none, for the text is not read");
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const std::uint64_t column = terms[i].column;
        require_parameter(column >> static_cast<unsigned>(parameters.hash_bits) == 0,
                          numbered("terms", i, "column"),
                          "expected a number below 2^" + std::to_string(parameters.hash_bits) + ", found " +
                              std::to_string(column));
        require_parameter(i == 0 || terms[i - 1].column < column, numbered("terms", i, "column"),
                          "expected increasing columns, found " + std::to_string(column) + " next");
        require_parameter(
            terms[i].rows >= 1 && static_cast<Index>(terms[i].rows) <= parameters.rows,
            numbered("terms", i, "rows"),
            "expected 1 to " + std::to_string(parameters.rows) + ", found " + std::to_string(terms[i].rows));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        require_parameter(i == 0 || labels[i - 1] < labels[i], numbered("labels", i, "value"),
                          "expected increasing labels, found " + in_quotes(labels[i].value) + " next");
        require_parameter(
            labels[i].feature.empty() ? parameters.fields.dataset : parameters.fields.features,
            numbered("labels", i, "feature"),
            "found " + in_quotes(labels[i].feature) + ", but the fields are " + to_string(parameters.fields));
    }
    const auto models = std::ssize(parameters.outputs) / 3;
    std::set<std::tuple<ContextNumberSource, std::string_view, Index>> known;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const ContextNumber& number = numbers[i];
        const bool is_feature = number.source == ContextNumberSource::feature;
        const bool is_prior = number.source == ContextNumberSource::prior;
        require_parameter(is_feature ? parameters.fields.features
                          : is_prior ? parameters.fields.prior
                                     : parameters.fields.text,
                          numbered("numbers", i, "source"),
                          "found one that is not read, for the fields are " + to_string(parameters.fields));
        require_parameter(is_feature != number.feature.empty(), numbered("numbers", i, "feature"),
                          std::string(is_feature ? "expected a name" : "expected no name") + ", found " +
                              in_quotes(number.feature));
        require_parameter(number.model >= 0 && (is_prior ? number.model < models : number.model == 0),
                          numbered("numbers", i, "model"), "no model " + std::to_string(number.model));
        require_parameter(std::isfinite(number.mean), numbered("numbers", i, "mean"),
                          "expected a finite number");
        require_parameter(std::isfinite(number.deviation) && number.deviation > 0.0,
                          numbered("numbers", i, "deviation"),
                          "expected a number above 0, found " + format_number(number.deviation));
        require_parameter(
            std::isfinite(number.low) && std::isfinite(number.high) && number.low <= number.high,
            numbered("numbers", i, "high"),
            "expected a finite range, found " + format_number(number.low) + " to " +
                format_number(number.high));
        require_parameter(known.emplace(number.source, number.feature, number.model).second,
                          numbered("numbers", i, "source"), "occurs twice");
    }
}

inline void require_valid_outputs(const ContextParameters& parameters) {
    const std::size_t count = parameters.outputs.size();
    require_parameter(count > 0 && count % 3 == 0, "outputs",
                      "expected three for each model, found " + std::to_string(count));
    std::size_t varying = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const ContextOutput& output = parameters.outputs[i];
        const bool is_score = i < count / 3;
        require_parameter(
            is_score ? output.constant > 0.0 && output.constant < 1.0 : is_price(output.constant),
            numbered("outputs", i, "constant"),
            is_score ? "expected a score within (0, 1), found " + format_number(output.constant)
                     : price_complaint(output.constant));
        if (!output.varies) continue;
        ++varying;
        require_parameter(std::isfinite(output.intercept), numbered("outputs", i, "intercept"),
                          "expected a finite number");
        require_parameter(output.low <= output.high && output.low >= 0.0 &&
                              (is_score ? output.high <= 1.0 : is_price(output.high)),
                          numbered("outputs", i, "high"),
                          "expected a range of " + std::string(is_score ? "scores" : "prices") + ", found " +
                              format_number(output.low) + " to " + format_number(output.high));
        for (const double mean : output.means) {
            require_parameter(std::isfinite(mean), numbered("outputs", i, "means"),
                              "expected finite numbers");
        }
    }
    const std::size_t expected =
        varying * (parameters.terms.size() + parameters.labels.size() + parameters.numbers.size());
    require_parameter(parameters.weights.size() == expected, "weights",
                      "expected " + std::to_string(expected) +
                          ", one for each column and output that varies; found " +
                          std::to_string(parameters.weights.size()));
    for (std::size_t i = 0; i < parameters.weights.size(); ++i) {
        if (!std::isfinite(parameters.weights[i])) {
            throw DataError(Place{{}, 0, "weights[" + std::to_string(i) + ']'}, "expected a finite number");
        }
    }
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ContextModel::ContextModel(ContextParameters parameters) : parameters_(std::move(parameters)) {
    detail::require_valid_columns(parameters_);
    detail::require_valid_outputs(parameters_);
    columns_ = detail::QueryColumns(parameters_);
    for (std::size_t i = 0; i < parameters_.outputs.size(); ++i) {
        if (parameters_.outputs[i].varies) varying_.push_back(i);
    }
}

AUTOMIX_INLINE void ContextModel::require_readable(const QueryFacts& facts) const {
    if (!parameters_.fields.prior || facts.prior.empty() || std::ssize(facts.prior) == models()) return;
    throw ArgumentError("prior: expected one value for each of " + std::to_string(models()) +
                        " models, found " + std::to_string(facts.prior.size()));
}

AUTOMIX_INLINE std::vector<double> ContextModel::mean_scores() const {
    std::vector<double> scores;
    for (Index m = 0; m < models(); ++m) scores.push_back(parameters_.outputs[as_size(m)].constant);
    return scores;
}

AUTOMIX_INLINE QueryForecast ContextModel::forecast(const QueryFacts& facts) const {
    require_readable(facts);
    const std::size_t models = parameters_.outputs.size() / 3;
    QueryForecast forecast{std::vector<double>(models), std::vector<double>(models),
                           std::vector<double>(models)};
    std::vector<double> sums(varying_.size());
    for (std::size_t v = 0; v < varying_.size(); ++v) sums[v] = parameters_.outputs[varying_[v]].intercept;
    if (!varying_.empty()) {
        std::vector<detail::QueryColumn> row;
        columns_.read(parameters_, facts, row);
        for (const auto& [column, value] : row) {
            const float* weights = weights_of(column);
            for (std::size_t v = 0; v < sums.size(); ++v) {
                sums[v] += static_cast<double>(value) * static_cast<double>(weights[v]);
            }
        }
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < parameters_.outputs.size(); ++i) {
        const ContextOutput& output = parameters_.outputs[i];
        const double value = detail::output_value(output, i < models, output.varies ? sums[next++] : 0.0);
        (i < models       ? forecast.scores
         : i < 2 * models ? forecast.answer_prices
                          : forecast.draw_prices)[i % models] = value;
    }
    return forecast;
}

AUTOMIX_INLINE ContextReasons ContextModel::explain(const QueryFacts& facts, Index model,
                                                    std::size_t words) const {
    if (model < 0 || model >= models()) {
        throw ArgumentError("no model " + std::to_string(model) + "; there are " + std::to_string(models()));
    }
    require_readable(facts);
    const ContextOutput& output = parameters_.outputs[as_size(model)];
    ContextReasons reasons;
    reasons.score = reasons.mean_score = output.constant;
    if (!output.varies) return reasons;
    const auto place = static_cast<std::size_t>(std::find(varying_.begin(), varying_.end(), as_size(model)) -
                                                varying_.begin());
    std::vector<detail::QueryColumn> row;
    columns_.read(parameters_, facts, row);
    std::array<double, context_facts> sums{};
    double sum = output.intercept;
    const auto added = [&](const detail::QueryColumn& entry) {
        return static_cast<double>(entry.value) * static_cast<double>(weights_of(entry.column)[place]);
    };
    for (const auto& entry : row) {
        sums[static_cast<std::size_t>(columns_.fact(entry.column))] += added(entry);
        sum += added(entry);
    }
    reasons.score = detail::output_value(output, true, sum);
    const auto above_mean = [&](ContextFact fact) {
        return sums[static_cast<std::size_t>(fact)] - output.means[static_cast<std::size_t>(fact)];
    };
    reasons.words = above_mean(ContextFact::words);
    reasons.length = above_mean(ContextFact::length);
    reasons.dataset = above_mean(ContextFact::dataset);
    reasons.features = above_mean(ContextFact::features);
    reasons.prior = above_mean(ContextFact::prior);
    if (!parameters_.fields.text) return reasons;

    const auto first_number = static_cast<std::uint32_t>(columns_.terms());
    std::erase_if(row, [&](const detail::QueryColumn& entry) { return entry.column >= first_number; });
    std::vector<bool> named(columns_.terms(), false);
    const auto name = [&](std::uint64_t hash, const std::string& text) {
        const std::size_t term = columns_.find_term(hash);
        if (term >= named.size() || named[term]) return;
        named[term] = true;
        const auto entry = std::lower_bound(
            row.begin(), row.end(), term,
            [](const detail::QueryColumn& known, std::size_t column) { return known.column < column; });
        if (added(*entry) != 0.0) reasons.strongest.push_back({text, added(*entry)});
    };
    const auto name_terms = [&](std::string_view text, std::uint64_t seed) {
        std::string previous;
        std::uint64_t previous_hash = 0;
        detail::for_each_word(text, seed, [&](std::string_view word, std::uint64_t hash) {
            const std::string lower = ascii_lower(word);
            name(hash, lower);
            if (!previous.empty()) name(detail::pair_hash(previous_hash, hash), previous + ' ' + lower);
            previous = lower;
            previous_hash = hash;
        });
    };
    name_terms(facts.question, detail::question_seed);
    if (parameters_.context_words) name_terms(facts.context, detail::context_seed);
    const auto stronger = [](const WordReason& a, const WordReason& b) {
        return std::abs(a.log_odds) != std::abs(b.log_odds) ? std::abs(a.log_odds) > std::abs(b.log_odds)
                                                            : a.word < b.word;
    };
    const std::size_t kept = std::min(words, reasons.strongest.size());
    std::partial_sort(reasons.strongest.begin(),
                      reasons.strongest.begin() + static_cast<std::ptrdiff_t>(kept), reasons.strongest.end(),
                      stronger);
    reasons.strongest.resize(kept);
    return reasons;
}

}  // namespace automix
