// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/mapping.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/data/log/mapping.hpp>
#include <automix/file/file.hpp>
#include <automix/json/json_document.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE ColumnMapping parse_mapping(std::string_view text, const std::string& name) {
    using Columns = std::vector<std::pair<std::string_view, std::string*>>;
    const auto fail = [&](const std::string& field, const std::string& message) {
        throw DataError(Place{name, 0, field}, message);
    };
    const auto require_object = [&](const nlohmann::json& json, const std::string& field) {
        if (!json.is_object()) fail(field, "expected an object, found " + detail::shown(json));
    };
    /// Stores the column names of an object through `columns`, by their keys.
    const auto read_columns = [&](const nlohmann::json& object, const std::string& prefix,
                                  const Columns& columns) {
        for (const auto& [key, value] : object.items()) {
            const auto column = std::find_if(columns.begin(), columns.end(),
                                             [&k = key](const auto& c) { return c.first == k; });
            if (column == columns.end()) fail(prefix + key, "unknown key");
            if (column->second == nullptr) continue;
            if (!value.is_string() || value.get_ref<const std::string&>().empty())
                fail(prefix + key, "expected a non-empty string, found " + detail::shown(value));
            *column->second = value.get<std::string>();
        }
    };

    const nlohmann::json json = detail::parse_document(text, name);
    require_object(json, "");
    ColumnMapping mapping;
    read_columns(json, "",
                 {{"id", &mapping.id},
                  {"split", &mapping.split},
                  {"dataset", &mapping.dataset},
                  {"category", &mapping.category},
                  {"models", nullptr}});
    if (!json.contains("models")) fail("models", "missing");
    const nlohmann::json& models = json["models"];
    if (!models.is_array() || models.empty())
        fail("models", "expected a list of at least one model, found " + detail::shown(models));
    for (std::size_t m = 0; m < models.size(); ++m) {
        const std::string field = "models[" + std::to_string(m) + "]";
        require_object(models[m], field);
        ModelMapping model;
        read_columns(models[m], field + ".",
                     {{"name", &model.name},
                      {"score", &model.score},
                      {"confidence", &model.confidence},
                      {"cost", &model.cost}});
        if (model.name.empty()) fail(field + ".name", "missing");
        if (model.score.empty()) fail(field + ".score", "missing");
        for (const ModelMapping& earlier : mapping.models) {
            if (earlier.name == model.name)
                fail(field + ".name", "a second model named " + in_quotes(model.name));
        }
        mapping.models.push_back(std::move(model));
    }
    return mapping;
}

AUTOMIX_INLINE ColumnMapping read_mapping(const std::string& path) {
    return parse_mapping(detail::read_file(path), path);
}

}  // namespace automix
