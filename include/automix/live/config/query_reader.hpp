// SPDX-License-Identifier: Apache-2.0
// Reads queries to live models from JSON Lines:
//     {"id":"q1","question":"..","context":"..","reference":"..","dataset":"..","split":".."}
// `id` and `question` are required, and ids must differ. A reference may be a list of texts, `["..",".."]`. Records of a log are accepted too, if they name their schema,
// `"schema":"automix-log/1"`; their other fields are ignored. In all other lines unknown fields are errors, so that a
// misspelt one is noticed before any call is paid.
#pragma once

#include <automix/json/document_checks.hpp>
#include <automix/live/query.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

namespace detail {

class QueryParser : DocumentChecks {
 public:
    explicit QueryParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] Query parse(const nlohmann::json& json) const;

 private:
    static bool has(const nlohmann::json& json, const char* key);

    void read_references(const nlohmann::json& json, Query& query) const;

    [[nodiscard]] std::string required(const nlohmann::json& json, const char* key) const;
};

}  // namespace detail

enum class References : std::uint8_t { optional, required };

/// Returns the queries in a text. Messages refer to it as `name`. Blank lines and a byte-order mark are skipped. Throws
/// `DataError` with name, line and field if anything is wrong, and if there are no queries.
[[nodiscard]] std::vector<Query> parse_queries(std::string_view text, const std::string& name,
                                               References references = References::optional);

/// Reads the queries of a file. Throws as `parse_queries`, and `DataError` if the file cannot be read.
[[nodiscard]] std::vector<Query> read_queries(const std::string& path,
                                              References references = References::optional);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/query_reader_inl.hpp>
#endif
