// SPDX-License-Identifier: Apache-2.0
// Reads queries to live models from JSON Lines:
//     {"id":"q1","question":"..","context":"..","reference":"..","dataset":"..","split":"..",
//      "features":{"turns":3},"prior":[0.7,0.95]}
// `id` and `question` are required, and ids must differ. An id may be a whole number. A reference may be a number or a
// boolean too, or a list, `["..",".."]`. A prior has a number for each model that is asked. Records of a log are accepted too, known by `"schema":"automix-log/1"` or
// `"models"`; their other fields are ignored. In all other lines unknown fields are errors, so that a misspelt one is
// noticed before any call is paid. A log or a table that only its reader's options make readable gives its queries by
// `read_log_queries`.
#pragma once

#include <automix/data/log/read_options.hpp>
#include <automix/data/query_facts.hpp>
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

    [[nodiscard]] std::string reference(const nlohmann::json& json, const std::string& field) const;

    /// Returns the names of the models of a record.
    [[nodiscard]] std::vector<std::string> models(const nlohmann::json& json) const;

    void read_references(const nlohmann::json& json, Query& query) const;

    [[nodiscard]] std::string id(const nlohmann::json& json) const;

    [[nodiscard]] std::string question(const nlohmann::json& json) const;
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

/// Reads the queries of several files as one. No file may be empty, and ids must differ over all of them.
[[nodiscard]] std::vector<Query> read_queries(const std::vector<std::string>& paths,
                                              References references = References::optional);

/// The queries of a log, with warnings about what was passed over.
struct LogQueries {
    std::vector<Query> queries{};
    std::vector<std::string> warnings{};
};

/// Reads a log or, with a mapping, a table as queries, by the options of its reader. Throws `DataError` with file, line
/// and field if it is invalid, and for a row without a question unless bad rows are skipped.
[[nodiscard]] LogQueries read_log_queries(const std::string& path, const ReadOptions& options);

/// Reads several logs or tables as one, by the same options. Ids must differ over all of them unless bad rows are skipped.
[[nodiscard]] LogQueries read_log_queries(const std::vector<std::string>& paths, const ReadOptions& options);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/config/detail/query_reader_inl.hpp>
#endif
