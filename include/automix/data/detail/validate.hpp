// SPDX-License-Identifier: Apache-2.0
// This file checks a record from any source. It must have an id, one entry for each model and valid prices. Scores and
// confidences must be in [0, 1], and there must be as many sample scores as samples. O(models + samples).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/data/category.hpp>
#include <automix/data/record.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

/// Throws `DataError` with `place` and the field that is wrong. The record must have an entry for each name in
/// `models`.
inline void require_valid(const Record& record, const std::vector<std::string>& models,
                          const Place& place = {}) {
    const auto fail = [&](const std::string& field, const std::string& message) {
        throw DataError(Place{place.file, place.line, field}, message);
    };
    if (record.id.empty()) fail("id", "expected a non-empty string");
    if (!parse_category(record.category)) {
        fail("category",
             "expected one of " + joined(category_names) + ", found " + in_quotes(record.category));
    }
    if (record.models.size() != models.size()) {
        fail("models", "expected " + std::to_string(models.size()) + " models (" + joined(models) +
                           "), found " + std::to_string(record.models.size()));
    }
    for (std::size_t m = 0; m < models.size(); ++m) {
        const auto& model = record.models[m];
        const auto field = [m](const char* name) { return "models[" + std::to_string(m) + "]." + name; };
        const auto check_share = [&](double value, const char* name) {
            if (!(value >= 0.0 && value <= 1.0)) {
                fail(field(name), "expected a number in [0, 1], found " + format_number(value));
            }
        };
        const auto check_price = [&](const std::optional<double>& value, const char* name) {
            if (value && !automix::is_price(*value)) fail(field(name), price_complaint(*value));
        };
        check_share(model.score, "score");
        if (model.confidence) check_share(*model.confidence, "confidence");
        check_price(model.cost, "cost");
        check_price(model.draw_cost, "draw_cost");
        for (const double score : model.sample_scores) check_share(score, "sample_scores");
        if (model.sample_scores.size() != model.clusters.size()) {
            fail(field("sample_scores"), "expected one for each of " + std::to_string(model.clusters.size()) +
                                             " samples, found " + std::to_string(model.sample_scores.size()));
        }
    }
}

}  // namespace automix::detail
