// SPDX-License-Identifier: Apache-2.0
// This file gathers what the streaming reader passes over: bad rows that are skipped on request, lines that are not
// quite JSON where nothing is read, and fields that are probably misspelt. Constant memory.
#pragma once

#include <automix/core/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

class ReadNotes {
 public:
    void skip(const DataError& error) {
        if (skipped_++ < shown) first_skipped_.emplace_back(error.what());
    }

    /// Adds a line with something that is not JSON in a field that is not read.
    void tolerate(const Place& place, std::string_view found) {
        if (tolerated_++ == 0) {
            first_tolerated_ = to_string(Place{place.file, place.line, {}}) + ": " + std::string(found);
        }
    }

    /// Adds a row of a table with blank fields only.
    void pass_blank(const Place& place) {
        if (blank_++ == 0) first_blank_ = to_string(Place{place.file, place.line, {}});
    }

    void add(const Place& place, const std::string& message) {
        fields_.push_back(to_string(Place{place.file, place.line, {}}) + ": " + message);
    }

    [[nodiscard]] std::size_t skipped() const noexcept { return skipped_; }

    /// Returns the message about the first bad row. Requires one.
    [[nodiscard]] const std::string& first_skipped() const { return first_skipped_.front(); }

    [[nodiscard]] std::vector<std::string> warnings() const {
        std::vector<std::string> warnings = fields_;
        if (skipped_ > 0) {
            std::string text =
                std::to_string(skipped_) + (skipped_ == 1 ? " bad row" : " bad rows") + " skipped";
            for (std::size_t i = 0; i < first_skipped_.size(); ++i)
                text += (i == 0 ? ": " : "; ") + first_skipped_[i];
            if (skipped_ > first_skipped_.size())
                text += "; and " + std::to_string(skipped_ - first_skipped_.size()) + " more";
            warnings.push_back(std::move(text));
        }
        if (blank_ > 0) {
            warnings.push_back(std::to_string(blank_) + (blank_ == 1 ? " row" : " rows") +
                               " without content skipped, " + (blank_ == 1 ? "at " : "the first at ") +
                               first_blank_);
        }
        if (tolerated_ > 0) {
            warnings.push_back(
                first_tolerated_ + " cannot be read; the row is kept, because no field in use holds it" +
                (tolerated_ == 1 ? "" : "; " + std::to_string(tolerated_) + " such lines in all"));
        }
        return warnings;
    }

 private:
    static constexpr std::size_t shown = 3;  ///< bad rows that are named

    std::size_t skipped_ = 0;
    std::vector<std::string> first_skipped_;
    std::size_t blank_ = 0;
    std::string first_blank_;
    std::size_t tolerated_ = 0;
    std::string first_tolerated_;
    std::vector<std::string> fields_;  ///< messages about names of fields
};

}  // namespace automix::detail
