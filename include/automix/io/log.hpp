// SPDX-License-Identifier: Apache-2.0
// Reads whole logs into a data set in columns. Several files are read as one: ids are unique over all of them, models and
// their order the same. What is odd but usable comes back as warnings, each kind once with its count and first place.
// One pass, in constant memory beyond columns and ids.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/dataset.hpp>
#include <automix/io/log_reader.hpp>
#include <automix/io/log_record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace automix {

struct Log {
    Dataset data{};
    std::vector<std::string> warnings{};
};

namespace detail {

/// One kind of warning: how often, and where first.
class WarningCount {
 public:
    void add(const Place& place) {
        if (count_++ == 0) first_ = place;
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::string first() const { return to_string(first_); }

 private:
    std::size_t count_ = 0;
    Place first_{};
};

/// True where the stored confidence is not what the verdicts give.
inline bool contradicts_verdicts(const ModelRecord& model) {
    if (!model.confidence || model.verdicts.empty()) return false;
    const auto positive = std::count(model.verdicts.begin(), model.verdicts.end(), Verdict::positive);
    const auto negative = std::count(model.verdicts.begin(), model.verdicts.end(), Verdict::negative);
    const auto parsed = positive + negative;
    const double share = parsed == 0 ? 0.0 : static_cast<double>(positive) / static_cast<double>(parsed);
    return std::abs(share - *model.confidence) > 1e-3;
}

inline void warn_of_unparsed(const Dataset& data, std::vector<std::string>& warnings) {
    constexpr double tolerated = 0.05;
    for (Index model = 0; model < data.models(); ++model) {
        std::size_t drawn = 0;
        std::size_t unparsed = 0;
        for (Index row = 0; row < data.rows(); ++row) {
            const auto verdicts = data.verdicts(row, model);
            drawn += verdicts.size();
            unparsed += static_cast<std::size_t>(std::count(verdicts.begin(), verdicts.end(), Verdict::unparsed));
        }
        if (static_cast<double>(unparsed) <= tolerated * static_cast<double>(drawn)) continue;
        warnings.push_back(data.model_names()[static_cast<std::size_t>(model)] + ": " + std::to_string(unparsed) + " of " +
                           std::to_string(drawn) + " verdicts could not be parsed");
    }
}

}  // namespace detail

/// Reads the files as one log. Throws `DataError` for the first thing wrong, naming file, line and field, and
/// `ArgumentError` for models that the log does not have.
inline Log read_log(const std::vector<std::string>& paths, const ReadOptions& options = {}) {
    std::optional<Dataset> data;
    std::vector<std::string> order;
    std::vector<std::string> warnings;
    detail::WarningCount contradicted;
    LogRecord record;
    for (const std::string& path : paths) {
        LogReader reader(path, options, order);
        while (reader.next(record)) {
            if (!data) data.emplace(record.model_names);
            data->append(record.record, reader.place());
            for (const ModelRecord& model : record.record.models) {
                if (detail::contradicts_verdicts(model)) contradicted.add(reader.place());
            }
        }
        order = reader.order();
        if (reader.truncated()) warnings.push_back(to_string(reader.place()) + ": truncated last line skipped");
        if (!data || reader.order().empty()) throw DataError(Place{path, 0, {}}, "no records");
    }
    if (!data) throw ArgumentError("no log to read");
    if (contradicted.count() > 0) {
        warnings.push_back(contradicted.first() + ": stored confidence is not positive / parsed verdicts, which is used; " +
                           std::to_string(contradicted.count()) + " in all");
    }
    detail::warn_of_unparsed(*data, warnings);
    return {std::move(*data), std::move(warnings)};
}

inline Log read_log(const std::string& path, const ReadOptions& options = {}) {
    return read_log(std::vector<std::string>{path}, options);
}

}  // namespace automix
