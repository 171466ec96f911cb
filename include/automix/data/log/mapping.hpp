// SPDX-License-Identifier: Apache-2.0
// Reads a mapping file: which columns of a table in another shape are what.
//     {"id":..,"split":..,"dataset":..,"category":..,"models":[{"name":..,"score":..,"confidence":..,"cost":..}]}
// Each value names a column; all but `models`, their `name` and their `score` may be left out.
#pragma once

#include <automix/data/column_mapping.hpp>

#include <string>
#include <string_view>

namespace automix {

/// A mapping from the text of its file, which messages call `name`. Throws `DataError` naming file and field for whatever is
/// wrong, unknown keys among it.
ColumnMapping parse_mapping(std::string_view text, const std::string& name);

/// Throws `DataError` naming file and field for whatever is wrong.
ColumnMapping read_mapping(const std::string& path);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/mapping_inl.hpp>
#endif
