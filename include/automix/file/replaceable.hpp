// SPDX-License-Identifier: Apache-2.0
// This file keeps results from replacing a file that is no earlier result, such as the log that was read.
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/file.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace automix::detail {

/// Throws `DataError` if there is a file at that path which is known to be of another kind than `result`. Returns
/// `path`.
inline const std::string& require_replaceable(const std::string& path, ContentKind result) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return path;
    const File file(std::fopen(path.c_str(), "rb"));
    if (!file) return path;  // writing will tell why
    std::array<char, std::size_t{1} << 14U> head{};
    const std::size_t size = std::fread(head.data(), 1, head.size(), file.get());
    const ContentKind found = content_kind(std::string_view(head.data(), size));
    if (found == ContentKind::unknown || found == result) return path;
    throw DataError(Place{path, 0, {}}, "is " +
                                            std::string(content_kinds[static_cast<std::size_t>(found)].text) +
                                            ", which would be lost; write to another file");
}

}  // namespace automix::detail
