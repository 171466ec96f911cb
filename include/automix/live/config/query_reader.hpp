// SPDX-License-Identifier: Apache-2.0
// Queries to live models, JSON Lines:
//     {"id":"q1","question":"..","context":"..","reference":"..","dataset":"..","split":".."}
// `id` and `question` are required, ids differ. Records of a log will do, known by `"schema":"automix-log/1"`: what else they
// hold is passed over. Without it any other field is an error, lest a misspelt one be missed in what is paid for.
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

    [[nodiscard]] std::string required(const nlohmann::json& json, const char* key) const;
};

}  // namespace detail

enum class References : std::uint8_t { optional, required };

/// The queries in a text, which messages call `name`; blank lines and a byte-order mark are passed over. Throws `DataError` with
/// name, line and field for whatever is wrong, and if there are none.
[[nodiscard]] std::vector<Query> parse_queries(std::string_view text, const std::string& name,
                                               References references = References::optional);

/// Reads the queries of a file. Throws as `parse_queries`, and `DataError` if the file cannot be read.
[[nodiscard]] std::vector<Query> read_queries(const std::string& path,
                                              References references = References::optional);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/query_reader_inl.hpp>
#endif
