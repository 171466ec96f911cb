// SPDX-License-Identifier: Apache-2.0
// This file keeps the unknown field names of one kind of object in a file. A name that resembles a known field is told
// once, if an object has the one and not the other. Meeting a name again takes one comparison if objects have the same
// fields in the same order.
#pragma once

#include <automix/core/format.hpp>
#include <automix/data/log/detail/log_fields.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

class UnknownFields {
 public:
    /// Forgets the names of the last file.
    void start_file() noexcept {
        names_.clear();
        start_object();
    }

    void start_object() noexcept {
        next_ = 0;
        near_.clear();
    }

    /// Adds an unknown name of the object. `find_near(name)` returns the field that it resembles.
    template <class FindNear>
    void add(const std::string& name, FindNear find_near) {
        for (std::size_t tried = 0; tried < names_.size(); ++tried, ++next_) {
            if (next_ >= names_.size()) next_ = 0;
            if (names_[next_].text == name) return note(next_++);
        }
        if (names_.size() == most) return;
        names_.push_back({name, find_near(name), false});
        note(names_.size() - 1);
        next_ = names_.size();
    }

    /// Calls `tell(name, field)` for each name of the object that resembles a field that is not there, once a file.
    template <class Tell>
    void tell_near(const SeenFields& seen, Tell tell) {
        for (const std::size_t i : near_) {
            Name& name = names_[i];
            if (name.told || seen.has(name.near)) continue;
            name.told = true;
            tell(name.text, name.near);
        }
    }

    /// Returns the end of a message about a missing field: a name of the object that may mean it, or nothing.
    [[nodiscard]] std::string hint(LogField missing) const {
        for (const std::size_t i : near_) {
            if (names_[i].near == missing) {
                return "; " + in_quotes(names_[i].text) + " is not read, did you mean " +
                       in_quotes(describe_field(missing).text) + "?";
            }
        }
        return {};
    }

 private:
    static constexpr std::size_t most = 64;  ///< names remembered; keys may be data

    struct Name {
        std::string text;
        LogField near;
        bool told;
    };

    void note(std::size_t i) {
        if (names_[i].near != LogField::unknown) near_.push_back(i);
    }

    std::vector<Name> names_;
    std::vector<std::size_t> near_;  ///< names of the current object that resemble a field
    std::size_t next_ = 0;           ///< the name expected next
};

}  // namespace automix::detail
