// SPDX-License-Identifier: Apache-2.0
// The strata of statistics, such as data sets, for policies that read a query's stratum. Each stratum has a forecast of
// scores and prices: its means, with eight pseudo rows of all rows. Results are exact expectations over the rows of each
// stratum, as in policy_estimate.hpp, at its own prices. O(strata * folds * (one solution + cells reached)).
#pragma once

#include <automix/context/context_model.hpp>
#include <automix/context/context_parameters.hpp>
#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/belief/detail/policy_estimate.hpp>
#include <automix/routing/belief/policy.hpp>
#include <automix/routing/belief/prices.hpp>
#include <automix/routing/belief/trained_policy.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Pseudo rows, with the means of all rows, that each stratum has beside its own.
inline constexpr double stratum_forecast_rows = 8.0;

/// Expected scores are kept this far from 0 and 1.
inline constexpr double stratum_score_margin = 1e-6;

/// The forecasts of the strata of statistics.
struct StratumRows {
    bool priced = false;  ///< prices are known by stratum; else each stratum has those of all rows
    std::vector<QueryForecast> forecasts{};              ///< of each stratum
    std::vector<std::vector<QueryForecast>> held_out{};  ///< of each stratum, without the rows of each fold
};

/// Returns the mean prices over rows, further verifiers included. Requires rows.
inline RoutingPrices all_mean_prices(const FoldStatistics& sums, const std::vector<ModelShape>& models,
                                     double round_price) {
    RoutingPrices prices = mean_prices(sums, round_price);
    prices.draws_per_verdict = mean_draws_per_verdict(sums, models);
    prices.further = mean_verifier_prices(sums, models);
    return prices;
}

/// Returns the sums over all folds of a stratum.
inline FoldStatistics stratum_total(const StratumStatistics& stratum, const std::vector<ModelShape>& models) {
    FoldStatistics sums(models);
    for (const FoldStatistics& fold : stratum.folds) sums += fold;
    return sums;
}

/// Returns the means of a stratum with pseudo rows of all rows. `of_stratum` may have no rows, `all` has some.
inline QueryForecast shrunk_forecast(const FoldStatistics& of_stratum, const FoldStatistics& all,
                                     bool priced) {
    const std::size_t models = all.answer_prices.size();
    const double rows = all.weight();
    const double own = of_stratum.weight();
    const auto shrunk = [&](double sum, double mean) {
        return (sum + stratum_forecast_rows * mean) / (own + stratum_forecast_rows);
    };
    QueryForecast forecast;
    for (std::size_t m = 0; m < models; ++m) {
        double sum = 0.0;
        for (const EvidenceCell& cell : of_stratum.cells) sum += cell.scores[m];
        const double score = shrunk(sum, all.mean_score(static_cast<Index>(m)));
        forecast.scores.push_back(std::clamp(score, stratum_score_margin, 1.0 - stratum_score_margin));
        const double answer = all.answer_prices[m] / rows;
        const double draw = all.draw_prices[m] / rows;
        forecast.answer_prices.push_back(priced ? shrunk(of_stratum.answer_prices[m], answer) : answer);
        forecast.draw_prices.push_back(priced ? shrunk(of_stratum.draw_prices[m], draw) : draw);
    }
    return forecast;
}

/// Returns true if each stratum has prices of its own. A writer that knows the prices of a fold alone puts them into one of
/// its rows, and so into one stratum.
inline bool priced_by_stratum(const Statistics& statistics) {
    for (std::size_t f = 0; f < statistics.folds.size(); ++f) {
        const FoldStatistics& all = statistics.folds[f];
        for (const StratumStatistics& stratum : statistics.strata) {
            const FoldStatistics& own = stratum.folds[f];
            for (std::size_t m = 0; m < statistics.models.size() && !own.cells.empty(); ++m) {
                if ((all.answer_prices[m] > 0.0 && !(own.answer_prices[m] > 0.0)) ||
                    (all.draw_prices[m] > 0.0 && !(own.draw_prices[m] > 0.0)))
                    return false;
            }
        }
    }
    return true;
}

