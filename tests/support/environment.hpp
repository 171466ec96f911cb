// SPDX-License-Identifier: Apache-2.0
// Variables of the environment for the time of a test.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

/// A variable that has a value, or none, while the object lives, and then what it had before.
class Variable {
 public:
    Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
        if (const char* found = std::getenv(name)) before_ = found;
        set(value);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { set(before_); }

 private:
    void set(const std::optional<std::string>& value) const {
        if (value) {
            setenv(name_, value->c_str(), 1);
        } else {
            unsetenv(name_);
        }
    }

    const char* name_;
    std::optional<std::string> before_{};
};
