// SPDX-License-Identifier: Apache-2.0
// Definitions of context/fit_context.hpp.
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/context/context_parameters.hpp>
#include <automix/context/detail/calibration.hpp>
#include <automix/context/detail/linear_fit.hpp>
#include <automix/context/detail/output_value.hpp>
#include <automix/context/detail/query_columns.hpp>
#include <automix/context/detail/words.hpp>
#include <automix/context/fit_context.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

inline void require_valid_options(const Dataset& data, const std::vector<int>& folds,
                                  const ContextOptions& options) {
    if (data.rows() == 0) throw DataError("context: the log has no rows to fit");
    if (std::ssize(folds) != data.rows()) {
        throw ArgumentError("folds: expected one for each of " + std::to_string(data.rows()) +
                            " rows, found " + std::to_string(folds.size()));
    }
    if (const int lowest = *std::min_element(folds.begin(), folds.end()); lowest < 0) {
        throw ArgumentError("folds: expected numbers of at least 0, found " + std::to_string(lowest));
    }
    const auto require = [](bool right, const std::string& name, const std::string& expected, double found) {
        if (!right) throw ArgumentError(name + ": expected " + expected + ", found " + format_number(found));
    };
    require(options.hash_bits >= 8 && options.hash_bits <= 24, "hash_bits", "8 to 24", options.hash_bits);
    require(options.max_terms >= 0, "max_terms", "at least 0", static_cast<double>(options.max_terms));
    require(options.min_rows >= 1, "min_rows", "at least 1", static_cast<double>(options.min_rows));
    for (const auto& [name, penalty] :
         {std::pair{"text_penalty", options.text_penalty}, std::pair{"label_penalty", options.label_penalty},
          std::pair{"number_penalty", options.number_penalty},
          std::pair{"length_penalty", options.length_penalty}}) {
        require(std::isfinite(penalty) && penalty > 0.0, name, "a number above 0", penalty);
    }
}

/// Finds the terms of the log, and the number of words of each question.
inline std::vector<std::size_t> find_terms(const Dataset& data, const ContextOptions& options,
                                           std::vector<ContextTerm>& terms) {
    std::vector<std::uint32_t> rows_of(std::size_t{1} << static_cast<unsigned>(options.hash_bits), 0);
    std::vector<std::size_t> words;
    words.reserve(as_size(data.rows()));
    std::vector<std::uint32_t> found;
    for (Index r = 0; r < data.rows(); ++r) {
        const QueryFacts facts = data.facts(r);
        found.clear();
        const auto add = [&](std::uint64_t hash) { found.push_back(hash_column(hash, options.hash_bits)); };
        words.push_back(for_each_term(facts.question, question_seed, add));
        if (options.context_words) for_each_term(facts.context, context_seed, add);
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        for (const std::uint32_t column : found) ++rows_of[column];
    }
    for (std::size_t column = 0; column < rows_of.size(); ++column) {
        if (static_cast<Index>(rows_of[column]) < options.min_rows) continue;
        terms.push_back({static_cast<std::uint32_t>(column), rows_of[column]});
    }
    if (std::ssize(terms) > options.max_terms) {
        std::sort(terms.begin(), terms.end(), [](const ContextTerm& a, const ContextTerm& b) {
            return a.rows != b.rows ? a.rows > b.rows : a.column < b.column;
        });
        terms.resize(as_size(options.max_terms));
        std::sort(terms.begin(), terms.end(),
                  [](const ContextTerm& a, const ContextTerm& b) { return a.column < b.column; });
    }
    return words;
}

/// Finds the labels that some rows have and some have not.
inline std::vector<ContextLabel> find_labels(const Dataset& data, const ContextOptions& options) {
    std::map<ContextLabel, Index> rows_of;
    if (options.fields.dataset) {
        for (Index r = 0; r < data.rows(); ++r) ++rows_of[ContextLabel{{}, data.dataset(r)}];
    }
    if (options.fields.features) {
        for (Index r = 0; r < data.rows(); ++r) {
            for (const QueryFeature& feature : data.facts(r).features) {
                if (feature.text) ++rows_of[ContextLabel{feature.name, *feature.text}];
            }
        }
    }
    std::vector<ContextLabel> labels;
    for (const auto& [label, rows] : rows_of) {
        if (rows >= options.min_rows && rows < data.rows()) labels.push_back(label);
    }
    return labels;
}

/// Sets mean, deviation and range of a number. Returns false if it is the same in all rows that have it.
inline bool measure_number(const Dataset& data, const std::vector<std::size_t>& words,
                           ContextNumber& number) {
    std::vector<double> values;
    for (Index r = 0; r < data.rows(); ++r) {
        const double value = raw_number(number, data.facts(r), words.empty() ? 0 : words[as_size(r)]);
        if (!std::isnan(value)) values.push_back(value);
    }
    if (values.empty()) return false;
    const Eigen::Map<const Eigen::ArrayXd> column(values.data(), std::ssize(values));
    number.low = column.minCoeff();
    number.high = column.maxCoeff();
    // Differences from the lowest value keep sums of large numbers finite.
    number.mean = number.low + (column - number.low).mean();
    number.deviation = std::sqrt((column - number.mean).square().mean());
    return std::isfinite(number.deviation) && std::isfinite(number.mean) &&
           number.deviation > 1e-9 * std::max(std::abs(number.low), std::abs(number.high));
}

