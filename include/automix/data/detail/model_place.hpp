// SPDX-License-Identifier: Apache-2.0
// This file words the place of what a row holds of one model, with file and line if the row was read from a file.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>

#include <string>

namespace automix::detail {

/// Returns the place of a model in a row.
inline Place model_place(const Dataset& data, Index model, Index row) {
    const Place place = data.place(row);
    return {place.file, place.line,
            "model " + in_quotes(data.model_names()[as_size(model)]) + ", id " + in_quotes(data.id(row))};
}

/// Returns the first row for which `lacks` holds. Requires one.
template <class Lacks>
Index first_row(Lacks lacks) {
    Index row = 0;
    while (!lacks(row)) ++row;
    return row;
}

}  // namespace automix::detail
