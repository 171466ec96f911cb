// SPDX-License-Identifier: Apache-2.0
// Short ways to write rows and small data sets in tests of the data layer.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace records {

/// `+` positive, `-` negative, anything else unparsed.
inline std::vector<automix::Verdict> verdicts(std::string_view text) {
    std::vector<automix::Verdict> result;
    for (const char c : text) {
        result.push_back(c == '+'   ? automix::Verdict::positive
                         : c == '-' ? automix::Verdict::negative
                                    : automix::Verdict::unparsed);
    }
    return result;
}

/// A model with a score, verdicts, and recorded prices.
inline automix::ModelRecord model(double score, std::string_view drawn = "", std::optional<double> cost = {},
                                  std::optional<double> draw_cost = {}) {
    automix::ModelRecord record;
    record.score = score;
    record.verdicts = verdicts(drawn);
    record.cost = cost;
    record.draw_cost = draw_cost;
    return record;
}

inline automix::Record row(std::string id, std::vector<automix::ModelRecord> models, std::string split = "",
                           std::string dataset = "", std::string category = "") {
    return {std::move(id), std::move(dataset), std::move(split), std::move(category), std::move(models)};
}

/// Models m0, m1, ... as many as the first row has.
inline automix::Dataset table(std::initializer_list<automix::Record> rows) {
    std::vector<std::string> names;
    for (std::size_t m = 0; m < rows.begin()->models.size(); ++m) names.push_back("m" + std::to_string(m));
    automix::Dataset data(std::move(names));
    for (const auto& record : rows) data.append(record);
    return data;
}

/// Rows q0 .. q(n-1) of one model, the score of a row its number over n.
inline automix::Dataset numbered(int n, int first = 0) {
    automix::Dataset data({"m0"});
    for (int i = first; i < first + n; ++i) {
        data.append(row("q" + std::to_string(i), {model(static_cast<double>(i - first) / n)}));
    }
    return data;
}

inline std::vector<std::string> ids(const automix::Dataset& data) {
    std::vector<std::string> result;
    for (automix::Index i = 0; i < data.rows(); ++i) result.push_back(data.id(i));
    return result;
}

}  // namespace records
