// SPDX-License-Identifier: Apache-2.0
// A router and a source that do what a test tells them, step by step, and write down what they were shown or asked.
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/source.hpp>

#include <string>
#include <utility>
#include <vector>

namespace scripted {

/// Plays the actions in order, the last one for ever.
class Router {
 public:
    explicit Router(std::vector<automix::Action> actions) : actions_(std::move(actions)) {}

    [[nodiscard]] automix::Action next(const automix::Evidence& evidence) const {
        const std::size_t step = seen.size() < actions_.size() ? seen.size() : actions_.size() - 1;
        seen.push_back(evidence);
        return actions_[step];
    }

    mutable std::vector<automix::Evidence> seen{};

 private:
    std::vector<automix::Action> actions_;
};

/// Gives out answers and rounds in order; the test provides as many as are asked for.
class Source {
 public:
    Source(std::vector<automix::Answered> answers, std::vector<automix::Drawn> rounds = {})
        : answers_(std::move(answers)), rounds_(std::move(rounds)) {}

    automix::Answered answer(automix::Index model) {
        calls.push_back("answer " + std::to_string(model));
        return answers_.at(answers_given_++);
    }
    automix::Drawn draw(automix::Index model, int draws) {
        calls.push_back("draw " + std::to_string(model) + " " + std::to_string(draws));
        return rounds_.at(rounds_given_++);
    }

    std::vector<std::string> calls{};

 private:
    std::vector<automix::Answered> answers_;
    std::vector<automix::Drawn> rounds_;
    std::size_t answers_given_ = 0;
    std::size_t rounds_given_ = 0;
};

inline automix::Answered answered(double cost, bool flagged = false) { return {cost, flagged, {}}; }

inline automix::Answered no_answer(double cost, std::string failure) {
    return {cost, false, std::move(failure)};
}

inline automix::Drawn round_of(int drawn, int parsed, int positive, double cost, std::string failure = {}) {
    automix::Drawn round;
    round.drawn = drawn;
    round.parsed = parsed;
    round.positive = positive;
    round.cost = cost;
    round.failure = std::move(failure);
    return round;
}

}  // namespace scripted
