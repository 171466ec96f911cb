// SPDX-License-Identifier: Apache-2.0
// A policy at work on the models of a models file, and its policies for other objectives. These are trained from the
// statistics in the policy file when they are asked for, once each, and the last few are kept. A served policy does not
// change, so that a request keeps the one that it began with. Safe to use from many threads.
//     const auto served = std::make_shared<const automix::ServedPolicy>(automix::load_policy("policy.json"), opened, options);
#pragma once

#include <automix/context/query_forecast.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/statistics.hpp>
#include <automix/gateway/gateway_options.hpp>
#include <automix/live/answering.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/ledger.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_file.hpp>
#include <automix/routing/objective.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// A policy with the digest of its file.
struct LoadedPolicy {
    PolicyFile file{};
    std::string digest{};  ///< as `policy_digest`
};

/// Returns the policy in a file. Throws `DataError` as `read_policy`.
[[nodiscard]] LoadedPolicy load_policy(const std::string& path);

class ServedPolicy {
 public:
    /// Takes the models that the policy is for from those that were opened. Throws `DataError` for a policy that live
    /// models cannot serve, and `ArgumentError` if a model or a verifier of the policy was not opened.
    ServedPolicy(LoadedPolicy policy, const OpenedModels& opened, const GatewayOptions& options);
    ServedPolicy(const ServedPolicy&) = delete;
    ServedPolicy& operator=(const ServedPolicy&) = delete;
    ~ServedPolicy() = default;

    /// Answers a query. Any failure is reported in the answer and never thrown.
    [[nodiscard]] LiveAnswer answer(const Query& query, bool explain, const std::stop_token& stop) const;

    /// Returns the same policy for another objective. Throws `RequestError` if it is infeasible, or if the policy reads
    /// what statistics do not hold.
    [[nodiscard]] std::shared_ptr<const ServedPolicy> variant(const Objective& objective) const;

    /// A policy for some price of quality.
    struct PricedPolicy {
        std::shared_ptr<const ServedPolicy> policy{};
        double cost = 0.0;    ///< mean cost per query that its tables expect
        double lambda = 0.0;  ///< price of quality: score for a unit of price
    };

    /// Returns the policies for all prices of quality, in ascending order of cost. Throws `ArgumentError` for a policy that
    /// reads what statistics do not hold, and for one that promises something, which the others may break.
    [[nodiscard]] std::vector<PricedPolicy> frontier() const;

    /// Returns the forecast price of asking the last model alone.
    [[nodiscard]] double last_alone(const Query& query) const;

    /// Returns the first model's forecast score; nothing if the policy does not read the query.
    [[nodiscard]] std::optional<double> first_score(const Query& query) const;

    /// Returns the number in [0, 1) that decides which of two mixed policies a query falls to.
    [[nodiscard]] double uniform(const std::string& id) const { return uniform_of(id, seed_); }

    [[nodiscard]] const PomdpRouter& router() const noexcept { return router_; }
    [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// Returns the places of the policy's models among those that were opened.
    [[nodiscard]] const std::vector<std::size_t>& places() const noexcept { return places_; }
    [[nodiscard]] const ConfiguredVerifiers& verifiers() const noexcept { return verifiers_; }
    /// Returns the verifiers of each model, as `LiveSourceOptions::asked`.
    [[nodiscard]] const std::vector<std::vector<Index>>& asked() const noexcept { return asked_; }
    [[nodiscard]] const std::shared_ptr<Ledger>& ledger() const noexcept { return ledger_; }

 private:
    using PolicyAnswerer = Answerer<PomdpRouter, ConfiguredVerifiers>;

    /// The policy for another objective, or why there is none.
    struct Variant {
        Objective objective{};
        std::shared_ptr<const ServedPolicy> policy{};
        std::string refusal{};
    };

    /// Makes the policy for another objective of a policy.
    ServedPolicy(const ServedPolicy& base, PomdpRouter router);

    /// Returns why the statistics do not hold all that the policy reads; empty if they do.
    [[nodiscard]] std::string reads_beyond_statistics() const;

    /// Returns the options for policies of other objectives, which are trained on statistics alone.
    [[nodiscard]] PomdpOptions options_for(const Objective& objective) const;

    [[nodiscard]] PolicyAnswerer answerer(bool explain) const;
    [[nodiscard]] Variant train(const Objective& objective) const;
    [[nodiscard]] std::optional<QueryForecast> forecast(const Query& query) const;

    PomdpRouter router_;
    std::shared_ptr<const Statistics> statistics_;
    std::string digest_;
    std::vector<std::string> names_;
    std::vector<std::size_t> places_;
    std::vector<LiveModel> models_;
    std::vector<FurtherVerifier> further_;
    ConfiguredVerifiers verifiers_;
    std::vector<std::vector<Index>> asked_;
    std::shared_ptr<Ledger> ledger_;
    OnFailure on_failure_;
    std::uint64_t seed_;
    PolicyAnswerer answerer_;
    mutable std::once_flag explained_;
    mutable std::optional<PolicyAnswerer> explaining_;
    mutable std::mutex mutex_;
    mutable std::list<Variant> variants_{};  ///< the last one asked for first
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/served_policy_inl.hpp>
#endif
