// SPDX-License-Identifier: Apache-2.0
// Data for tests that are not part of the project.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace automix_test {

inline std::string shared(const std::string& name) { return std::string(AUTOMIX_SHARED_DIR) + "/" + name; }

/// False, said so, where a file is missing.
inline bool has_shared(const std::string& name) {
    if (std::filesystem::exists(shared(name))) return true;
    std::printf("skipped: no %s\n", shared(name).c_str());
    return false;
}

}  // namespace automix_test
