// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/replay.hpp.
#pragma once

#include <automix/context/context_fields.hpp>
#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/evaluation/replay.hpp>
#include <automix/routing/loop.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

AUTOMIX_INLINE Replay::Replay(Index rows) {
    for (auto* column : {&performance, &answer_cost, &verification_cost, &routed, &last, &draws, &rounds}) {
        column->setZero(rows);
    }
}

AUTOMIX_INLINE void Replay::add(Index row, double weight, const Outcome& outcome, double score) {
    performance(row) += weight * score;
    answer_cost(row) += weight * outcome.answer_cost;
    verification_cost(row) += weight * outcome.verification_cost;
    routed(row) += outcome.routed ? weight : 0.0;
    draws(row) += weight * outcome.draws;
    rounds(row) += weight * outcome.rounds;
}

}  // namespace automix

namespace automix::detail {

AUTOMIX_INLINE std::vector<UniformInterval> uniform_intervals(std::span<const double> breakpoints) {
    std::vector<UniformInterval> intervals;
    double begin = 0.0;
    const auto close = [&](double end) {
        if (!(end >= begin && end <= 1.0)) {
            throw ProtocolError("router: expected breakpoints that ascend within [0, 1], found " +
                                format_number(end) + " after " + format_number(begin));
        }
        if (end > begin) intervals.push_back({0.5 * (begin + end), end - begin});
        begin = end;
    };
    for (const double breakpoint : breakpoints) close(breakpoint);
    if (!breakpoints.empty()) close(1.0);
    return intervals;
}

AUTOMIX_INLINE std::string with_model_name(std::string_view message, const std::vector<std::string>& names) {
    for (std::size_t m = 0; m < names.size(); ++m) {
        const std::string number = "model " + std::to_string(m);
        const bool begins = message.starts_with(number) && message.size() > number.size();
        if (begins && (message[number.size()] == ':' || message[number.size()] == ' '))
            return "model " + in_quotes(names[m]) + std::string(message.substr(number.size()));
    }
    return std::string(message);
}

AUTOMIX_INLINE void require_facts(ContextFields reads, const Dataset& data) {
    const auto require = [&](bool read, const char* name, auto known) {
        if (!read || data.rows() == 0) return;
        for (Index row = 0; row < data.rows(); ++row) {
            if (known(data.facts(row))) return;
        }
        throw DataError("the policy reads " + to_string(reads) + ", but no row of the log has " + name +
                        "; log it, and read the log with keep_facts (ReadOptions)");
    };
    require(reads.text, "a question", [](const QueryFacts& facts) { return !facts.question.empty(); });
    require(reads.features, "features", [](const QueryFacts& facts) { return !facts.features.empty(); });
    require(reads.prior, "a prior", [](const QueryFacts& facts) { return !facts.prior.empty(); });
}

AUTOMIX_INLINE void require_answer(const Outcome& outcome, const std::string& id) {
    if (!outcome.failure.empty() || outcome.model < 0) {
        throw DataError("id " + in_quotes(id) + ": " +
                        (outcome.failure.empty() ? "no answer" : outcome.failure));
    }
}

}  // namespace automix::detail
