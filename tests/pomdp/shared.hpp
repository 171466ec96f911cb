// SPDX-License-Identifier: Apache-2.0
// The field's standard problems in the shared folder beside the checkout, which some of the tests need.
#pragma once

#include <filesystem>
#include <iostream>
#include <string>

namespace shared {

inline const std::filesystem::path folder = std::filesystem::path(AUTOMIX_SHARED_DIR) / "pomdp";

/// The path of a file in that folder; empty, with a message, where it is missing.
inline std::string file(const std::string& name) {
    const std::filesystem::path path = folder / name;
    if (std::filesystem::exists(path)) return path.string();
    std::cout << "skipped: " << name << " is not in the shared folder\n";
    return {};
}

}  // namespace shared
