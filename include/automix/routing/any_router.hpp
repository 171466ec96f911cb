// SPDX-License-Identifier: Apache-2.0
// A single type for any named, trainable router, for programs that choose it at run time. The file also has the
// concepts of optional members of a router, which the type forwards. A copy is deep. A decision costs one virtual call.
// A router that was moved from may be copied, assigned to and destroyed, nothing else.
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// A router that can be trained for every lambda (score per unit of price) at once. `curve` returns the policies that
/// are best on the training rows for some lambda, in ascending order of cost there.
template <class R>
concept router_with_curve = trainable_router<R> && requires(const R& r, const TrainingData& training) {
    { r.curve(training) } -> std::same_as<std::vector<R>>;
};

/// A trainable router that also says its name and, once trained, its parameters.
template <class R>
concept named_router = trainable_router<R> && requires(const R& r) {
    { r.name() } -> std::convertible_to<std::string>;
    { r.parameters() } -> std::same_as<Parameters>;
};

/// A function that explains the decision of a trained router on evidence. It is empty for a router that cannot explain
/// itself. The router must outlive it unchanged. It is safe to call from many threads. It throws `ProtocolError` for
/// evidence that no query can have.
using Explainer = std::function<Explanation(const Evidence&)>;

class PomdpRouter;

/// Returns the explainer of a trained POMDP router; empty before training and for a policy of a curve. O(cells *
/// outcomes).
[[nodiscard]] Explainer explainer_of(const PomdpRouter& router);

/// Returns the maximum number of draws that the policy takes of that model's answer; nothing before training.
[[nodiscard]] std::optional<int> max_draws_of(const PomdpRouter& router, int model);

/// Returns the explainer of a router that has a member for it.
template <class R>
    requires requires(const R& r) {
        { r.explainer() } -> std::same_as<Explainer>;
    }
[[nodiscard]] Explainer explainer_of(const R& router) { return router.explainer(); }

/// Returns the maximum number of draws of a model's answer by a router that has a member for it.
template <class R>
    requires requires(const R& r, int model) {
        { r.max_draws(model) } -> std::same_as<std::optional<int>>;
    }
[[nodiscard]] std::optional<int> max_draws_of(const R& router, int model) { return router.max_draws(model); }

/// A router that can explain its decisions: it has a member `Explainer explainer() const`, or is a `PomdpRouter`.
template <class R>
concept explaining_router = router<R> && requires(const R& r) {
    { explainer_of(r) } -> std::same_as<Explainer>;
};

/// A router whose policy is for a limited number of draws: it has a member `std::optional<int> max_draws(int model)
/// const`, or is a `PomdpRouter`. Nothing means that there is no limit.
template <class R>
concept draw_limited_router = router<R> && requires(const R& r, int model) {
    { max_draws_of(r, model) } -> std::same_as<std::optional<int>>;
};

class AnyRouter {
 public:
    /// Takes a router over. Implicit, so that `std::vector<AnyRouter>{PomdpRouter(), UnionRouter()}` works. The
    /// constraint does not ask whether the router can be copied: routers that hold an `AnyRouter` are tested here while
    /// that is found out.
    template <class R>
        requires(!std::same_as<R, AnyRouter>)
    &&requires(R& router, const TrainingData& training, const Evidence& evidence) {
        router.train(training);
        router.next(evidence);
    }
    AnyRouter(R router) {  // NOLINT(google-explicit-constructor)
        static_assert(named_router<R>,
                      "a router behind AnyRouter needs `TrainingResult train(const TrainingData&)`, `Action "
                      "next(const Evidence&) const`, `name()` and `Parameters parameters() const`; see "
                      "automix/routing/any_router.hpp");
        if constexpr (named_router<R>) self_ = std::make_unique<Holder<R>>(std::move(router));
    }

    /// Takes a router over, by name.
    template <named_router R>
    static AnyRouter of(R router) {
        return AnyRouter(std::make_unique<Holder<R>>(std::move(router)));
    }

    AnyRouter(const AnyRouter& other) : self_(other.self_ ? other.self_->clone() : nullptr) {}
    AnyRouter(AnyRouter&&) noexcept = default;
    AnyRouter& operator=(const AnyRouter& other) { return *this = AnyRouter(other); }
    AnyRouter& operator=(AnyRouter&&) noexcept = default;
    ~AnyRouter() = default;

