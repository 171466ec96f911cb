// SPDX-License-Identifier: Apache-2.0
// A world whose truth is known: queries of a few types, which decide the scores and prices of two models. Verdicts on an
// answer depend on whether it is right, and on nothing else. The best value of each type follows from a recursion over
// the verdicts, and so does the value of any router.
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/router.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace automix::test {

/// Queries of one type.
struct QueryType {
    double small = 0.5;        ///< probability that the small model is right
    double large_right = 0.9;  ///< probability that the large model is right if the small one is
    double large_wrong = 0.7;  ///< and if it is not
    double price = 1.0;        ///< factor of all prices

    [[nodiscard]] double large() const { return small * large_right + (1.0 - small) * large_wrong; }
};

/// The fact that tells the type of a query.
enum class TypeIn { dataset, words, nothing };

struct World {
    std::vector<QueryType> types{};
    TypeIn type_in = TypeIn::dataset;
    int draws = 4;
    double positive_right = 0.8;  ///< probability of a positive verdict on a right answer
    double positive_wrong = 0.3;
    double small_price = 1.0;
    double large_price = 10.0;
    double draw_price = 0.3;

    /// Returns a query of a type: its number in `types`, and what is known of it.
    struct Query {
        std::size_t type = 0;
        std::string dataset{};
        std::string question{};

        [[nodiscard]] QueryFacts facts() const {
            QueryFacts known;
            known.dataset = dataset;
            known.question = question;
            return known;
        }
    };

    [[nodiscard]] Query query(Random& random) const {
        Query asked;
        asked.type = static_cast<std::size_t>(random.index(types.size()));
        const std::size_t seen =
            type_in == TypeIn::nothing ? static_cast<std::size_t>(random.index(types.size())) : asked.type;
        if (type_in != TypeIn::words) asked.dataset = "set" + std::to_string(seen);
        for (int word = 0; word < 10; ++word) {
            const bool telling = type_in == TypeIn::words && random.bernoulli(0.6);
            asked.question += telling ? "type" + std::to_string(seen) + "x" + std::to_string(random.index(6))
                                      : "word" + std::to_string(random.index(40));
            asked.question += ' ';
        }
        return asked;
    }

    /// Returns a log of this world. Prices of a row vary by a fifth around those of its type.
    [[nodiscard]] Dataset log(Random& random, Index rows, const std::string& prefix = "q") const {
        Dataset data({"small", "large"});
        data.reserve(static_cast<std::size_t>(rows));
        for (Index row = 0; row < rows; ++row) {
            const Query asked = query(random);
            const QueryType& type = types[asked.type];
            Record record;
            record.id = prefix + std::to_string(row);
            record.dataset = asked.dataset;
            record.models.resize(2);
            ModelRecord& small = record.models[0];
            ModelRecord& large = record.models[1];
            const bool right = random.bernoulli(type.small);
            small.score = right ? 1.0 : 0.0;
            large.score = random.bernoulli(right ? type.large_right : type.large_wrong) ? 1.0 : 0.0;
            for (int draw = 0; draw < draws; ++draw) {
                small.verdicts.push_back(random.bernoulli(right ? positive_right : positive_wrong)
                                             ? Verdict::positive
                                             : Verdict::negative);
            }
            const auto paid = [&](double price) {
                return price * type.price * (0.8 + 0.4 * random.uniform());
            };
            small.cost = paid(small_price);
            small.draw_cost = paid(draw_price);
            large.cost = paid(large_price);
            data.append(record, {}, asked.facts());
        }
        return data;
    }

    /// Returns the best score less lambda times the cost that is possible on a type if the type is known.
    [[nodiscard]] double best_value(std::size_t number, double lambda) const {
        const QueryType& type = types[number];
        const double pay = lambda * type.price;
        const double asked = best_after(type, pay, 0, type.small, 1.0 - type.small) - pay * small_price;
        return std::max(asked, type.large() - pay * large_price);
    }

    /// Returns the score less lambda times the cost that a router reaches on a query, over all that may happen.
    template <router Router>
    [[nodiscard]] double value(const Router& policy, const Query& asked, double lambda) const {
        const QueryType& type = types[asked.type];
        const double pay = lambda * type.price;
        Evidence evidence(2);
        evidence.reset(0.5);
        read_query(policy, asked.facts(), evidence);
        if (policy.next(evidence).model == 1) return type.large() - pay * large_price;
        evidence.current = 0;
        evidence.models[0].answered = true;
        return value_after(policy, evidence, type, pay, type.small, 1.0 - type.small) - pay * small_price;
    }

 private:
    // `right` and `wrong` are the probabilities of what was seen and that the answer is right, or wrong.
    [[nodiscard]] double best_after(const QueryType& type, double pay, int drawn, double right,
                                    double wrong) const {
        const double all = right + wrong;
        double best =
            std::max(right, right * type.large_right + wrong * type.large_wrong - pay * large_price * all);
        if (drawn < draws) {
            best = std::max(best,
                            best_after(type, pay, drawn + 1, right * positive_right, wrong * positive_wrong) +
                                best_after(type, pay, drawn + 1, right * (1.0 - positive_right),
                                           wrong * (1.0 - positive_wrong)) -
                                pay * draw_price * all);
        }
        return best;
    }

    template <router Router>
    [[nodiscard]] double value_after(const Router& policy, const Evidence& evidence, const QueryType& type,
                                     double pay, double right, double wrong) const {
        const Action action = policy.next(evidence);
        if (action.kind == ActionKind::accept) return right;
        const double all = right + wrong;
        if (action.kind == ActionKind::route)
            return right * type.large_right + wrong * type.large_wrong - pay * large_price * all;
        return value_drawn(policy, evidence, type, pay, right, wrong, action.draws) -
               pay * draw_price * action.draws * all;
    }

    template <router Router>
    [[nodiscard]] double value_drawn(const Router& policy, const Evidence& evidence, const QueryType& type,
                                     double pay, double right, double wrong, int left) const {
        if (left == 0) return value_after(policy, evidence, type, pay, right, wrong);
        Evidence after = evidence;
        ModelEvidence& small = after.models[0];
        ++small.drawn;
        ++small.parsed;
        const double negative = value_drawn(policy, after, type, pay, right * (1.0 - positive_right),
                                            wrong * (1.0 - positive_wrong), left - 1);
        ++small.positive;
        return negative + value_drawn(policy, after, type, pay, right * positive_right,
                                      wrong * positive_wrong, left - 1);
    }
};

/// A world of an easy, a middling and a hard type; hard queries have long answers, and some are beyond both models.
inline World three_types(TypeIn type_in) {
    World world;
    world.types = {
        {0.9, 0.95, 0.6, 0.5}, {0.55, 0.95, 0.85, 1.0}, {0.15, 0.9, 0.75, 1.2}, {0.1, 0.4, 0.1, 2.0}};
    world.type_in = type_in;
    return world;
}

/// Returns a log of a world, the same for the same seed.
inline Dataset generated(const World& world, Index rows, std::uint64_t seed) {
    Random random(seed);
    return world.log(random, rows);
}

}  // namespace automix::test
