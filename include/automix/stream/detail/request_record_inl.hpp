// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/request_record.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/stream/request_record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

[[noreturn]] inline void fail_request(const std::string& field, const std::string& message) {
    throw DataError(Place{{}, 0, field}, message);
}

inline void require_range_of(double value, const std::string& field, double least, double most) {
    if (value >= least && value <= most) return;
    fail_request(field, "expected a number in [" + format_number(least) + ", " + format_number(most) +
                            "], found " + format_number(value));
}

inline void require_time(double value, const std::string& field) {
    if (!(std::isfinite(value) && value >= 0.0))
        fail_request(field, "expected a number of at least 0, found " + format_number(value));
}

inline void require_drawn(int drawn, std::size_t verdicts, const std::string& field) {
    if (drawn < 0 || as_size(drawn) > verdicts) {
        fail_request(field, "expected a whole number from 0 to the number of draws, " +
                                std::to_string(verdicts) + ", found " + std::to_string(drawn));
    }
}

/// Returns what a log of queries would hold of the model.
inline ModelRecord as_logged(const RequestModel& model) {
    ModelRecord record;
    record.score = model.score.value_or(0.0);
    record.verdicts = model.verdicts;
    record.confidence = model.confidence;
    record.cost = model.cost;
    record.draw_cost = model.draw_cost;
    record.signals = model.signals;
    for (const RequestVerifier& verifier : model.verifiers) record.verifiers.push_back(verifier.seen);
    return record;
}

/// Returns the names of models of which something was seen. Throws `DataError` with the field if a log cannot hold it.
inline std::vector<std::string> valid_models(const std::vector<RequestModel>& models, Record record) {
    std::vector<std::string> names;
    for (const RequestModel& model : models) {
        const std::string at = "models[" + std::to_string(names.size()) + "].";
        if (model.name.empty()) fail_request(at + "name", "expected a non-empty string");
        if (std::find(names.begin(), names.end(), model.name) != names.end())
            fail_request(at + "name", in_quotes(model.name) + " stands twice");
        if (!(model.seen > 0.0)) {
            fail_request(at + "seen", "expected a probability above 0, as the model was seen, found " +
                                          format_number(model.seen));
        }
        require_range_of(model.seen, at + "seen", 0.0, 1.0);
        if (model.score) require_range_of(*model.score, at + "score", 0.0, 1.0);
        if (model.verify_cost && !is_price(*model.verify_cost))
            fail_request(at + "verify_cost", price_complaint(*model.verify_cost));
        require_drawn(model.drawn_by_policy, draws_seen(model.verdicts, model.confidence),
                      at + "drawn_by_policy");
        for (const RequestVerifier& verifier : model.verifiers) {
            require_drawn(verifier.drawn_by_policy,
                          draws_seen(verifier.seen.verdicts, verifier.seen.confidence),
                          at + "verifiers." + verifier.seen.name + ".drawn_by_policy");
        }
        names.push_back(model.name);
        record.models.push_back(as_logged(model));
    }
    if (!names.empty())
        Dataset(names).append(record);  // throws for a record that a log of queries cannot hold
    return names;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE const RequestModel* find_model(const RequestRecord& request, std::string_view name) {
    const auto found = std::find_if(request.models.begin(), request.models.end(),
                                    [&](const RequestModel& model) { return model.name == name; });
    return found == request.models.end() ? nullptr : &*found;
}

AUTOMIX_INLINE QueryFacts query_facts(const RequestRecord& request) {
    const auto view = [](const std::optional<std::string>& text) {
        return text ? std::string_view(*text) : std::string_view();
    };
    return {view(request.question), view(request.context), request.dataset, request.features, request.prior};
}

AUTOMIX_INLINE void validate(const RequestRecord& request) {
    if (request.id.empty()) detail::fail_request("id", "expected a non-empty string");
    const std::vector<std::string> names =
        detail::valid_models(request.models, Record{request.id, request.dataset, {}, {}, {}});
    QueryFacts facts = query_facts(request);
    for (std::size_t i = 0; i < facts.prior.size(); ++i)
        detail::require_range_of(facts.prior[i], "prior[" + std::to_string(i) + "]", 0.0, 1.0);
    facts.prior = {};  // it is over all models of the policy, of which some were not seen
    require_valid_facts(facts, names);
    detail::require_time(request.time, "time");
    detail::require_time(request.latency, "latency");
    if (!request.policy.empty() && !parse_hexadecimal(request.policy)) {
        detail::fail_request(
            "policy", "expected 16 hexadecimal digits in lower case, found " + in_quotes(request.policy));
    }
    detail::require_range_of(request.exploration, "exploration", 0.0, 1.0);
    if (request.explored && request.exploration == 0.0)
        detail::fail_request("exploration",
                             "expected a probability above 0, as the request was explored, found 0");
    if (request.exploring && request.exploration == 0.0)
        detail::fail_request("exploration",
                             "expected a probability above 0, as exploration was drawn, found 0");
    if (request.answered && find_model(request, *request.answered) == nullptr)
        detail::fail_request("answered", "expected one of the models (" + joined(names) +
                                             ") or null, found " + in_quotes(*request.answered));
}

AUTOMIX_INLINE void validate(const ExplorationRecord& exploration) {
    if (exploration.id.empty()) detail::fail_request("exploration_of", "expected a non-empty string");
    (void)detail::valid_models(exploration.models, Record{exploration.id, {}, {}, {}, {}});
    detail::require_time(exploration.time, "time");
}

AUTOMIX_INLINE void validate(const LateScore& score) {
    if (score.id.empty()) detail::fail_request("score_of", "expected a non-empty string");
    if (score.model && score.model->empty()) detail::fail_request("model", "expected a non-empty string");
    detail::require_range_of(score.score, "score", 0.0, 1.0);
    detail::require_time(score.time, "time");
}

}  // namespace automix