inline std::vector<ContextNumber> find_numbers(const Dataset& data, const ContextOptions& options,
                                               const std::vector<std::size_t>& words) {
    std::vector<ContextNumber> candidates;
    if (options.fields.text) {
        candidates.push_back({ContextNumberSource::question_length});
        candidates.push_back({ContextNumberSource::context_length});
    }
    if (options.fields.features) {
        std::set<std::string> names;
        for (Index r = 0; r < data.rows(); ++r) {
            for (const QueryFeature& feature : data.facts(r).features) {
                if (!feature.text) names.insert(feature.name);
            }
        }
        for (const std::string& name : names) candidates.push_back({ContextNumberSource::feature, name});
    }
    if (options.fields.prior) {
        for (Index m = 0; m < data.models(); ++m) candidates.push_back({ContextNumberSource::prior, {}, m});
    }
    std::erase_if(candidates, [&](ContextNumber& number) { return !measure_number(data, words, number); });
    return candidates;
}

/// Returns the rows of the log as columns.
inline SparseMatrix read_rows(const Dataset& data, const ContextParameters& parameters,
                              const QueryColumns& columns) {
    SparseMatrix rows;
    rows.columns = static_cast<Index>(columns.size());
    rows.ends.reserve(as_size(data.rows()));
    std::vector<QueryColumn> row;
    for (Index r = 0; r < data.rows(); ++r) {
        columns.read(parameters, data.facts(r), row);
        for (const QueryColumn& entry : row) {
            rows.numbers.push_back(entry.column);
            rows.values.push_back(entry.value);
        }
        rows.ends.push_back(rows.numbers.size());
    }
    return rows;
}

/// Returns what a model that was not fitted to its fold forecasts for each row. Each such model starts at the weights of
/// all rows and is near its optimum after a few steps. A fold with high targets leaves a model of low ones, so each is
/// moved to the mean forecast, over all rows, of the model of all rows.
inline Eigen::ArrayXXd held_out_forecasts(const SparseMatrix& rows, LinearTask task,
                                          const std::vector<int>& folds, const Eigen::ArrayXXd& weights) {
    FitLimits near;
    near.newton_steps = 2;
    near.inner_steps = 8;
    Eigen::ArrayXXd forecasts(rows.rows(), weights.cols());
    Eigen::ArrayXXd all(rows.rows(), weights.cols());
    predict_linear(rows, weights, all);
    const Eigen::ArrayXXd mean = all.colwise().mean();
    task.folds = folds;
    for (const int fold : std::set<int>(folds.begin(), folds.end())) {
        task.left_out = fold;
        predict_linear(rows, fit_linear(rows, task, near, weights), all);
        const Eigen::ArrayXXd shift = mean - all.colwise().mean();
        for (Index r = 0; r < rows.rows(); ++r) {
            if (folds[as_size(r)] == fold) forecasts.row(r) = all.row(r) + shift;
        }
    }
    return forecasts;
}

/// A score or price that is forecast, as the target of a regression.
struct ContextTarget {
    std::size_t output = 0;
    Loss loss = Loss::logistic;
    Eigen::ArrayXd values{};  ///< scores, or logarithms of prices
    double mean_price = 0.0;
};

/// Sets the constants of the outputs, and returns the targets that differ from row to row.
inline std::vector<ContextTarget> find_targets(const Dataset& data, const PriceTable& prices,
                                               std::vector<ContextOutput>& outputs) {
    std::vector<ContextTarget> targets;
    const auto rows = static_cast<double>(data.rows());
    for (Index m = 0; m < data.models(); ++m) {
        const Column scores = data.scores(m);
        ContextOutput output;
        output.constant = (scores.sum() + 1.0) / (rows + 2.0);
        output.low = 1.0 / (2.0 * rows + 2.0);
        output.high = 1.0 - output.low;
        if (scores.maxCoeff() > scores.minCoeff())
            targets.push_back({outputs.size(), Loss::logistic, scores});
        outputs.push_back(output);
    }
    for (const auto* columns : {&prices.answers, &prices.draws}) {
        for (const PriceColumn& column : *columns) {
            ContextOutput output;
            output.constant = output.low = output.high = column.mean();
            if (!column.is_constant()) {
                Eigen::ArrayXd values(data.rows());
                for (Index r = 0; r < data.rows(); ++r) values(r) = column(r);
                output.low = values.minCoeff();
                output.high = values.maxCoeff();
                if (output.high > output.low * (1.0 + 1e-12)) {
                    // A call that cost nothing has no logarithm: it counts as a thousandth of the mean.
                    targets.push_back({outputs.size(), Loss::squared, values.max(1e-3 * column.mean()).log(),
                                       column.mean()});
                }
            }
            outputs.push_back(output);
        }
    }
    return targets;
}

