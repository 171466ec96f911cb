// SPDX-License-Identifier: Apache-2.0
// This file adds up statistics of several parts, such as a log, a table by SQL and an earlier policy. It refuses a part
// whose rows are in the sum already, and tells how parts differ in prices and draws. O(cells of all parts), and for two
// parts whose ids are not known O(cells) each.
#pragma once

#include <automix/core/error.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>

#include <optional>
#include <string>
#include <vector>

namespace automix {

/// Returns true if the rows of two sums cannot be told apart. Prices may differ.
bool same_rows(const FoldStatistics& one, const FoldStatistics& other);

class StatisticsSum {
 public:
    /// Adds statistics that messages call `name`. Throws `DataError` as `Statistics::add`, and for the sums of an
    /// earlier part unless the overlap is allowed. The sum is then of no use.
    void add(Statistics more, const std::string& name, Overlap overlap = Overlap::refuse);

    /// Returns the sum. Throws `DataError` if nothing was added.
    [[nodiscard]] const Statistics& statistics() const;

    /// Returns warnings on prices and draws in which parts differ.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

    /// Returns a warning if rows may count twice in parts whose ids are not known; nothing if not.
    [[nodiscard]] std::vector<std::string> unknown_ids() const;

 private:
    /// Statistics that were added, with their name.
    struct Part {
        std::string name{};
        FoldStatistics total{};
        bool ids_known = false;

        Part(std::string part_name, const Statistics& statistics);
    };

    /// Throws `DataError` if the rows are those of an earlier part. Where both know their ids, these have told already.
    void require_other_rows(const Part& part) const;

    /// Returns the name of what was added so far.
    [[nodiscard]] std::string earlier_name() const;

    /// Adds a warning for each model whose draws are cut to those of another part.
    void note_draws(const std::vector<ModelShape>& before, const std::vector<ModelShape>& more,
                    const std::string& name);

    /// Throws `DataError` if mean prices of a part differ by more than a factor of 20 from those so far: they are then in
    /// another unit.
    void require_one_unit(const std::vector<ModelShape>& models, const FoldStatistics& before,
                          const Part& part) const;

    /// Adds a warning if the mean prices of two parts differ, with both figures.
    void note_mean_prices(const std::vector<ModelShape>& models, const FoldStatistics& before,
                          const Part& part);

    std::optional<Statistics> sum_{};
    std::vector<Part> parts_{};
    std::vector<std::string> warnings_{};
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/statistics_sum_inl.hpp>
#endif