    [[nodiscard]] std::string name() const { return self_->name(); }
    TrainingResult train(const TrainingData& training) { return self_->train(training); }
    /// Returns the router's policies for all lambdas. Returns the trained router alone if it has no lambda, and none if
    /// nothing is feasible. Throws the errors of training.
    [[nodiscard]] std::vector<AnyRouter> curve(const TrainingData& training) const {
        return self_->curve(training);
    }
    [[nodiscard]] Action next(const Evidence& evidence) const { return self_->next(evidence); }
    [[nodiscard]] Parameters parameters() const { return self_->parameters(); }
    [[nodiscard]] std::span<const double> breakpoints() const { return self_->breakpoints(); }
    /// Returns the explainer of the router, which refers to it; empty for one that cannot explain itself.
    [[nodiscard]] Explainer explainer() const { return self_->explainer(); }
    /// Returns the maximum number of draws of that model's answer; nothing if the router has no limit.
    [[nodiscard]] std::optional<int> max_draws(int model) const { return self_->max_draws(model); }

    /// Returns the router inside if it is of that type, else null.
    template <class R>
    [[nodiscard]] const R* target() const noexcept {
        const auto* holder = dynamic_cast<const Holder<R>*>(self_.get());
        return holder == nullptr ? nullptr : &holder->router;
    }
    template <class R>
    [[nodiscard]] R* target() noexcept {
        auto* holder = dynamic_cast<Holder<R>*>(self_.get());
        return holder == nullptr ? nullptr : &holder->router;
    }

 private:
    struct Base {
        Base() = default;
        Base(const Base&) = default;
        Base& operator=(const Base&) = delete;
        virtual ~Base() = default;
        [[nodiscard]] virtual std::unique_ptr<Base> clone() const = 0;
        [[nodiscard]] virtual std::string name() const = 0;
        virtual TrainingResult train(const TrainingData&) = 0;
        [[nodiscard]] virtual std::vector<AnyRouter> curve(const TrainingData&) const = 0;
        [[nodiscard]] virtual Action next(const Evidence&) const = 0;
        [[nodiscard]] virtual Parameters parameters() const = 0;
        [[nodiscard]] virtual std::span<const double> breakpoints() const = 0;
        [[nodiscard]] virtual Explainer explainer() const = 0;
        [[nodiscard]] virtual std::optional<int> max_draws(int model) const = 0;
    };

    template <class R>
    struct Holder final : Base {
        explicit Holder(R r) : router(std::move(r)) {}
        [[nodiscard]] std::unique_ptr<Base> clone() const override { return std::make_unique<Holder>(*this); }
        [[nodiscard]] std::string name() const override { return router.name(); }
        TrainingResult train(const TrainingData& training) override { return router.train(training); }
        [[nodiscard]] std::vector<AnyRouter> curve(const TrainingData& training) const override {
            std::vector<AnyRouter> routers;
            if constexpr (router_with_curve<R>) {
                for (R& point : router.curve(training)) routers.push_back(of(std::move(point)));
            } else {
                R trained = router;
                if (trained.train(training).feasible) routers.push_back(of(std::move(trained)));
            }
            return routers;
        }
        [[nodiscard]] Action next(const Evidence& evidence) const override { return router.next(evidence); }
        [[nodiscard]] Parameters parameters() const override { return router.parameters(); }
        [[nodiscard]] std::span<const double> breakpoints() const override {
            if constexpr (randomised_router<R>) return router.breakpoints();
            return {};
        }
        [[nodiscard]] Explainer explainer() const override {
            if constexpr (explaining_router<R>) return explainer_of(router);
            return {};
        }
        [[nodiscard]] std::optional<int> max_draws(int model) const override {
            if constexpr (draw_limited_router<R>) return max_draws_of(router, model);
            return std::nullopt;
        }
        R router;
    };

    explicit AnyRouter(std::unique_ptr<Base> self) : self_(std::move(self)) {}

    std::unique_ptr<Base> self_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/routing/detail/any_router_inl.hpp>
#endif
