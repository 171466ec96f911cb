// SPDX-License-Identifier: Apache-2.0
// This file defines one query of a log, for rows built by hand or read. For each model it has the score, the verdicts
// (or their mean alone), the recorded prices, free signals, further verifiers and data on the samples. Texts are not part of it, because a router never
// sees any. The fields are those of the log schema `automix-log/1`.
#pragma once

#include <automix/core/verdict.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// A number that comes with an answer at no price, such as the share of unit tests that pass.
struct Signal {
    std::string name{};
    double value = 0.0;

    friend bool operator==(const Signal&, const Signal&) = default;
};

/// The name of the verifier whose verdicts, confidence and price stand in `ModelRecord` itself.
inline constexpr std::string_view self_verifier = "self";

/// The verification of an answer by a further verifier, such as another model or a check of its format.
struct VerifierRecord {
    std::string name{};                  ///< not `self`
    std::vector<Verdict> verdicts{};     ///< in the order drawn
    std::optional<double> confidence{};  ///< in [0, 1]; used if no verdicts are logged
    std::optional<double> draw_cost{};   ///< price of one draw

    friend bool operator==(const VerifierRecord&, const VerifierRecord&) = default;
};

/// The logged data of one model on one query.
struct ModelRecord {
    double score = 0.0;                  ///< the score of the answer, in [0, 1]
    std::vector<Verdict> verdicts{};     ///< in the order drawn
    std::optional<double> confidence{};  ///< in [0, 1]; used if no verdicts are logged
    std::optional<double> cost{};        ///< price of the answer
    std::optional<double> draw_cost{};   ///< price of one draw
    bool flagged = false;                ///< a known bad answer, for the fixed-answer rule
    std::vector<std::int32_t>
        clusters{};  ///< the cluster of each sample, the answer first: equal numbers are equal answers, -1 failed
    std::vector<double> sample_scores{};      ///< the score of each sample, in [0, 1]
    std::vector<Signal> signals{};            ///< names differ, values are finite
    std::vector<VerifierRecord> verifiers{};  ///< further verifiers; names differ
};

/// One query. Its models stand cheapest first, in the order of the data set.
struct Record {
    std::string id{};
    std::string dataset{};   ///< empty if not named
    std::string split{};     ///< empty if not given
    std::string category{};  ///< GOOD, NEEDY, HOPELESS, UNDEFINED, or empty
    std::vector<ModelRecord> models{};
};

}  // namespace automix
