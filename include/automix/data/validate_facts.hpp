// SPDX-License-Identifier: Apache-2.0
// This file checks the facts on a query from any source. Features must be finite or short and have different names, and
// a prior must have a probability for each model. O(models + features^2).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/query_facts.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

/// The expected content of features and of one of them, in the words of messages.
inline constexpr std::string_view expected_features = "an object of numbers and short texts";
inline constexpr std::string_view expected_feature = "a number, a boolean or a text of at most 256 bytes";

/// Returns the expected content of a prior.
inline std::string expected_prior(const std::vector<std::string>& models) {
    return "one number for each of " + std::to_string(models.size()) + " models (" + joined(models) + ")";
}

/// Throws `DataError` with `place` and the field unless features are finite, short and named once, and the prior holds a
/// probability for each name in `models`, or nothing.
inline void require_valid_facts(const QueryFacts& facts, const std::vector<std::string>& models,
                                const Place& place = {}) {
    const auto fail = [&](const std::string& field, const std::string& message) {
        throw DataError(Place{place.file, place.line, field}, message);
    };
    for (auto feature = facts.features.begin(); feature != facts.features.end(); ++feature) {
        const std::string field = "features." + feature->name;
        if (feature->name.empty()) fail("features", "expected names, found an empty one");
        if (!feature->text && !std::isfinite(feature->number))
            fail(field, "expected a finite number or a string, found " + format_number(feature->number));
        if (feature->text && feature->text->size() > maximum_feature_bytes)
            fail(field, "expected a text of at most " + std::to_string(maximum_feature_bytes) +
                            " bytes, found " + std::to_string(feature->text->size()));
        if (std::any_of(facts.features.begin(), feature,
                        [&](const QueryFeature& other) { return other.name == feature->name; }))
            fail(field, "stands twice");
    }
    if (facts.prior.empty()) return;
    if (facts.prior.size() != models.size())
        fail("prior", "expected " + expected_prior(models) + ", found " + std::to_string(facts.prior.size()));
    for (std::size_t m = 0; m < models.size(); ++m) {
        if (!(facts.prior[m] >= 0.0 && facts.prior[m] <= 1.0))
            fail("prior[" + std::to_string(m) + "]",
                 "expected a number in [0, 1], found " + format_number(facts.prior[m]));
    }
}

}  // namespace automix
