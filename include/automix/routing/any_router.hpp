// SPDX-License-Identifier: Apache-2.0
// A single type for any named, trainable router, for programs that choose it at run time. The file also has the
// concepts of optional members of a router, which the type forwards. A copy is deep. A decision costs one virtual call.
// A router that was moved from may be copied, assigned to and destroyed, nothing else.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/explanation.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <concepts>
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

/// A router that trains and returns its curve in less time than one after the other.
template <class R>
concept router_trained_with_curve = router_with_curve<R> && requires(R& r, const TrainingData& training) {
    { r.train_with_curve(training) } -> std::same_as<CurveTraining<R>>;
};

/// Trains a router and returns the result with its curve. Throws as `curve` and `train` do.
template <router_with_curve R>
CurveTraining<R> train_with_curve(R& router, const TrainingData& training) {
    if constexpr (router_trained_with_curve<R>) {
        return router.train_with_curve(training);
    } else {
        std::vector<R> curve = router.curve(training);
        return {router.train(training), std::move(curve)};
    }
}

/// A trainable router that also says its name and, once trained, its parameters.
template <class R>
concept named_router = trainable_router<R> && requires(const R& r) {
    { r.name() } -> std::convertible_to<std::string>;
    { r.parameters() } -> std::same_as<Parameters>;
};

/// A router that can explain its decisions. The explainer is empty before training and if the policy holds no table.
template <class R>
concept explaining_router = router<R> && requires(const R& r) {
    { r.explainer() } -> std::same_as<Explainer>;
};

/// A router whose policy is for a limited number of draws of each model's answer. Nothing means that there is no limit.
template <class R>
concept draw_limited_router = router<R> && requires(const R& r, Index model) {
    { r.max_draws(model) } -> std::same_as<std::optional<int>>;
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
    /// Trains the router and returns the result with the same policies. Throws as both do.
    [[nodiscard]] CurveTraining<AnyRouter> train_with_curve(const TrainingData& training) {
        return self_->train_with_curve(training);
    }
    [[nodiscard]] Action next(const Evidence& evidence) const { return self_->next(evidence); }
    /// Returns what the facts on a query tell; nothing if the router does not read them.
    [[nodiscard]] std::optional<QueryForecast> forecast(const QueryFacts& facts) const {
        return self_->forecast(facts);
    }
    /// Returns the facts that the router reads.
    [[nodiscard]] ContextFields reads() const { return self_->reads(); }
    /// Returns the names of the signals that the router reads of a model's answers.
    [[nodiscard]] std::vector<std::string> signals(Index model) const { return self_->signals(model); }
    [[nodiscard]] Parameters parameters() const { return self_->parameters(); }
    [[nodiscard]] std::span<const double> breakpoints() const { return self_->breakpoints(); }
    /// Returns the explainer of the router, which refers to it; empty for one that cannot explain itself.
    [[nodiscard]] Explainer explainer() const { return self_->explainer(); }
    /// Returns the maximum number of draws of that model's answer; nothing if the router has no limit.
    [[nodiscard]] std::optional<int> max_draws(Index model) const { return self_->max_draws(model); }
    /// Returns the models that the router was trained on; none if it does not know them.
    [[nodiscard]] std::vector<ModelShape> models() const { return self_->models(); }

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
        [[nodiscard]] virtual CurveTraining<AnyRouter> train_with_curve(const TrainingData&) = 0;
        [[nodiscard]] virtual Action next(const Evidence&) const = 0;
        [[nodiscard]] virtual std::optional<QueryForecast> forecast(const QueryFacts&) const = 0;
        [[nodiscard]] virtual ContextFields reads() const = 0;
        [[nodiscard]] virtual std::vector<std::string> signals(Index model) const = 0;
        [[nodiscard]] virtual Parameters parameters() const = 0;
        [[nodiscard]] virtual std::span<const double> breakpoints() const = 0;
        [[nodiscard]] virtual Explainer explainer() const = 0;
        [[nodiscard]] virtual std::optional<int> max_draws(Index model) const = 0;
        [[nodiscard]] virtual std::vector<ModelShape> models() const = 0;
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
        [[nodiscard]] CurveTraining<AnyRouter> train_with_curve(const TrainingData& training) override {
            CurveTraining<AnyRouter> trained;
            if constexpr (router_with_curve<R>) {
                auto [result, curve] = automix::train_with_curve(router, training);
                trained.result = std::move(result);
                for (R& point : curve) trained.curve.push_back(of(std::move(point)));
            } else {
                trained.result = router.train(training);
                if (trained.result.feasible) trained.curve.push_back(of(router));
            }
            return trained;
        }
        [[nodiscard]] Action next(const Evidence& evidence) const override { return router.next(evidence); }
        [[nodiscard]] std::optional<QueryForecast> forecast(const QueryFacts& facts) const override {
            if constexpr (query_reading_router<R>) return router.forecast(facts);
            return std::nullopt;
        }
        [[nodiscard]] ContextFields reads() const override {
            if constexpr (query_reading_router<R>) return router.reads();
            return {};
        }
        [[nodiscard]] std::vector<std::string> signals(Index model) const override {
            if constexpr (signal_reading_router<R>) return router.signals(model);
            return {};
        }
        [[nodiscard]] Parameters parameters() const override { return router.parameters(); }
        [[nodiscard]] std::span<const double> breakpoints() const override {
            if constexpr (randomised_router<R>) return router.breakpoints();
            return {};
        }
        [[nodiscard]] Explainer explainer() const override {
            if constexpr (explaining_router<R>) return router.explainer();
            return {};
        }
        [[nodiscard]] std::optional<int> max_draws(Index model) const override {
            if constexpr (draw_limited_router<R>) return router.max_draws(model);
            return std::nullopt;
        }
        [[nodiscard]] std::vector<ModelShape> models() const override {
            if constexpr (model_bound_router<R>) return router.models();
            return {};
        }
        R router;
    };

    explicit AnyRouter(std::unique_ptr<Base> self) : self_(std::move(self)) {}

    std::unique_ptr<Base> self_;
};

}  // namespace automix
