// SPDX-License-Identifier: Apache-2.0
// Keeps the costs of the calls of all models within a hard budget. A call first reserves its maximum price and later
// settles its real one. So spent + reserved <= budget at every moment, for any number of threads. There is one
// exception: what costs more than was reserved, or was not reserved, is charged all the same. Then `spent` may pass the
// budget by the difference, and no further call is granted. A call that fits only into what calls under way may give
// back waits for them. Units are those of the prices. O(log models + calls under way) a call.
#pragma once

#include <automix/model/amount.hpp>
#include <automix/model/request.hpp>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

namespace automix {

/// The amounts spent on one model.
struct ModelSpending {
    double answers = 0.0;
    double verification = 0.0;

    friend bool operator==(const ModelSpending&, const ModelSpending&) = default;
};

/// A ledger of costs. Safe to use from many threads. Must outlive its reservations.
class Ledger {
 public:
    /// The maximum price of a call, reserved until it is settled. An unsettled reservation is given back on
    /// destruction. One that is moved may go to another thread, so nobody waits for what it may give back.
    class Reservation {
     public:
        Reservation(Reservation&& other) noexcept;
        Reservation& operator=(Reservation&& other) noexcept;
        ~Reservation() { release(); }

        /// Returns the reserved amount; 0 once settled.
        [[nodiscard]] double amount() const noexcept {
            return ledger_ == nullptr ? 0.0 : grant_.amount.value();
        }

        /// Charges `cost`, even if it is above the amount, and gives the rest back. A second call does nothing. Throws
        /// `ArgumentError` if `cost` is not a valid price; the reservation then stays.
        void settle(double cost);

        /// Charges the whole amount, for a call that does not say what it used, and counts it.
        void settle_unreported() noexcept;

     private:
        friend class Ledger;

        struct Account {
            Amount answers{};
            Amount verification{};
        };

        /// The terms of a reservation, which only a ledger can grant.
        struct Grant {
            Account* account;
            Purpose purpose;
            Amount amount;
        };

     public:
        /// Belongs to this thread until it is moved.
        Reservation(Ledger& ledger, const Grant& grant) noexcept;

     private:
        /// Takes the place of a reservation, which then holds nothing and belongs to no thread.
        void take(Reservation& other) noexcept;

        void release() noexcept;

        Ledger* ledger_ = nullptr;
        Grant grant_{};
        std::optional<std::thread::id> holder_{};  ///< the thread that settles it; nothing: any
    };

    /// The reason why nothing was reserved.
    struct Refusal {
        double needed = 0.0;
        double remaining = 0.0;  ///< amount of the budget that remains
        double reserved = 0.0;   ///< amount of calls under way, some of which may be given back
        bool stopped = false;    ///< a stop ended the wait for these calls
    };

    /// Throws `ArgumentError` if the budget is not a valid price. Without a budget nothing is refused.
    explicit Ledger(std::optional<double> budget = {});
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    ~Ledger() = default;

    /// Reserves `amount` for a call of `model`. Waits for calls of other threads if the amount fits only into what they
    /// may give back. Refuses it at once if it cannot fit, and if this thread itself holds a reservation. The calls are
    /// those whose reservations stay in the variant that is returned. Throws `ArgumentError` if the amount is not a
    /// valid price.
    [[nodiscard]] std::variant<Reservation, Refusal> reserve(std::string_view model, Purpose purpose,
                                                             double amount, const std::stop_token& stop = {});

    /// Charges a cost that was not reserved, such as that of a verifier of the user's own, even above the budget.
    /// Throws `ArgumentError` if it is not a valid price.
    void charge(std::string_view model, Purpose purpose, double cost);

    /// Returns true if something was charged that was not reserved, and the budget is spent.
    [[nodiscard]] bool is_overdrawn() const;

    /// Begins a new period: the budget is whole again, but for what calls under way have reserved. What was spent so
    /// far still counts as spending.
    void renew();

    [[nodiscard]] std::optional<double> budget() const;
    [[nodiscard]] double spent() const;
    /// Returns the number of calls that were charged their whole reservation, since they did not say what they used.
    [[nodiscard]] std::size_t unreported() const;
    /// Returns the amount reserved by calls under way.
    [[nodiscard]] double reserved() const;
    /// Returns the maximum cost of a further call: never below 0, and infinity without a budget.
    [[nodiscard]] double remaining() const;
    /// Returns the spending by name, for every model with a reservation so far.
    [[nodiscard]] std::map<std::string, ModelSpending, std::less<>> spending() const;

 private:
    /// Returns what this period spent. Requires the lock.
    [[nodiscard]] Amount spent_now() const { return spent_ - earlier_; }

    [[nodiscard]] Amount unreserved() const { return *budget_ - (spent_now() + reserved_); }

    /// Returns true if the amount does not fit now, but may once calls of other threads have settled. Requires the
    /// lock.
    [[nodiscard]] bool may_fit_later(const Amount& needed) const;

    /// Returns the account of a model, made if it is new. Requires the lock.
    Reservation::Account& account(std::string_view model);

    void settle(Reservation& reservation, const Amount& cost) noexcept;

    /// Ends the hold of a thread on a reservation, which then may belong to any thread.
    void set_loose(Reservation& reservation) noexcept;

    std::optional<Amount> budget_{};
    mutable std::mutex mutex_;
    std::condition_variable_any settled_;
    Amount spent_{};
    Amount earlier_{};  ///< the part of it that earlier periods spent
    Amount reserved_{};
    std::vector<std::thread::id> holders_{};  ///< the thread of each reservation that has one
    Amount loose_{};                          ///< reserved amounts that belong to no thread
    std::size_t unreported_ = 0;
    bool charged_ = false;  ///< something was charged in this period that was not reserved
    std::map<std::string, Reservation::Account, std::less<>> accounts_{};  ///< nodes stay where they are
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/model/detail/ledger_inl.hpp>
#endif
