// SPDX-License-Identifier: Apache-2.0
// Chooses by data set: the value for the data set of a query or, if there is none, the general one. O(log data sets).
#pragma once

#include <map>
#include <string>

namespace automix::detail {

/// Returns the value of that data set, or the general one if the data set has none.
template <class T>
const T& for_dataset(const std::map<std::string, T>& by_dataset, const std::string& dataset,
                     const T& general) {
    const auto found = by_dataset.find(dataset);
    return found == by_dataset.end() ? general : found->second;
}

}  // namespace automix::detail
