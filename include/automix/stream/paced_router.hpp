// SPDX-License-Identifier: Apache-2.0
// Keeps a budget over a stream of queries. A pacer moves along the policies of a frontier, each the best for some price
// of quality lambda: what was spent too much is saved again over the next queries, and what that takes on average is
// learnt, so lambda follows the traffic (dual ascent with momentum; the gains follow from window and tolerance alone). No
// score is looked at, for scores of training rows flatter the policies that were fitted to them. A limit on what any
// stretch of queries may spend above its budget holds whatever comes: beyond it the cheapest policy answers. Costs of
// queries under way count as planned. O(log policies) a query.
//     automix::PacedRouter<automix::PomdpRouter> paced(router.curve(training), policies, {.budget = 2.5});
//     const auto turn = paced.begin(u);
//     const automix::Outcome outcome = automix::run(turn.router(), source, evidence);
//     paced.end(turn, outcome.cost());
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/routing/router.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace automix {

struct PacedOptions {
    double budget = 0.0;      ///< mean cost per query
    Index window = 500;       ///< queries of a stretch, over which the tolerance is meant
    double tolerance = 0.05;  ///< share of a window's budget that the window may spend beyond it
};

/// A policy of a frontier.
struct PacedPolicy {
    double cost = 0.0;    ///< mean cost per query that is planned for it, such as that on training rows
    double lambda = 0.0;  ///< price of quality up from which it is the best: score per unit of price
};

/// The state of a pacer: a few numbers, for files.
struct PacedState {
    std::uint64_t queries = 0;
    double spent = 0.0;    ///< by queries that have ended
    double due = 0.0;      ///< budget of the queries so far
    double base = 0.0;     ///< planned mean cost that keeps the budget, as learnt so far
    double excess = 0.0;   ///< greatest cost above the budget of any stretch that ends now
    double dearest = 0.0;  ///< cost of the dearest query so far

    friend bool operator==(const PacedState&, const PacedState&) = default;
};

/// Chooses policies by number, for costs that it is told.
class Pacer {
 public:
    /// A policy by number, and the cost that is planned for the query.
    struct Choice {
        std::size_t policy = 0;
        double planned = 0.0;
    };

    /// Takes the policies in the order of a curve, the cheapest first. Those that cost no more than one before are left
    /// out. Throws `ArgumentError` if there are none, for a budget below the cheapest cost, and for a window or a tolerance
    /// that is not positive.
    Pacer(const std::vector<PacedPolicy>& policies, const PacedOptions& options);

    /// Goes on from an earlier state. Throws as above, and for a state with impossible numbers.
    Pacer(const std::vector<PacedPolicy>& policies, const PacedOptions& options, const PacedState& state);

    /// Returns the policy of the next query, with `u` uniform in [0, 1).
    Choice begin(double u);

    /// Takes the cost of a query that has ended.
    void end(const Choice& choice, double cost);

    /// Spreads a total over a horizon whose number of queries is not known. `elapsed` is the part of the horizon that has
    /// passed, in (0, 1]: the rest of the total is for as many queries as the pace so far lets expect. Call it from time
    /// to time. Throws `ArgumentError` for other numbers.
    void spread(double total, double elapsed);

    /// Returns the price of quality in use, at which the next query's two policies are equally good.
    [[nodiscard]] double lambda() const;

    [[nodiscard]] double budget() const noexcept { return options_.budget; }
    /// Returns the state. Queries under way are not part of it.
    [[nodiscard]] const PacedState& state() const noexcept { return state_; }

 private:
    /// A policy in use.
    struct Point {
        std::size_t policy = 0;
        double cost = 0.0;
        double lambda = 0.0;
    };

    /// Returns what was spent and planned above the budget so far.
    [[nodiscard]] double ahead() const noexcept { return state_.spent + pending_ - state_.due; }
    /// Returns the number of queries over which a difference is made up.
    [[nodiscard]] double span() const;
    [[nodiscard]] double target() const;
    /// Returns the number of the policy at or before a cost, and never the last but for a single one.
    [[nodiscard]] std::size_t segment(double cost) const;

    PacedOptions options_;
    std::vector<Point> used_;
    PacedState state_;
    double pending_ = 0.0;
    double limit_ = 0.0;  ///< budgets of queries that any stretch may spend beyond its own
};

/// Routers of a frontier with a pacer. Threads may share it; copies have a state of their own.
template <router Router>
class PacedRouter {
 public:
    /// A query under way.
    class Turn {
     public:
        /// Returns the router of this query.
        [[nodiscard]] const Router& router() const noexcept { return *router_; }

     private:
        friend class PacedRouter;
        Turn(const Router& router, const Pacer::Choice& choice) : router_(&router), choice_(choice) {}
        const Router* router_;
        Pacer::Choice choice_;
    };

    /// Takes routers and the planned cost of each. Throws `ArgumentError` as `Pacer`, and if the numbers
    /// differ.
    PacedRouter(std::vector<Router> frontier, const std::vector<PacedPolicy>& policies,
                const PacedOptions& options)
        : frontier_(std::move(frontier)), pacer_(policies, options) {
        require_policies(policies.size());
    }
    PacedRouter(std::vector<Router> frontier, const std::vector<PacedPolicy>& policies,
                const PacedOptions& options, const PacedState& state)
        : frontier_(std::move(frontier)), pacer_(policies, options, state) {
        require_policies(policies.size());
    }
    PacedRouter(const PacedRouter& other) : frontier_(other.frontier_), pacer_(other.pacer()) {}
    PacedRouter& operator=(const PacedRouter&) = delete;
    ~PacedRouter() = default;

    /// Begins a query, with `u` uniform in [0, 1) and fixed for it. The result must not outlive the router.
    [[nodiscard]] Turn begin(double u) {
        const std::lock_guard lock(mutex_);
        const Pacer::Choice choice = pacer_.begin(u);
        return Turn(frontier_[choice.policy], choice);
    }

    /// Ends a query at the cost that it had, 0 if it failed before any call.
    void end(const Turn& turn, double cost) {
        const std::lock_guard lock(mutex_);
        pacer_.end(turn.choice_, cost);
    }

    /// Spreads a total over a horizon, as `Pacer::spread`.
    void spread(double total, double elapsed) {
        const std::lock_guard lock(mutex_);
        pacer_.spread(total, elapsed);
    }

    /// Returns a copy of the pacer, for its state and the price of quality.
    [[nodiscard]] Pacer pacer() const {
        const std::lock_guard lock(mutex_);
        return pacer_;
    }

    [[nodiscard]] const std::vector<Router>& frontier() const noexcept { return frontier_; }

 private:
    void require_policies(std::size_t policies) const {
        if (policies != frontier_.size())
            throw ArgumentError("paced router: expected a planned cost for each of " +
                                std::to_string(frontier_.size()) + " routers, found " +
                                std::to_string(policies));
    }

    std::vector<Router> frontier_;
    mutable std::mutex mutex_;
    Pacer pacer_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/detail/paced_router_inl.hpp>
#endif
