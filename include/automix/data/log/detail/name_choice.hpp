// SPDX-License-Identifier: Apache-2.0
// This file has the names of one kind, such as signals, that a reader is asked to keep. It keeps track of those that
// rows have, so that a misspelt name is an error that lists the names that exist. O(names) for each name of a row.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

class NameChoice {
 public:
    /// Takes the names that are wanted; none means all. `kind` is what messages call one of them. Throws `ArgumentError`
    /// for a name that is empty or stands twice.
    NameChoice(std::string kind, std::vector<std::string> wanted)
        : kind_(std::move(kind)), wanted_(std::move(wanted)), found_(wanted_.size(), false) {
        for (auto name = wanted_.begin(); name != wanted_.end(); ++name) {
            if (name->empty()) throw ArgumentError(kind_ + "s: a name is empty");
            if (std::find(wanted_.begin(), name, *name) != name)
                throw ArgumentError(kind_ + "s: " + in_quotes(*name) + " stands twice in " + joined(wanted_));
        }
    }

    /// Returns true if all names are wanted.
    [[nodiscard]] bool all() const noexcept { return wanted_.empty(); }

    /// Returns the name asked for first. Requires names.
    [[nodiscard]] const std::string& front() const { return wanted_.front(); }

    /// Returns true if the name is one of those asked for.
    [[nodiscard]] bool names(const std::string& name) const noexcept {
        return std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
    }

    /// Takes note of a name that a row has. Returns true if it is wanted.
    bool take(const std::string& name) {
        if (all()) return true;
        const auto place = std::find(wanted_.begin(), wanted_.end(), name);
        if (place != wanted_.end()) {
            found_[static_cast<std::size_t>(place - wanted_.begin())] = true;
            return true;
        }
        if (others_.size() < most && std::find(others_.begin(), others_.end(), name) == others_.end())
            others_.push_back(name);
        return false;
    }

    /// Throws `ArgumentError` if no row had one of the names asked for.
    void require_found() const {
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            if (found_[i]) continue;
            std::vector<std::string> existing = others_;
            for (std::size_t other = 0; other < wanted_.size(); ++other) {
                if (found_[other]) existing.push_back(wanted_[other]);
            }
            throw ArgumentError("no " + kind_ + " " + in_quotes(wanted_[i]) + " in the log; it has " +
                                (existing.empty() ? "none" : joined(existing)));
        }
    }

 private:
    static constexpr std::size_t most = 64;  ///< names remembered; keys may be data

    std::string kind_;
    std::vector<std::string> wanted_;
    std::vector<bool> found_;          ///< for each name that is wanted
    std::vector<std::string> others_;  ///< further names of rows
};

}  // namespace automix::detail
