// SPDX-License-Identifier: Apache-2.0
// Reads a mapping file: which columns of a table in another shape are what.
//     {"id":..,"split":..,"dataset":..,"category":..,"models":[{"name":..,"score":..,"confidence":..,"cost":..}]}
// Each value names a column; all but `models`, their `name` and their `score` may be left out.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/column_mapping.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// Column names of one object by their keys. Throws `DataError` for other keys and for values that are no names.
inline void read_columns(const nlohmann::json& object, const Place& place, const std::string& prefix,
                         const std::vector<std::pair<std::string, std::string*>>& columns) {
    for (const auto& [key, value] : object.items()) {
        const Place here{place.file, 0, prefix + key};
        const auto column = std::find_if(columns.begin(), columns.end(), [&k = key](const auto& c) { return c.first == k; });
        if (column == columns.end()) throw DataError(here, "unknown key");
        if (column->second == nullptr) continue;
        if (!value.is_string() || value.template get_ref<const std::string&>().empty()) {
            throw DataError(here, "expected the name of a column, found " + in_quotes(value.dump()));
        }
        *column->second = value.template get<std::string>();
    }
}

}  // namespace detail

/// Throws `DataError` naming file and field for whatever is wrong.
inline ColumnMapping read_mapping(const std::string& path) {
    const auto fail = [&](const std::string& field, const std::string& message) {
        throw DataError(Place{path, 0, field}, message);
    };
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) fail("", "is a directory, not a file");
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("", "cannot be opened");
    const nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
    if (json.is_discarded()) fail("", "not valid JSON");
    if (!json.is_object()) fail("", "expected an object");

    ColumnMapping mapping;
    detail::read_columns(json, {path, 0, {}}, "",
                         {{"id", &mapping.id}, {"split", &mapping.split}, {"dataset", &mapping.dataset},
                          {"category", &mapping.category}, {"models", nullptr}});
    if (!json.contains("models") || !json["models"].is_array() || json["models"].empty()) {
        fail("models", "expected a list of at least one model");
    }
    for (std::size_t m = 0; m < json["models"].size(); ++m) {
        const std::string field = "models[" + std::to_string(m) + "]";
        const auto& object = json["models"][m];
        if (!object.is_object()) fail(field, "expected an object");
        ModelMapping model;
        detail::read_columns(object, {path, 0, {}}, field + ".",
                             {{"name", &model.name}, {"score", &model.score}, {"confidence", &model.confidence},
                              {"cost", &model.cost}});
        if (model.name.empty()) fail(field + ".name", "missing");
        if (model.score.empty()) fail(field + ".score", "missing");
        for (const ModelMapping& earlier : mapping.models) {
            if (earlier.name == model.name) fail(field + ".name", "a second model named " + in_quotes(model.name));
        }
        mapping.models.push_back(std::move(model));
    }
    return mapping;
}

}  // namespace automix
