// SPDX-License-Identifier: Apache-2.0
// This file defines what a gateway logs of one request: the models that were asked, all that was seen of them, and how
// probable it was to be seen. A score may come later. The fields are those of the schema `automix-requests/1`, which
// stream/log reads and writes.
//     automix::RequestRecord request{.id = "r1", .time = 1764500000.5, .policy = automix::policy_digest(text)};
//     request.models.push_back({.name = "small", .cost = 0.0001, .verdicts = {automix::Verdict::positive}});
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/random.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The schema of a log of requests, as its lines name it.
inline constexpr std::string_view requests_schema = "automix-requests/1";

/// What was seen of a further verifier of one answer.
struct RequestVerifier {
    VerifierRecord seen{};    ///< all that was seen; `draw_cost` is the price of one draw
    int drawn_by_policy = 0;  ///< how many of the verdicts the policy drew itself; they come first
};

/// What was seen of one model on one request.
struct RequestModel {
    std::string name{};
    /// The probability with which this model's answer was seen, before exploration was drawn. It is 1 if the policy
    /// asked the model, and else the request's probability of exploration.
    double seen = 1.0;
    std::optional<double> cost{};         ///< price of the answer
    std::optional<double> draw_cost{};    ///< price of one draw of the first verifier
    std::optional<double> verify_cost{};  ///< price of all its verdicts together; in place of `draw_cost`
    std::vector<Verdict> verdicts{};      ///< of the first verifier, in the order drawn
    /// How many of these verdicts the policy drew itself; they come first. A confidence without verdicts counts as one.
    int drawn_by_policy = 0;
    std::optional<double> confidence{};         ///< in [0, 1], if there are no verdicts
    std::vector<RequestVerifier> verifiers{};   ///< further verifiers; names differ
    std::vector<Signal> signals{};              ///< names differ, values are finite
    std::optional<std::string> served_model{};  ///< the name that the backend gave for itself
    std::optional<std::string> answer{};        ///< only if texts are logged
    std::optional<double> score{};              ///< in [0, 1]; nothing if it is not known
};

/// One request, written once when it is answered.
struct RequestRecord {
    std::string id{};
    double time = 0.0;                      ///< seconds since 1970-01-01, when the request came
    std::string policy{};                   ///< `policy_digest` of the policy; empty if none decided
    std::string model{};                    ///< the model that the client asked for, such as `automix`
    std::optional<std::string> question{};  ///< only if texts are logged
    std::optional<std::string> context{};
    std::string dataset{};                 ///< empty if not given
    std::vector<QueryFeature> features{};  ///< names differ
    std::vector<double> prior{};           ///< the client's probability that each model is right; or empty
    bool exploring = false;            ///< true if exploration was drawn; its own line follows when it ends
    bool explored = false;             ///< true if the models that the policy did not ask were asked too
    double exploration = 0.0;          ///< probability of exploration of this request, before it was drawn
    std::vector<std::string> route{};  ///< models that the policy asked, in order
    std::optional<std::string> answered{};  ///< the model whose answer was delivered; nothing: failed
    bool unverified = false;  ///< true if the request went straight to a model, and no policy decided
    bool degraded = false;    ///< true if an error was met on the way to the answer
    std::string error{};      ///< empty unless the request failed or is degraded
    double latency = 0.0;     ///< seconds until the reply
    std::vector<RequestModel> models{};  ///< models of which something was seen, cheapest first
};

/// What was seen of a request in all, once its exploration has ended. It comes after its request.
struct ExplorationRecord {
    std::string id{};                    ///< of the request
    double time = 0.0;                   ///< seconds since 1970-01-01
    std::vector<RequestModel> models{};  ///< in place of those of the request, cheapest first
};

/// A score that comes after its request.
struct LateScore {
    std::string id{};                    ///< of the request
    std::optional<std::string> model{};  ///< nothing: the model that answered
    double score = 0.0;                  ///< in [0, 1]
    double time = 0.0;                   ///< seconds since 1970-01-01; the latest score counts
};

/// Returns the 16 hexadecimal digits that name a policy in a log: a digest of the text of its file.
inline std::string policy_digest(std::string_view policy_text) { return hexadecimal(hash_text(policy_text)); }

/// Returns what was seen of the model of that name; null if nothing was.
const RequestModel* find_model(const RequestRecord& request, std::string_view name);

/// Returns the number of draws behind what was seen of a verifier. A confidence without verdicts counts as one.
inline std::size_t draws_seen(const std::vector<Verdict>& verdicts, const std::optional<double>& confidence) {
    return verdicts.empty() && confidence ? 1 : verdicts.size();
}

/// Returns the facts on the query of a request, as views of it.
QueryFacts query_facts(const RequestRecord& request);

/// Throws `DataError` with the field unless the record is one that a log can hold: with an id, numbers in their ranges,
/// names that differ, and an answer of a model of which something was seen.
void validate(const RequestRecord& request);

/// Throws `DataError` with the field unless the exploration can be joined to a request.
void validate(const ExplorationRecord& exploration);

/// Throws `DataError` with the field unless the score can be joined to a request.
void validate(const LateScore& score);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/request_record_inl.hpp>
#endif
