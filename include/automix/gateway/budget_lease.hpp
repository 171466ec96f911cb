// SPDX-License-Identifier: Apache-2.0
// Shares a budget among the gateways of one machine, or of a file system with locks, by leases of a hundredth each. A file
// counts the leases of the current period. Each gateway spends only what it has leased, so that together they never exceed
// the budget. A killed gateway loses what it has leased and not spent, until the next period.
//     {"schema":"automix-budget/1","budget":50,"period":2921,"leased":37}
#pragma once

#include <automix/model/ledger.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace automix {

class BudgetLease {
 public:
    /// The number of leases that make the budget.
    static constexpr int leases = 100;

    /// Takes a ledger with the whole budget, of which nothing is spent yet. Throws `DataError` if the file cannot be
    /// used or is of another budget, and `ArgumentError` for a ledger without a budget.
    BudgetLease(std::string path, std::shared_ptr<Ledger> ledger, std::int64_t period);
    BudgetLease(const BudgetLease&) = delete;
    BudgetLease& operator=(const BudgetLease&) = delete;
    /// Gives back what was not spent.
    ~BudgetLease();

    /// Leases more if less than one lease remains, and gives all leases up when a period begins. The ledger must be
    /// renewed before. To be called before each request. Throws as the constructor.
    void keep(std::int64_t period);

    /// Returns the number of leases that this gateway holds.
    [[nodiscard]] int held() const;

 private:
    /// The state in the file.
    struct State {
        std::int64_t period = 0;
        int leased = 0;
    };

    template <class Change>
    void change_file(Change change);
    [[nodiscard]] State parse(const std::string& text) const;
    void block_all();

    std::string path_;
    std::shared_ptr<Ledger> ledger_;
    double budget_;
    double part_;                                ///< of the budget, for one lease
    std::optional<Ledger::Reservation> rest_{};  ///< what rounding leaves of the budget, which nobody gets
    std::int64_t period_;
    mutable std::mutex mutex_;
    std::vector<Ledger::Reservation> blocked_{};  ///< the parts of the budget that are not leased here
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/budget_lease_inl.hpp>
#endif
