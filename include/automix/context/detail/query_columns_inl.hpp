// SPDX-License-Identifier: Apache-2.0
// Definitions of context/detail/query_columns.hpp.
#pragma once

#include <automix/context/context_parameters.hpp>
#include <automix/context/detail/query_columns.hpp>
#include <automix/context/detail/words.hpp>
#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/query_facts.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE double raw_number(const ContextNumber& number, const QueryFacts& facts,
                                 std::size_t question_words) {
    switch (number.source) {
        case ContextNumberSource::question_length:
            return std::log1p(static_cast<double>(question_words));
        case ContextNumberSource::context_length:
            return std::log1p(static_cast<double>(facts.context.size()));
        case ContextNumberSource::feature:
            for (const QueryFeature& feature : facts.features) {
                if (feature.name == number.feature && !feature.text) return feature.number;
            }
            break;
        case ContextNumberSource::prior:
            if (!facts.prior.empty()) {
                // A caller that is certain is taken to be wrong once in ten thousand queries.
                const double p = std::clamp(facts.prior[as_size(number.model)], 1e-4, 1.0 - 1e-4);
                return std::log(p / (1.0 - p));
            }
            break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

AUTOMIX_INLINE QueryColumns::QueryColumns(const ContextParameters& parameters)
    : columns_(parameters.terms.size() + parameters.labels.size() + parameters.numbers.size()),
      hash_bits_(parameters.hash_bits) {
    const auto rows = static_cast<double>(parameters.rows);
    slots_.resize(std::bit_ceil(2 * parameters.terms.size() + 1));
    term_weights_.reserve(parameters.terms.size());
    facts_.assign(parameters.terms.size(), ContextFact::words);
    for (const ContextTerm& term : parameters.terms) {
        term_weights_.push_back(
            static_cast<float>(1.0 + std::log((1.0 + rows) / (1.0 + static_cast<double>(term.rows)))));
        std::size_t slot = slot_of(term.column);
        while (slots_[slot].number > 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = {term.column, static_cast<std::uint32_t>(term_weights_.size())};
    }
    for (const ContextLabel& label : parameters.labels) {
        facts_.push_back(label.feature.empty() ? ContextFact::dataset : ContextFact::features);
    }
    for (const ContextNumber& number : parameters.numbers) {
        facts_.push_back(number.source == ContextNumberSource::feature ? ContextFact::features
                         : number.source == ContextNumberSource::prior ? ContextFact::prior
                                                                       : ContextFact::length);
    }
}

AUTOMIX_INLINE std::size_t QueryColumns::find_term(std::uint64_t hash) const {
    const std::uint32_t column = hash_column(hash, hash_bits_);
    for (std::size_t slot = slot_of(column);; slot = (slot + 1) & (slots_.size() - 1)) {
        if (slots_[slot].number == 0) return columns_;
        if (slots_[slot].column == column) return slots_[slot].number - 1;
    }
}

AUTOMIX_INLINE void QueryColumns::read(const ContextParameters& parameters, const QueryFacts& facts,
                                       std::vector<QueryColumn>& row) const {
    row.clear();
    std::size_t question_words = 0;
    if (parameters.fields.text) {
        std::vector<std::uint32_t> found;
        found.reserve(256);
        const auto add = [&](std::uint64_t hash) {
            const std::size_t term = find_term(hash);
            if (term < columns_) found.push_back(static_cast<std::uint32_t>(term));
        };
        question_words = for_each_term(facts.question, question_seed, add);
        if (parameters.context_words) for_each_term(facts.context, context_seed, add);
        std::sort(found.begin(), found.end());
        double squares = 0.0;
        for (auto term = found.begin(); term != found.end();) {
            const auto next = std::find_if(term, found.end(), [term](std::uint32_t t) { return t != *term; });
            const auto count = static_cast<double>(next - term);
            const double value = (count > 1.0 ? 1.0 + std::log(count) : 1.0) * term_weights_[*term];
            squares += value * value;
            row.push_back({*term, static_cast<float>(value)});
            term = next;
        }
        const auto scale = static_cast<float>(squares > 0.0 ? 1.0 / std::sqrt(squares) : 0.0);
        for (QueryColumn& term : row) term.value *= scale;
    }
    const auto add_label = [&](std::string_view feature, std::string_view value) {
        const auto& labels = parameters.labels;
        const auto place = std::lower_bound(
            labels.begin(), labels.end(), 0, [feature, value](const ContextLabel& label, int) {
                const int order = std::string_view(label.feature).compare(feature);
                return order != 0 ? order < 0 : std::string_view(label.value) < value;
            });
        if (place == labels.end() || place->feature != feature || place->value != value) return;
        row.push_back(
            {static_cast<std::uint32_t>(terms() + static_cast<std::size_t>(place - labels.begin())), 1.0F});
    };
    const auto first_label = static_cast<std::ptrdiff_t>(row.size());
    if (parameters.fields.dataset) add_label({}, facts.dataset);
    if (parameters.fields.features) {
        for (const QueryFeature& feature : facts.features) {
            if (feature.text) add_label(feature.name, *feature.text);
        }
        std::sort(row.begin() + first_label, row.end(),
                  [](const QueryColumn& a, const QueryColumn& b) { return a.column < b.column; });
    }
    for (std::size_t i = 0; i < parameters.numbers.size(); ++i) {
        const ContextNumber& number = parameters.numbers[i];
        const double raw = raw_number(number, facts, question_words);
        if (std::isnan(raw)) continue;
        const double value = (std::clamp(raw, number.low, number.high) - number.mean) / number.deviation;
        row.push_back(
            {static_cast<std::uint32_t>(terms() + parameters.labels.size() + i), static_cast<float>(value)});
    }
}

}  // namespace automix::detail
