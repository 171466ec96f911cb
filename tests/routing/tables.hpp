// SPDX-License-Identifier: Apache-2.0
// Tables for tests: records by hand, and random data sets with their prices: one to sixty rows, two or three models,
// verdicts or confidences alone, few or many distinct ones, binary, coarse or continuous scores.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tables {

/// Verdicts from 1, 0 and -1 (not parsed).
inline std::vector<automix::Verdict> verdicts(const std::vector<int>& values) {
    std::vector<automix::Verdict> list;
    for (const int value : values) list.push_back(static_cast<automix::Verdict>(value));
    return list;
}

/// A model that is not verified.
inline automix::ModelRecord scored(double score) {
    automix::ModelRecord model;
    model.score = score;
    return model;
}

inline automix::ModelRecord verified(double score, const std::vector<int>& values) {
    automix::ModelRecord model = scored(score);
    model.verdicts = verdicts(values);
    return model;
}

inline automix::ModelRecord confident(double score, double confidence) {
    automix::ModelRecord model = scored(score);
    model.confidence = confidence;
    return model;
}

inline automix::Record record(std::string id, std::vector<automix::ModelRecord> models,
                              std::string dataset = {}) {
    automix::Record row;
    row.id = std::move(id);
    row.dataset = std::move(dataset);
    row.models = std::move(models);
    return row;
}

/// Two models, `small` and `large`, a confidence and two scores a row; ids are r0, r1 ...
struct ConfidenceRow {
    double confidence = 0.0;
    double small = 0.0;
    double large = 0.0;
};

inline automix::Dataset confidence_table(const std::vector<ConfidenceRow>& rows) {
    automix::Dataset data({"small", "large"});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        data.append(record("r" + std::to_string(i),
                           {confident(rows[i].small, rows[i].confidence), scored(rows[i].large)}));
    }
    return data;
}

/// Two queries with two verdicts each: one that the small model has wrong and says so, and one that it has right.
inline automix::Dataset verdict_table() {
    automix::Dataset data({"small", "large"});
    data.append(record("a", {verified(0.0, {0, 0}), scored(1.0)}));
    data.append(record("b", {verified(1.0, {1, 1}), scored(1.0)}));
    return data;
}

/// A random data set, and all that is needed to work with it without asking the library.
struct RandomTable {
    automix::Dataset data{};
    automix::Prices prices{};
    double small_cost = 0.0;  ///< mean prices
    double large_cost = 0.0;
    double verification_cost = 0.0;
    std::vector<double> confidence{};
    std::vector<double> small{};
    std::vector<double> large{};
    std::vector<std::string> category{};  ///< empty unless every row has one
    int bins = 8;
    bool constant_prices = true;
    bool exact_scores = true;  ///< multiples of 1/4: sums of them do not round
};

namespace detail {

inline int between(automix::Random& random, int low, int high) {
    return low + static_cast<int>(random.index(static_cast<std::uint64_t>(high - low + 1)));
}

}  // namespace detail

inline RandomTable random_table(automix::Random& random) {
    using detail::between;
    RandomTable table;
    const int rows = between(random, 1, 60);
    const int models = between(random, 2, 3);
    const int score_kind = between(random, 0, 2);
    const bool logs_verdicts = random.bernoulli(0.5);
    const bool ragged = random.bernoulli(0.3);
    const bool recorded_costs = random.bernoulli(0.3);
    const bool draw_price = random.bernoulli(0.3);
    const bool has_categories = random.bernoulli(0.3);
    const int draws = between(random, 1, 8);
    const double unparsed = random.bernoulli(0.5) ? 0.2 : 0.0;
    const double informative = random.uniform();
    table.bins = random.bernoulli(0.7) ? 1 << between(random, 0, 4) : between(random, 1, 12);
    table.exact_scores = score_kind < 2;

    std::vector<double> levels;
    for (int i = between(random, 1, 12); i > 0; --i) {
        levels.push_back(random.bernoulli(0.5) ? between(random, 0, 32) / 32.0 : random.uniform());
    }
    const auto score = [&](double mean) {
        if (score_kind == 0) return random.bernoulli(mean) ? 1.0 : 0.0;
        return score_kind == 1 ? between(random, 0, 4) / 4.0 : random.uniform();
    };
    const auto price = [&](double most) {
        return random.bernoulli(0.2) ? 0.0 : 0.05 + most * random.uniform();
    };

    const double verification = random.bernoulli(0.3) ? 0.0 : price(2.0);
    std::vector<double> costs;
    // A recorded price is 0.5 to 1.5 times these, so the models stay in the order of their means.
    for (int m = 0; m < models; ++m)
        costs.push_back(m == 0 ? price(2.0) : 3.0 * costs.back() + 0.1 + price(20.0));
    if (!recorded_costs) table.prices.answers = costs;
    if (draw_price) {
        table.prices.draws = {verification};
    } else {
        table.prices.verification = verification;
    }
    table.constant_prices = !recorded_costs && !(draw_price && ragged && logs_verdicts);

    table.data = automix::Dataset(models == 2 ? std::vector<std::string>{"small", "large"}
                                              : std::vector<std::string>{"small", "middle", "large"});
    constexpr const char* names[] = {"GOOD", "NEEDY", "HOPELESS", "UNDEFINED"};
    for (int row = 0; row < rows; ++row) {
        automix::Record one = record("q" + std::to_string(row), {});
        double last_cost = 0.0;
        for (int m = 0; m < models; ++m) {
            automix::ModelRecord model = scored(score(m == 0 ? 0.4 : 0.6));
            const double cost = costs[automix::as_size(m)] * (recorded_costs ? 0.5 + random.uniform() : 1.0);
            if (recorded_costs) model.cost = cost;
            last_cost = cost;
            if (m == 0) {
                const double level =
                    random.bernoulli(informative) ? model.score : levels[random.index(levels.size())];
                int drawn = 1;
                double confidence = levels[random.index(levels.size())];
                if (logs_verdicts) {
                    drawn = ragged ? between(random, 1, 8) : draws;
                    int parsed = 0;
                    int positive = 0;
                    for (int d = 0; d < drawn; ++d) {
                        const bool fails = random.bernoulli(unparsed);
                        const bool yes = random.bernoulli(level);
                        model.verdicts.push_back(fails ? automix::Verdict::unparsed
                                                 : yes ? automix::Verdict::positive
                                                       : automix::Verdict::negative);
                        parsed += fails ? 0 : 1;
                        positive += !fails && yes ? 1 : 0;
                    }
                    confidence =
                        parsed == 0 ? 0.0 : static_cast<double>(positive) / static_cast<double>(parsed);
                } else {
                    model.confidence = confidence;
                }
                table.confidence.push_back(confidence);
                table.small.push_back(model.score);
                table.small_cost += cost / rows;
                table.verification_cost += (draw_price ? verification * drawn : verification) / rows;
            }
            one.models.push_back(std::move(model));
        }
        table.large.push_back(one.models.back().score);
        table.large_cost += last_cost / rows;
        if (has_categories) {
            one.category = names[random.index(4)];
            table.category.push_back(one.category);
        }
        table.data.append(one);
    }
    return table;
}

}  // namespace tables
