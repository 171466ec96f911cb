// SPDX-License-Identifier: Apache-2.0
// This file puts the caller's prior for a query in the order of the models that are asked. A prior from a record of a
// log is about the models of that record, in their order. O(models^2).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/live/query.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace automix {

/// Returns the query's prior for these models, in their order; nothing if it has none. Throws `ArgumentError` if the
/// prior lacks one of them, or does not say which models it is about and has another number of them.
inline std::vector<double> prior_for(const Query& query, const std::vector<std::string>& models) {
    if (query.prior.empty()) return {};
    const std::vector<std::string>& names = query.prior_models.empty() ? models : query.prior_models;
    const std::string of_query = " in query " + in_quotes(query.id);
    if (query.prior.size() != names.size())
        throw ArgumentError("prior: expected one number for each of " + std::to_string(names.size()) +
                            " models (" + joined(names) + "), found " + std::to_string(query.prior.size()) +
                            of_query);
    std::vector<double> prior;
    for (const std::string& model : models) {
        const auto place = std::find(names.begin(), names.end(), model);
        if (place == names.end())
            throw ArgumentError("prior: it is about " + joined(names) + " and has no number for " +
                                in_quotes(model) + of_query + "; leave it out, or give one for each model");
        prior.push_back(query.prior[static_cast<std::size_t>(place - names.begin())]);
    }
    return prior;
}

}  // namespace automix
