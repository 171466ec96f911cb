// SPDX-License-Identifier: Apache-2.0
// This file reads a mapping file, which assigns the columns of a table in another shape to the log schema.
//     {"id":..,"split":..,"dataset":..,"category":..,"question":..,"context":..,"reference":..,
//      "features":[..],"prior":[..],
//      "words":{"yes":1,"no":0,"unclear":null},
//      "models":[{"name":..,"score":..,"verdicts":[..],"cost":..,"draw_cost":..,"answer":..},
//                {"name":..,"score":..,"confidence":..,"draws":8,"signals":{"tests":..},
//                 "verifiers":{"judge":{"verdicts":..,"draw_cost":..}}}]}
// Each value names a column. `verdicts` names one or several, `features` any number, and `prior` one for each model.
// `draws` is a number or names a column. All but `models`, their `name` and their `score` may be left out. `words` are
// the values of words among scores, verdicts and signals.
#pragma once

#include <automix/data/column_mapping.hpp>

#include <string>
#include <string_view>

namespace automix {

/// Returns a mapping from the text of its file, which messages call `name`. Throws `DataError` with file and field for
/// any error, including unknown keys.
ColumnMapping parse_mapping(std::string_view text, const std::string& name);

/// Reads a mapping from a file. Throws `DataError` with file and field for any error.
ColumnMapping read_mapping(const std::string& path);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/log/detail/mapping_inl.hpp>
#endif
