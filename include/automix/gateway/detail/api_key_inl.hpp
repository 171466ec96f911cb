// SPDX-License-Identifier: Apache-2.0
// Definitions of gateway/api_key.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/gateway/api_key.hpp>

#include <cstddef>
#include <string_view>

namespace automix {

AUTOMIX_INLINE bool ApiKey::admits(std::string_view authorization) const noexcept {
    if (key_.empty()) return true;
    constexpr std::string_view scheme = "Bearer ";
    if (!authorization.starts_with(scheme)) return false;
    authorization.remove_prefix(scheme.size());
    std::size_t difference = authorization.size() ^ key_.size();
    for (std::size_t i = 0; i < authorization.size(); ++i)
        difference |= static_cast<unsigned char>(authorization[i] ^ key_[i % key_.size()]);
    return difference == 0;
}

}  // namespace automix
