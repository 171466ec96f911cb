// SPDX-License-Identifier: Apache-2.0
// Logs of queries with facts, for tests of forecasts.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace queries {

/// A query with what two models made of it.
struct Query {
    std::string question{};
    std::string context{};
    std::string dataset{};
    std::vector<automix::QueryFeature> features{};
    std::vector<double> prior{};
    std::vector<double> scores{};
    std::vector<double> costs{};

    [[nodiscard]] automix::QueryFacts facts() const { return {question, context, dataset, features, prior}; }
};

/// Queries of the words w0 .. w39 and of two data sets. A query is harder, and dearer, the more of the words w0 .. w9 it
/// has and if it is of the data set `hard`. Its features and its prior say so too, with noise. If `signal` is 0,
/// nothing tells.
inline std::vector<Query> made(std::size_t rows, double signal, std::uint64_t seed) {
    automix::Random random(seed);
    std::vector<Query> queries;
    for (std::size_t r = 0; r < rows; ++r) {
        Query query;
        double ease = 1.0;
        const std::uint64_t words = 5 + random.index(20);
        for (std::uint64_t w = 0; w < words; ++w) {
            const std::uint64_t word = random.index(40);
            ease += word < 10 ? -0.5 : 0.15;
            query.question += 'w' + std::to_string(word) + ' ';
        }
        const bool hard = random.bernoulli(0.5);
        ease -= hard ? 1.0 : 0.0;
        query.dataset = hard ? "hard" : "easy";
        query.features = {{"ease", 100.0 + 5.0 * (ease + random.normal()), {}},
                          {"kind", 0.0, random.bernoulli(0.5) ? "a" : "b"}};
        for (int m = 0; m < 2; ++m) {
            const double f = signal * ease + m;
            query.scores.push_back(random.bernoulli(1.0 / (1.0 + std::exp(-f))) ? 1.0 : 0.0);
            query.costs.push_back(std::exp(3.0 * m - 0.3 * signal * ease + 0.2 * random.normal()));
            query.prior.push_back(1.0 / (1.0 + std::exp(-f - 0.3 * random.normal())));
        }
        queries.push_back(std::move(query));
    }
    return queries;
}

/// Returns the log of the given queries, in that order. Ids are their numbers.
inline automix::Dataset log_of(const std::vector<Query>& queries, const std::vector<std::size_t>& order,
                               const std::vector<std::size_t>& models = {0, 1}) {
    std::vector<std::string> names;
    for (const std::size_t model : models) names.push_back("m" + std::to_string(model));
    automix::Dataset data(names);
    for (const std::size_t i : order) {
        const Query& query = queries[i];
        automix::Record record;
        record.id = "q" + std::to_string(i);
        record.dataset = query.dataset;
        std::vector<double> prior;
        for (const std::size_t model : models) {
            automix::ModelRecord answer;
            answer.score = query.scores[model];
            answer.cost = query.costs[model];
            record.models.push_back(std::move(answer));
            if (!query.prior.empty()) prior.push_back(query.prior[model]);
        }
        automix::QueryFacts facts = query.facts();
        facts.prior = prior;
        data.append(record, {}, facts);
    }
    return data;
}

inline std::vector<std::size_t> in_order(std::size_t rows) {
    std::vector<std::size_t> order;
    for (std::size_t r = 0; r < rows; ++r) order.push_back(r);
    return order;
}

/// Returns recorded prices of answers. A draw of the first model costs a tenth of its answer.
inline automix::PriceTable prices_of(const automix::Dataset& data) {
    automix::PriceTable prices = automix::resolve_prices(data);
    prices.draws.assign(automix::as_size(data.models()), automix::PriceColumn(0.0));
    prices.draws[0] = automix::PriceColumn(0.1 * data.recorded_costs(0));
    return prices;
}

/// Returns the fold of each query by its number.
inline std::vector<int> folds_of(const std::vector<std::size_t>& order) {
    std::vector<int> folds;
    for (const std::size_t i : order) folds.push_back(static_cast<int>(i % 10));
    return folds;
}

}  // namespace queries
