// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/query_reader.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/id_places.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/file/file.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/json_document.hpp>
#include <automix/live/config/query_reader.hpp>
#include <automix/live/query.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE Query QueryParser::parse(const nlohmann::json& json) const {
    if (json.is_object() && json.contains("schema")) {
        require_schema(json, "", log_schema);
    } else if (!json.is_object() || !json.contains("models")) {
        require_keys(json, "", std::array{"id", "dataset", "split", "question", "context", "reference"});
    }
    Query query;
    query.id = id(json);
    query.question = question(json);
    for (const auto& [key, value] : {std::pair{"dataset", &query.dataset}, std::pair{"split", &query.split},
                                     std::pair{"context", &query.context}}) {
        if (has(json, key)) *value = text(json.at(key), key);
    }
    if (has(json, "reference")) read_references(json.at("reference"), query);
    return query;
}

AUTOMIX_INLINE std::string QueryParser::reference(const nlohmann::json& json,
                                                  const std::string& field) const {
    return json.is_number() || json.is_boolean() ? json.dump() : text(json, field);
}

AUTOMIX_INLINE void QueryParser::read_references(const nlohmann::json& json, Query& query) const {
    if (!json.is_array()) {
        query.reference = reference(json, "reference");
        return;
    }
    if (json.empty()) fail("reference", "expected a text or a list of texts, found an empty list");
    for (std::size_t i = 0; i < json.size(); ++i) {
        std::string text = reference(json[i], "reference[" + std::to_string(i) + "]");
        if (i == 0) {
            query.reference = std::move(text);
        } else {
            query.other_references.push_back(std::move(text));
        }
    }
}

AUTOMIX_INLINE bool QueryParser::has(const nlohmann::json& json, const char* key) {
    return json.contains(key) && !json.at(key).is_null();
}

AUTOMIX_INLINE std::string QueryParser::id(const nlohmann::json& json) const {
    const nlohmann::json& value = member(json, "", "id");
    if (value.is_number_integer()) return value.dump();
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
        fail_expected("id", "a non-empty string or a whole number", value);
    return value;
}

AUTOMIX_INLINE std::string QueryParser::question(const nlohmann::json& json) const {
    std::string value = text(member(json, "", "question"), "question");
    if (value.empty()) fail("question", "expected a text, found an empty one");
    return value;
}

/// Returns the query of a record whose texts were kept. Throws `DataError` without a place if it has no question.
inline Query query_of(const LogRecord& log) {
    if (!log.question || log.question->empty()) throw DataError(Place{{}, 0, "question"}, "missing");
    return {.id = log.record.id,
            .dataset = log.record.dataset,
            .split = log.record.split,
            .question = *log.question,
            .context = log.context.value_or(""),
            .reference = log.reference,
            .other_references = log.other_references};
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<Query> parse_queries(std::string_view text, const std::string& name,
                                                References references) {
    std::vector<Query> queries;
    IdPlaces ids;
    std::size_t number = 0;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        ++number;
        if (detail::is_blank(line)) continue;
        try {
            Query query = detail::QueryParser(name).parse(detail::parse_document(line, name));
            ids.add(query.id, {name, number, {}});
            if (references == References::required && !query.reference)
                throw DataError(Place{name, 0, "reference"}, "missing");
            queries.push_back(std::move(query));
        } catch (const DataError& error) {
            throw DataError(Place{name, number, error.place().field}, error.detail());
        }
    }
    if (queries.empty()) throw DataError(Place{name, 0, {}}, "expected at least one query, found none");
    return queries;
}

AUTOMIX_INLINE LogQueries read_log_queries(const std::string& path, ReadOptions options) {
    options.keep_texts = true;
    const bool skips = options.skip_bad_rows;
    LogReader reader(path, std::move(options));
    LogQueries read;
    IdPlaces ids;
    for (LogRecord log; reader.next(log);) {
        const Place& at = reader.place();
        try {
            Query query = detail::query_of(log);
            ids.add(query.id, at);
            read.queries.push_back(std::move(query));
        } catch (const DataError& error) {
            const Place place{at.file, at.line, error.place().field};
            if (!skips) throw DataError(place, error.detail());
            reader.skip(DataError(place, error.detail()));
        }
    }
    read.warnings = reader.warnings();
    for (const Place& cut : reader.truncated())
        read.warnings.push_back(to_string(cut) + ": truncated last line skipped");
    if (read.queries.empty()) throw DataError(Place{path, 0, {}}, "expected at least one query, found none");
    return read;
}

AUTOMIX_INLINE std::vector<Query> read_queries(const std::string& path, References references) {
    return parse_queries(detail::read_file(path), path, references);
}

}  // namespace automix
