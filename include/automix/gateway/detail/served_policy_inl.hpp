// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/served_policy.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/file/file.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/gateway/served_policy.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/query_prior.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/stream/request_record.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// Throws `DataError` if a policy needs evidence that live models do not give.
inline void require_servable(const PomdpRouter& router) {
    for (const ModelShape& model : router.trained().models) {
        if (model.kind == VerificationKind::confidence && model.verifier == self_verifier)
            throw DataError("the policy goes by a logged confidence of " + in_quotes(model.name) +
                            ", which live models do not give");
    }
    if (router.report().accepted == AcceptedAnswer::plurality)
        throw DataError("the policy accepts pluralities, which the gateway does not draw");
}

/// Returns the places of the policy's models among those that were opened.
inline std::vector<std::size_t> places_of(const std::vector<std::string>& names, const OpenedModels& opened) {
    std::vector<std::size_t> places;
    for (const std::string& name : names) {
        const auto found = std::find_if(opened.configs.begin(), opened.configs.end(),
                                        [&](const ModelConfig& config) { return config.name == name; });
        if (found == opened.configs.end())
            throw ArgumentError("models: the policy is for " + in_quotes(name) + ", which is not there");
        places.push_back(as_size(found - opened.configs.begin()));
    }
    return places;
}

template <class T>
std::vector<T> chosen(const std::vector<T>& all, const std::vector<std::size_t>& places) {
    std::vector<T> some;
    for (const std::size_t place : places) some.push_back(all[place]);
    return some;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE LoadedPolicy load_policy(const std::string& path) {
    const std::string text = detail::read_file(path);
    return {parse_policy(text, path), policy_digest(text)};
}

AUTOMIX_INLINE ServedPolicy::ServedPolicy(LoadedPolicy policy, const OpenedModels& opened,
                                          const GatewayOptions& options)
    : router_((detail::require_servable(policy.file.router), std::move(policy.file.router))),
      statistics_(std::make_shared<const Statistics>(std::move(policy.file.statistics))),
      digest_(std::move(policy.digest)),
      names_(names_of(router_.trained().models)),
      places_(detail::places_of(names_, opened)),
      models_(detail::chosen(opened.models, places_)),
      further_(opened.further),
      verifiers_(detail::chosen(opened.configs, places_)),
      asked_(detail::verifiers_of(router_.models(), further_, false)),
      ledger_(opened.ledger),
      on_failure_(options.on_failure),
      seed_(options.seed),
      answerer_(answerer(false)) {}

AUTOMIX_INLINE ServedPolicy::ServedPolicy(const ServedPolicy& base, PomdpRouter router)
    : router_(std::move(router)),
      statistics_(base.statistics_),
      digest_(base.digest_),
      names_(base.names_),
      places_(base.places_),
      models_(base.models_),
      further_(base.further_),
      verifiers_(base.verifiers_),
      asked_(base.asked_),
      ledger_(base.ledger_),
      on_failure_(base.on_failure_),
      seed_(base.seed_),
      answerer_(answerer(false)) {}

AUTOMIX_INLINE ServedPolicy::PolicyAnswerer ServedPolicy::answerer(bool explain) const {
    AnsweringOptions answering;
    answering.on_failure = on_failure_;
    answering.seed = seed_;
    answering.explain = explain;
    answering.verifiers = further_;
    answering.ledger = ledger_;
    return PolicyAnswerer(router_, models_, verifiers_, answering);
}

AUTOMIX_INLINE LiveAnswer ServedPolicy::answer(const Query& query, bool explain,
                                               const std::stop_token& stop) const {
    if (!explain) return answerer_.answer(query, stop);
    std::call_once(explained_, [this] { explaining_.emplace(answerer(true)); });
    return explaining_->answer(query, stop);
}

AUTOMIX_INLINE std::string ServedPolicy::reads_beyond_statistics() const {
    if (!router_.forecasts() && router_.signals().empty()) return {};
    return "the policy reads " + (router_.forecasts() ? to_string(router_.reads()) : "signals") +
           ", of which its file holds no statistics";
}

AUTOMIX_INLINE PomdpOptions ServedPolicy::options_for(const Objective& objective) const {
    PomdpOptions options = router_.options();
    options.objective = objective;
    options.promise_by.clear();
    options.context = {.best = false};
    return options;
}

AUTOMIX_INLINE ServedPolicy::Variant ServedPolicy::train(const Objective& objective) const {
    Variant made{objective, nullptr, {}};
    const std::string name = to_string(objective);
    if (const std::string obstacle = reads_beyond_statistics(); !obstacle.empty()) {
        made.refusal = obstacle + "; train a policy for " + name;
        return made;
    }
    try {
        PomdpRouter router(options_for(objective));
        const TrainingResult result = router.train(*statistics_);
        if (!result.feasible) {
            made.refusal = name + " is infeasible: " + result.reason;
        } else {
            made.policy.reset(new ServedPolicy(*this, std::move(router)));
        }
    } catch (const Error& error) {
        made.refusal = error.what();
    }
    return made;
}

AUTOMIX_INLINE std::vector<ServedPolicy::PricedPolicy> ServedPolicy::frontier() const {
    if (const std::string obstacle = reads_beyond_statistics(); !obstacle.empty())
        throw ArgumentError("pace: " + obstacle + "; train one with --context none");
    const Objective& own = router_.options().objective;
    if (own.is_promise())
        throw ArgumentError("pace: the policy promises " + to_string(own) +
                            ", which the policies for other prices of quality may break");
    std::vector<PricedPolicy> policies;
    // The last candidate is the last model alone, which is none of the curve.
    constexpr auto all = std::numeric_limits<std::size_t>::max();
    std::vector<PomdpRouter> curve =
        PomdpRouter(options_for(Objective::base())).candidates(*statistics_, nullptr, all);
    curve.pop_back();
    for (PomdpRouter& router : curve) {
        const double cost = router.report().expected.cost;
        const double lambda = router.report().lambda;
        std::shared_ptr<const ServedPolicy> policy(new ServedPolicy(*this, std::move(router)));
        policies.push_back({std::move(policy), cost, lambda});
    }
    return policies;
}

AUTOMIX_INLINE std::shared_ptr<const ServedPolicy> ServedPolicy::variant(const Objective& objective) const {
    constexpr std::size_t most = 16;
    const std::lock_guard lock(mutex_);
    const auto known = std::find_if(variants_.begin(), variants_.end(),
                                    [&](const Variant& other) { return other.objective == objective; });
    if (known != variants_.end()) {
        variants_.splice(variants_.begin(), variants_, known);
    } else {
        variants_.push_front(train(objective));
        if (variants_.size() > most) variants_.pop_back();
    }
    const Variant& found = variants_.front();
    if (!found.policy) throw RequestError({.field = "model"}, "model: " + found.refusal);
    return found.policy;
}

AUTOMIX_INLINE std::optional<QueryForecast> ServedPolicy::forecast(const Query& query) const {
    if (!router_.forecasts()) return std::nullopt;
    try {
        const std::vector<double> prior =
            router_.reads().prior ? prior_for(query, names_) : std::vector<double>{};
        return router_.forecast({query.question, query.context, query.dataset, query.features, prior});
    } catch (const Error&) {
        return std::nullopt;  // the answer tells what is wrong with the query
    }
}

AUTOMIX_INLINE double ServedPolicy::last_alone(const Query& query) const {
    if (const auto known = forecast(query)) return known->answer_prices.back();
    return router_.trained().prices.answers.back();
}

AUTOMIX_INLINE std::optional<double> ServedPolicy::first_score(const Query& query) const {
    if (const auto known = forecast(query)) return known->scores.front();
    return std::nullopt;
}

}  // namespace automix