/// Returns a weight to a thousandth, which leaves many at 0 and files small. The terms of a query have length 1, so n
/// terms move its log odds by sqrt(n) / 2000 at most.
inline float short_weight(double weight) noexcept {
    return static_cast<float>(std::round(weight * 1000.0) / 1000.0);
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE FittedContext fit_context(const Dataset& data, const PriceTable& prices,
                                         const std::vector<int>& folds, const ContextOptions& options) {
    detail::require_valid_options(data, folds, options);
    require_prices_for(data, prices);
    const Index models = data.models();

    ContextParameters parameters;
    parameters.fields = options.fields;
    parameters.context_words = options.fields.text && options.context_words;
    parameters.hash_bits = options.hash_bits;
    parameters.rows = data.rows();
    std::vector<std::size_t> words;
    if (options.fields.text) words = detail::find_terms(data, options, parameters.terms);
    parameters.labels = detail::find_labels(data, options);
    parameters.numbers = detail::find_numbers(data, options, words);
    std::vector<detail::ContextTarget> targets = detail::find_targets(data, prices, parameters.outputs);

    FittedContext fitted;
    const auto held_out_column = [&](std::size_t output) {
        const auto i = static_cast<Index>(output);
        return (i < models       ? fitted.held_out.scores
                : i < 2 * models ? fitted.held_out.answer_prices
                                 : fitted.held_out.draw_prices)
            .col(i % models);
    };
    for (auto* table :
         {&fitted.held_out.scores, &fitted.held_out.answer_prices, &fitted.held_out.draw_prices}) {
        table->resize(data.rows(), models);
    }
    for (std::size_t i = 0; i < parameters.outputs.size(); ++i) {
        held_out_column(i) = parameters.outputs[i].constant;
    }
    const detail::QueryColumns columns(parameters);
    if (columns.size() == 0) targets.clear();
    if (!targets.empty()) {
        const detail::SparseMatrix rows = detail::read_rows(data, parameters, columns);
        std::vector<double> penalties(columns.size(), options.number_penalty);
        std::fill_n(penalties.begin(), columns.terms() + parameters.labels.size(), options.label_penalty);
        std::fill_n(penalties.begin(), columns.terms(), options.text_penalty);
        for (std::size_t j = 0; j < columns.size(); ++j) {
            if (columns.fact(j) == ContextFact::length) penalties[j] = options.length_penalty;
        }
        Eigen::ArrayXXd values(data.rows(), std::ssize(targets));
        detail::LinearTask task;
        for (std::size_t t = 0; t < targets.size(); ++t) {
            values.col(static_cast<Index>(t)) = targets[t].values;
            task.losses.push_back(targets[t].loss);
        }
        task.penalties = penalties;
        task.targets = &values;
        const Eigen::ArrayXXd weights = detail::fit_linear(rows, task, {});
        fitted.uncalibrated = detail::held_out_forecasts(rows, task, folds, weights);
        const Eigen::ArrayXXd& forecasts = fitted.uncalibrated;
        for (const detail::ContextTarget& target : targets) fitted.varying.push_back(target.output);

        std::vector<double> column_means(columns.size(), 0.0);
        for (std::size_t e = 0; e < rows.numbers.size(); ++e) {
            column_means[rows.numbers[e]] +=
                static_cast<double>(rows.values[e]) / static_cast<double>(data.rows());
        }
        std::vector<std::pair<Index, double>> kept;
        for (std::size_t t = 0; t < targets.size(); ++t) {
            const auto column = static_cast<Index>(t);
            const bool is_score = targets[t].loss == detail::Loss::logistic;
            ContextOutput& output = parameters.outputs[targets[t].output];
            const detail::Calibration line =
                is_score ? detail::calibrate_scores(forecasts.col(column), targets[t].values)
                         : detail::calibrate_prices(forecasts.col(column), targets[t].values,
                                                    targets[t].mean_price);
            if (line.slope == 0.0) continue;
            output.varies = true;
            output.intercept = line.offset + line.slope * weights(rows.columns, column);
            for (std::size_t j = 0; j < columns.size(); ++j) {
                output.means[static_cast<std::size_t>(columns.fact(j))] +=
                    static_cast<double>(
                        detail::short_weight(line.slope * weights(static_cast<Index>(j), column))) *
                    column_means[j];
            }
            auto held_out = held_out_column(targets[t].output);
            for (Index r = 0; r < data.rows(); ++r) {
                held_out(r) =
                    detail::output_value(output, is_score, line.offset + line.slope * forecasts(r, column));
            }
            kept.emplace_back(column, line.slope);
        }
        parameters.weights.reserve(columns.size() * kept.size());
        for (Index j = 0; j < rows.columns; ++j) {
            for (const auto& [column, slope] : kept) {
                parameters.weights.push_back(detail::short_weight(slope * weights(j, column)));
            }
        }
    }
    if (parameters.weights.empty()) {
        parameters.terms.clear();
        parameters.labels.clear();
        parameters.numbers.clear();
    }
    fitted.model = ContextModel(std::move(parameters));
    return fitted;
}

}  // namespace automix
