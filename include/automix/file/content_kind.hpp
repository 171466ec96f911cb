// SPDX-License-Identifier: Apache-2.0
// This file tells the kinds of files of the library apart by their first bytes. So a file in the place of another kind
// is refused with what it is and which commands read it. Linear in the bytes looked at.
#pragma once

#include <automix/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace automix::detail {

enum class ContentKind : std::uint8_t { log, statistics, policy, calls, pomdp_policy, pomdp, unknown };

struct ContentKindName {
    std::string_view schema;  ///< name in the member `schema`; empty if the kind has none
    std::string_view text;
    std::string_view readers;  ///< the commands that read it
};

/// The kinds, by their number.
inline constexpr std::array<ContentKindName, 6> content_kinds = {{
    {"automix-log/", "a log", "`describe`, `evaluate` and `train` read it"},
    {"automix-statistics/", "statistics", "`train --statistics` reads them"},
    {"automix-policy/", "a policy that `train` saved", "`decide`, `answer` and `train --merge` read it"},
    {"automix-calls/", "recorded calls", "`answer --replay` reads them"},
    {"automix-pomdp-policy/", "a policy of a POMDP", "`simulate` reads it beside its problem"},
    {"", "a POMDP", "`solve` and `simulate` read it"},
}};

/// Returns true if the text begins with a statement of a .pomdp file, after comments.
inline bool begins_as_pomdp(std::string_view text) {
    constexpr std::array<std::string_view, 5> statements = {"discount", "values", "states", "actions",
                                                            "observations"};
    constexpr std::string_view blanks = " \t\r\n";
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
        if (!text.starts_with('#')) break;
        text.remove_prefix(std::min(text.find('\n'), text.size()));
    }
    const std::size_t colon = text.find_first_of(" \t:");
    if (std::find(statements.begin(), statements.end(), text.substr(0, colon)) == statements.end())
        return false;
    text.remove_prefix(std::min(colon, text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.starts_with(':');
}

/// Returns the kind of a file with this beginning; `unknown` if nothing tells it.
inline ContentKind content_kind(std::string_view head) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (head.starts_with(byte_order_mark)) head.remove_prefix(byte_order_mark.size());
    if (begins_as_pomdp(head)) return ContentKind::pomdp;
    head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
    if (!head.starts_with('{')) return ContentKind::unknown;
    // The value of the first member of that name, without blanks before it.
    const auto value_of = [head](std::string_view member) {
        const std::size_t at = head.find(member);
        if (at == std::string_view::npos) return std::string_view();
        const std::size_t begin = head.find_first_not_of(" \t\r\n:", at + member.size());
        return head.substr(std::min(begin, head.size()));
    };
    const std::string_view schema = value_of("\"schema\"");
    for (std::size_t kind = 0; kind < content_kinds.size(); ++kind) {
        const std::string_view name = content_kinds[kind].schema;
        if (!name.empty() && schema.starts_with('"') && schema.substr(1).starts_with(name))
            return static_cast<ContentKind>(kind);
    }
    // A log without a schema. In a mapping, which has the same members, scores are names.
    const std::string_view score = value_of("\"score\"");
    const bool scored =
        !score.empty() && std::string_view("0123456789tf").find(score[0]) != std::string_view::npos;
    return scored && !value_of("\"models\"").empty() ? ContentKind::log : ContentKind::unknown;
}

/// Throws `DataError` if a file that begins with `head` is known to be of another kind than `expected`.
inline void require_content(std::string_view head, ContentKind expected, const std::string& path) {
    const ContentKind found = content_kind(head);
    if (found == ContentKind::unknown || found == expected) return;
    const ContentKindName& kind = content_kinds[static_cast<std::size_t>(found)];
    throw DataError(Place{path, 0, {}},
                    "expected " + std::string(content_kinds[static_cast<std::size_t>(expected)].text) +
                        ", found " + std::string(kind.text) + "; " + std::string(kind.readers));
}

/// Throws `DataError` for a table that pandas wrote column by column, as `to_json()` does by default: an object of
/// objects, whose first key is "0".
inline void require_rows(std::string_view head, const std::string& path) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto take = [&](std::string_view token) {
        head.remove_prefix(std::min(head.find_first_not_of(blanks), head.size()));
        if (!head.starts_with(token)) return false;
        head.remove_prefix(token.size());
        return true;
    };
    if (!take("{") || !take("\"")) return;
    head.remove_prefix(std::min(head.find('"'), head.size()));
    if (!take("\"") || !take(":") || !take("{") || !take("\"0\"") || !take(":")) return;
    throw DataError(Place{path, 0, {}},
                    "an object of columns, as pandas writes it by default: write one row a line by "
                    "`to_json(path, orient=\"records\", lines=True)`");
}

}  // namespace automix::detail