/// Returns the model that forecasts a query by the name of its data set, which is that of its stratum. A query of another
/// name has the means of all rows.
inline ContextModel stratum_reader(const Statistics& statistics, const FoldStatistics& total,
                                   const std::vector<QueryForecast>& forecasts, bool priced) {
    const std::size_t models = statistics.models.size();
    const QueryForecast mean = shrunk_forecast(FoldStatistics(statistics.models), total, priced);
    ContextParameters parameters;
    parameters.fields.dataset = true;
    parameters.rows = std::max<Index>(1, static_cast<Index>(std::llround(total.weight())));
    std::vector<double> weight;
    for (const StratumStatistics& stratum : statistics.strata) {
        parameters.labels.push_back({"", stratum.name});
        weight.push_back(stratum_total(stratum, statistics.models).weight() / total.weight());
    }
    std::vector<std::vector<double>> added;  // by output that varies: what each stratum adds
    const auto add = [&](double constant, bool is_score, std::vector<double> values) {
        ContextOutput& output = parameters.outputs.emplace_back();
        output.constant = constant;
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        if (!(*high > *low) || (!is_score && !(*low > 0.0 && constant > 0.0))) return;
        const auto link = [&](double value) {
            return is_score ? std::log(value / (1.0 - value)) : std::log(value);
        };
        output.varies = true;
        output.intercept = link(constant);
        output.low = std::min(*low, constant);
        output.high = std::max(*high, constant);
        double& average = output.means[static_cast<std::size_t>(ContextFact::dataset)];
        for (std::size_t s = 0; s < values.size(); ++s) {
            values[s] = link(values[s]) - output.intercept;
            average += weight[s] * values[s];
        }
        added.push_back(std::move(values));
    };
    const auto column = [&](std::vector<double> QueryForecast::*member, std::size_t m) {
        std::vector<double> values;
        for (const QueryForecast& forecast : forecasts) values.push_back((forecast.*member)[m]);
        return values;
    };
    for (std::size_t m = 0; m < models; ++m) add(mean.scores[m], true, column(&QueryForecast::scores, m));
    for (std::size_t m = 0; m < models; ++m)
        add(mean.answer_prices[m], false, column(&QueryForecast::answer_prices, m));
    for (std::size_t m = 0; m < models; ++m)
        add(mean.draw_prices[m], false, column(&QueryForecast::draw_prices, m));
    for (std::size_t s = 0; s < forecasts.size(); ++s) {
        for (const std::vector<double>& output : added)
            parameters.weights.push_back(static_cast<float>(output[s]));
    }
    return ContextModel(std::move(parameters));
}

/// Returns the forecasts of all strata, and of all without each fold. `reader` gives those of all rows.
inline StratumRows make_stratum_rows(const Statistics& statistics, const FoldStatistics& total,
                                     const ContextModel& reader, bool priced) {
    StratumRows rows;
    rows.priced = priced;
    std::vector<FoldStatistics> of_strata;
    for (const StratumStatistics& stratum : statistics.strata) {
        of_strata.push_back(stratum_total(stratum, statistics.models));
        QueryFacts facts;
        facts.dataset = stratum.name;
        rows.forecasts.push_back(reader.forecast(facts));
    }
    for (std::size_t f = 0; f < statistics.folds.size(); ++f) {
        FoldStatistics left = total;
        left -= statistics.folds[f];
        std::vector<QueryForecast>& forecasts = rows.held_out.emplace_back();
        for (std::size_t s = 0; s < of_strata.size() && !left.cells.empty(); ++s) {
            FoldStatistics own = of_strata[s];
            own -= statistics.strata[s].folds[f];
            forecasts.push_back(shrunk_forecast(own, left, priced));
        }
    }
    return rows;
}

/// Adds the results of a mixture on the rows of a fold of a stratum to an estimate.
inline void add_stratum(PolicyEstimate& total, const std::vector<PolicyShare>& mixture,
                        const FoldStatistics& sums, const QueryForecast& forecast,
                        const RoutingPrices& prices, const RowMetric& metric) {
    if (sums.cells.empty()) return;
    std::vector<PolicyShare> of_stratum;
    for (const auto& [share, policy] : mixture) of_stratum.push_back({share, policy.at(forecast)});
    RowMetric own = metric;
    own.prices.clear();
    for (std::size_t m = 0; m < metric.prices.size(); ++m)
        own.constant += metric.prices[m] * prices.answers[m];
    add_rows(total, of_stratum, sums, prices, own);
}

/// Adds the results of a mixture on the rows of a fold. `forecasts` are those of the strata.
inline void add_strata(PolicyEstimate& total, const std::vector<PolicyShare>& mixture,
                       const Statistics& statistics, std::size_t fold,
                       std::span<const QueryForecast> forecasts, bool priced, const RoutingPrices& prices,
                       const RowMetric& metric) {
    for (std::size_t s = 0; s < forecasts.size(); ++s) {
        const FoldStatistics& sums = statistics.strata[s].folds[fold];
        if (sums.cells.empty()) continue;
        add_stratum(total, mixture, sums, forecasts[s],
                    priced ? all_mean_prices(sums, statistics.models, prices.round) : prices, metric);
    }
}

}  // namespace automix::detail
