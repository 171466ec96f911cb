// SPDX-License-Identifier: Apache-2.0
// Definitions of live/config/query_reader.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/id_places.hpp>
#include <automix/data/log/facts_json.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/read_options.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/validate_facts.hpp>
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
        require_keys(
            json, "",
            std::array{"id", "dataset", "split", "question", "context", "reference", "features", "prior"});
    }
    Query query;
    query.id = id(json);
    query.question = question(json);
    for (const auto& [key, value] : {std::pair{"dataset", &query.dataset}, std::pair{"split", &query.split},
                                     std::pair{"context", &query.context}}) {
        if (has(json, key)) *value = text(json.at(key), key);
    }
    if (has(json, "reference")) read_references(json.at("reference"), query);
    if (has(json, "features")) query.features = FactsParser(name()).features(json.at("features"), "features");
    if (has(json, "prior")) {
        query.prior = FactsParser(name()).prior(json.at("prior"), "prior");
        if (json.contains("models")) query.prior_models = models(json.at("models"));
        if (!query.prior_models.empty() && query.prior.size() != query.prior_models.size())
            fail("prior", "expected " + expected_prior(query.prior_models) + ", found " +
                              std::to_string(query.prior.size()));
    }
    return query;
}

AUTOMIX_INLINE std::vector<std::string> QueryParser::models(const nlohmann::json& json) const {
    std::vector<std::string> names;
    for (std::size_t m = 0; m < array(json, "models").size(); ++m) {
        const std::string field = element("models", m);
        if (!json[m].is_object()) fail_expected(field, "an object", json[m]);
        names.push_back(text(member(json[m], field, "name"), inside(field, "name")));
    }
    return names;
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
            .other_references = log.other_references,
            .features = log.features,
            .prior = log.prior,
            .prior_models = log.prior.empty() ? std::vector<std::string>{} : log.model_names};
}

/// Adds the queries in a text to those before.
inline void add_queries(std::string_view text, const std::string& name, References references, IdPlaces& ids,
                        std::vector<Query>& queries) {
    const std::size_t before = queries.size();
    std::size_t number = 0;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        ++number;
        if (is_blank(line)) continue;
        try {
            Query query = QueryParser(name).parse(parse_document(line, name));
            ids.add(query.id, {name, number, {}});
            if (references == References::required && !query.reference)
                throw DataError(Place{name, 0, "reference"}, "missing");
            queries.push_back(std::move(query));
        } catch (const DataError& error) {
            throw DataError(Place{name, number, error.place().field}, error.detail());
        }
    }
    if (queries.size() == before)
        throw DataError(Place{name, 0, {}}, "expected at least one query, found none");
}

/// Adds the queries of a log to those before.
inline void add_log_queries(const std::string& path, ReadOptions options, IdPlaces& ids, LogQueries& read) {
    options.keep_texts = true;
    const bool skips = options.skip_bad_rows;
    const std::size_t before = read.queries.size();
    LogReader reader(path, std::move(options));
    for (LogRecord log; reader.next(log);) {
        const Place& at = reader.place();
        try {
            Query query = query_of(log);
            ids.add(query.id, at);
            read.queries.push_back(std::move(query));
        } catch (const DataError& error) {
            const Place place{at.file, at.line, error.place().field};
            if (!skips) throw DataError(place, error.detail());
            reader.skip(DataError(place, error.detail()));
        }
    }
    for (const std::string& warning : reader.warnings()) read.warnings.push_back(warning);
    for (const Place& cut : reader.truncated())
        read.warnings.push_back(to_string(cut) + ": truncated last line skipped");
    if (read.queries.size() == before)
        throw DataError(Place{path, 0, {}}, "expected at least one query, found none");
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<Query> parse_queries(std::string_view text, const std::string& name,
                                                References references) {
    IdPlaces ids;
    std::vector<Query> queries;
    detail::add_queries(text, name, references, ids, queries);
    return queries;
}

AUTOMIX_INLINE LogQueries read_log_queries(const std::vector<std::string>& paths,
                                           const ReadOptions& options) {
    IdPlaces ids;
    LogQueries read;
    for (const std::string& path : paths) detail::add_log_queries(path, options, ids, read);
    return read;
}

AUTOMIX_INLINE LogQueries read_log_queries(const std::string& path, const ReadOptions& options) {
    return read_log_queries(std::vector{path}, options);
}

AUTOMIX_INLINE std::vector<Query> read_queries(const std::vector<std::string>& paths, References references) {
    IdPlaces ids;
    std::vector<Query> queries;
    for (const std::string& path : paths)
        detail::add_queries(detail::read_file(path), path, references, ids, queries);
    return queries;
}

AUTOMIX_INLINE std::vector<Query> read_queries(const std::string& path, References references) {
    return read_queries(std::vector{path}, references);
}

}  // namespace automix
