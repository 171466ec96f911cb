// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/budget_lease.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/file/file.hpp>
#include <automix/gateway/budget_lease.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/request.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace automix::detail {

/// A file that is open and locked, so that others wait.
class LockedFile {
 public:
    explicit LockedFile(const std::string& path) : path_(path) {
        constexpr ::mode_t owner_only = 0600;
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only);
        if (descriptor_ < 0) fail_file(path, "cannot be opened");
        if (::flock(descriptor_, LOCK_EX) != 0) {
            ::close(descriptor_);
            fail_file(path, "cannot be locked");
        }
    }
    LockedFile(const LockedFile&) = delete;
    LockedFile& operator=(const LockedFile&) = delete;
    ~LockedFile() { ::close(descriptor_); }

    [[nodiscard]] std::string read() const {
        std::array<char, length> bytes{};
        const auto got = ::pread(descriptor_, bytes.data(), bytes.size(), 0);
        if (got < 0) fail_file(path_, "cannot be read");
        return {bytes.data(), static_cast<std::size_t>(got)};
    }

    /// Replaces the text in one write, which always has the same length.
    void write(std::string text) const {
        text.resize(length - 1, ' ');
        text += '\n';
        if (::pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
            fail_file(path_, "cannot be written");
    }

 private:
    static constexpr std::size_t length = 160;
    const std::string& path_;
    int descriptor_;
};

/// Reads the state of a shared budget.
class LeaseParser : DocumentChecks {
 public:
    explicit LeaseParser(const std::string& name) : DocumentChecks(name) {}

    /// Returns the period and the number of leases.
    [[nodiscard]] std::pair<std::int64_t, int> parse(const nlohmann::json& json, double budget,
                                                     int leases) const {
        require_keys(json, "", std::array{"schema", "budget", "period", "leased"});
        require_schema(json, "", "automix-budget/1");
        if (const double found = finite(member(json, "", "budget"), "budget"); found != budget)
            fail("budget", "expected " + format_number(budget) + ", that of this gateway, found " +
                               format_number(found));
        const nlohmann::json& period = member(json, "", "period");
        if (!period.is_number_integer()) fail_expected("period", "a whole number", period);
        return {period.get<std::int64_t>(), whole(member(json, "", "leased"), "leased", 0, leases)};
    }
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE BudgetLease::BudgetLease(std::string path, std::shared_ptr<Ledger> ledger, std::int64_t period)
    : path_(std::move(path)), ledger_(std::move(ledger)), budget_(0.0), part_(0.0), period_(period) {
    if (!ledger_->budget()) throw ArgumentError("budget: a shared budget needs an amount, found none");
    budget_ = *ledger_->budget();
    // Amounts are rounded to 10^-12, and all parts together must fit.
    constexpr double rounding = 1e-12;
    part_ = std::max(budget_ / leases - rounding, 0.0);
    block_all();
    auto rest = ledger_->reserve("leases of others", Purpose::answer, ledger_->remaining());
    if (auto* const held = std::get_if<Ledger::Reservation>(&rest)) rest_ = std::move(*held);
    change_file([](State&) {});
}

AUTOMIX_INLINE BudgetLease::~BudgetLease() {
    try {
        const std::lock_guard lock(mutex_);
        const std::size_t before = blocked_.size();
        block_all();
        change_file([&](State& state) {
            state.leased = std::max(0, state.leased - static_cast<int>(blocked_.size() - before));
        });
    } catch (...) {
        // The leases are then lost until the next period.
    }
}

AUTOMIX_INLINE int BudgetLease::held() const {
    const std::lock_guard lock(mutex_);
    return leases - static_cast<int>(blocked_.size());
}

AUTOMIX_INLINE void BudgetLease::block_all() {
    while (blocked_.size() < std::size_t{leases}) {
        auto part = ledger_->reserve("leases of others", Purpose::answer, part_);
        auto* const held = std::get_if<Ledger::Reservation>(&part);
        if (held == nullptr) return;  // it is spent, or calls under way have it
        blocked_.push_back(std::move(*held));
    }
}

AUTOMIX_INLINE void BudgetLease::keep(std::int64_t period) {
    const std::lock_guard lock(mutex_);
    const bool begins = period != period_;
    if (!begins && ledger_->remaining() >= part_) return;
    if (begins) {
        period_ = period;
        block_all();
        // Leases that calls under way still hold count for this period.
        const int kept = leases - static_cast<int>(blocked_.size());
        if (kept > 0)
            change_file([&](State& state) { state.leased = std::min(leases, state.leased + kept); });
    }
    if (blocked_.empty()) return;
    bool leased = false;
    change_file([&](State& state) {
        leased = state.leased < leases;
        if (leased) ++state.leased;
    });
    if (leased) blocked_.pop_back();
}

AUTOMIX_INLINE BudgetLease::State BudgetLease::parse(const std::string& text) const {
    if (text.empty()) return {period_, 0};
    const auto [period, leased] =
        detail::LeaseParser(path_).parse(detail::parse_document(text, path_), budget_, leases);
    // A gateway with a slow clock has nothing to give in a period that has ended.
    if (period > period_) return {period, leases};
    return period < period_ ? State{period_, 0} : State{period, leased};
}

template <class Change>
void BudgetLease::change_file(Change change) {
    const detail::LockedFile file(path_);
    State state = parse(file.read());
    const bool is_mine = state.period == period_;
    change(state);
    if (!is_mine) return;
    const nlohmann::ordered_json json{{"schema", "automix-budget/1"},
                                      {"budget", budget_},
                                      {"period", state.period},
                                      {"leased", state.leased}};
    file.write(json.dump());
}

}  // namespace automix
