// SPDX-License-Identifier: Apache-2.0
// Any named, trainable router behind one type, for programs that choose it at run time. A copy is deep. One virtual
// call per decision. One that was moved from may be copied, assigned to and destroyed, nothing else.
#pragma once

#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/parameters.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/training.hpp>

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

/// A router that can be trained for every price of quality at once: its policies that are best on the training rows for
/// some lambda (score per unit of price), ascending in cost there.
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

class AnyRouter {
 public:
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
    /// The router's policies for all lambdas; the trained router alone where it knows of no lambda, and none where nothing
    /// is feasible. Throws what training throws.
    [[nodiscard]] std::vector<AnyRouter> curve(const TrainingData& training) const {
        return self_->curve(training);
    }
    [[nodiscard]] Action next(const Evidence& evidence) const { return self_->next(evidence); }
    [[nodiscard]] Parameters parameters() const { return self_->parameters(); }
    [[nodiscard]] std::span<const double> breakpoints() const { return self_->breakpoints(); }

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
        R router;
    };

    explicit AnyRouter(std::unique_ptr<Base> self) : self_(std::move(self)) {}

    std::unique_ptr<Base> self_;
};

}  // namespace automix
