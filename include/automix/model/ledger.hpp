// SPDX-License-Identifier: Apache-2.0
// What calls of all models have cost and may yet cost, against a hard budget. A call first reserves the most that it can cost and
// later settles for what it did cost, so that spent + reserved <= budget at every moment, whatever the number of threads. The one
// exception: a backend that charges more than was reserved is charged as it reports; then `spent` may pass the budget by the
// difference, and nothing further is granted. Units are those of the prices. O(log models) a call.
#pragma once

#include <automix/model/amount.hpp>
#include <automix/model/request.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace automix {

/// What was spent on a model.
struct ModelSpending {
    double answers = 0.0;
    double verification = 0.0;

    friend bool operator==(const ModelSpending&, const ModelSpending&) = default;
};

/// Safe to use from many threads. Must outlive its reservations.
class Ledger {
 public:
    /// What a call may cost at most, set aside until it is settled. Gives all of it back if it is destroyed before.
    class Reservation {
     public:
        Reservation(Reservation&& other) noexcept;
        Reservation& operator=(Reservation&& other) noexcept;
        ~Reservation() { release(); }

        /// What is set aside; 0 once settled.
        [[nodiscard]] double amount() const noexcept { return ledger_ == nullptr ? 0.0 : amount_.value(); }

        /// Charges `cost`, even if it is above the amount, and gives the rest back. Does nothing the second time. Throws
        /// `ArgumentError` if `cost` is no price, and then the reservation stands.
        void settle(double cost);

     private:
        friend class Ledger;

        struct Account {
            Amount answers{};
            Amount verification{};
        };

        Reservation(Ledger& ledger, Account& account, Purpose purpose, Amount amount) noexcept;

        void release() noexcept;

        Ledger* ledger_;
        Account* account_;
        Purpose purpose_;
        Amount amount_;
    };

    /// Why nothing was set aside.
    struct Refusal {
        double needed = 0.0;
        double remaining = 0.0;  ///< of the budget
        double reserved = 0.0;   ///< by calls under way: some of it may come back
    };

    /// Throws `ArgumentError` if the budget is no price. Without one nothing is refused.
    explicit Ledger(std::optional<double> budget = {});
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    ~Ledger() = default;

    /// Sets `amount` aside for a call of `model`, unless that is more than what remains. Throws `ArgumentError` if it is no
    /// price.
    [[nodiscard]] std::variant<Reservation, Refusal> reserve(std::string_view model, Purpose purpose,
                                                             double amount);

    [[nodiscard]] std::optional<double> budget() const;
    [[nodiscard]] double spent() const;
    /// By calls under way.
    [[nodiscard]] double reserved() const;
    /// What a further call may cost at most: never below 0, infinity without a budget.
    [[nodiscard]] double remaining() const;
    /// By name, of every model for which something was ever set aside.
    [[nodiscard]] std::map<std::string, ModelSpending, std::less<>> spending() const;

 private:
    [[nodiscard]] Amount unreserved() const { return *budget_ - (spent_ + reserved_); }

    void settle(Reservation& reservation, const Amount& cost) noexcept;

    std::optional<Amount> budget_{};
    mutable std::mutex mutex_;
    Amount spent_{};
    Amount reserved_{};
    std::map<std::string, Reservation::Account, std::less<>> accounts_{};  ///< nodes stay where they are
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/model/detail/ledger_inl.hpp>
#endif
