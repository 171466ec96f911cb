// SPDX-License-Identifier: Apache-2.0
// Compares the key of a client with the gateway's own, in a time that does not tell how much of it is right.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace automix {

class ApiKey {
 public:
    /// Takes the key; an empty one lets everybody in.
    explicit ApiKey(std::string key = {}) : key_(std::move(key)) {}

    [[nodiscard]] bool required() const noexcept { return !key_.empty(); }

    /// Returns true if a header `Authorization` carries the key, or if none is required. The time depends on the length of
    /// the header alone.
    [[nodiscard]] bool admits(std::string_view authorization) const noexcept;

 private:
    std::string key_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/gateway/detail/api_key_inl.hpp>
#endif
