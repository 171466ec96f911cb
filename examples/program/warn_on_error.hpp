// SPDX-License-Identifier: Apache-2.0
// Provides `WarnOnError`, which tells the warnings of a log also if an error leaves no report to hold them.
#pragma once

#include "command.hpp"

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {

/// Writes the warnings to standard error if an exception leaves its scope.
class WarnOnError {
 public:
    explicit WarnOnError(std::vector<std::string> warnings) : warnings_(std::move(warnings)) {}
    WarnOnError(const WarnOnError&) = delete;
    WarnOnError& operator=(const WarnOnError&) = delete;
    ~WarnOnError() {
        if (std::uncaught_exceptions() > before_) print_warnings(warnings_);
    }

 private:
    std::vector<std::string> warnings_;
    int before_ = std::uncaught_exceptions();
};

}  // namespace automix::program
