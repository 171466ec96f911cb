// SPDX-License-Identifier: Apache-2.0
// Definitions of data/statistics_sum.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/statistics_sum.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE bool same_rows(const FoldStatistics& one, const FoldStatistics& other) {
    const auto near = [](double a, double b) {
        constexpr double rounding = 1e-9;
        return nearly_equal(a, b, rounding);
    };
    const auto alike = [&](const EvidenceCell& a, const EvidenceCell& b) {
        return a.evidence == b.evidence && near(a.weight, b.weight) &&
               std::equal(a.scores.begin(), a.scores.end(), b.scores.begin(), b.scores.end(), near) &&
               std::equal(a.products.begin(), a.products.end(), b.products.begin(), b.products.end(), near);
    };
    return std::equal(one.cells.begin(), one.cells.end(), other.cells.begin(), other.cells.end(), alike);
}

AUTOMIX_INLINE StatisticsSum::Part::Part(std::string part_name, const Statistics& statistics)
    : name(std::move(part_name)), total(statistics.total()), ids_known(!statistics.logs.empty()) {
    for (const LogDigest& log : statistics.logs) ids_known = ids_known && !log.sample.empty();
}

AUTOMIX_INLINE void StatisticsSum::add(Statistics more, const std::string& name, Overlap overlap) {
    Part part(name, more);
    if (sum_) {
        const std::vector<ModelShape> models = sum_->models;
        const FoldStatistics before = sum_->total();
        sum_->require_same_models(more);
        if (sum_->strata.empty() != more.strata.empty())
            warnings_.push_back("the strata of " + (more.strata.empty() ? earlier_name() : name) +
                                " are lost, as " + (more.strata.empty() ? name : earlier_name()) +
                                " has none");
        require_one_unit(models, before, part);
        sum_->add(more, overlap);
        if (overlap == Overlap::refuse) require_other_rows(part);
        note_mean_prices(models, before, part);
        note_draws(models, more.models, name);
    } else {
        sum_ = std::move(more);
    }
    parts_.push_back(std::move(part));
}

AUTOMIX_INLINE const Statistics& StatisticsSum::statistics() const {
    if (!sum_) throw DataError("statistics: no part was added");
    return *sum_;
}

AUTOMIX_INLINE std::vector<std::string> StatisticsSum::unknown_ids() const {
    std::vector<std::string> unknown;
    for (const Part& part : parts_) {
        if (!part.ids_known) unknown.push_back(part.name);
    }
    if (parts_.size() < 2 || unknown.empty()) return {};
    return {"overlap cannot be checked, as there are no ids in " + joined(unknown) +
            ": see that no query is in two parts, where it counts twice"};
}

AUTOMIX_INLINE void StatisticsSum::require_other_rows(const Part& part) const {
    for (const Part& earlier : parts_) {
        if ((part.ids_known && earlier.ids_known) || !same_rows(part.total, earlier.total)) continue;
        throw DataError("the sums of " + part.name + " are those of " + earlier.name +
                        ", so its queries would count twice; give it once, or allow the overlap "
                        "(--allow-overlap)");
    }
}

AUTOMIX_INLINE std::string StatisticsSum::earlier_name() const {
    return parts_.size() == 1 ? parts_.front().name : "the parts before";
}

AUTOMIX_INLINE void StatisticsSum::note_draws(const std::vector<ModelShape>& before,
                                              const std::vector<ModelShape>& more, const std::string& name) {
    for (std::size_t m = 0; m < before.size(); ++m) {
        const int one = before[m].draws;
        const int other = more[m].draws;
        if (one == other) continue;
        warnings_.push_back("draws of " + in_quotes(before[m].name) + ": " + name + " has " +
                            std::to_string(other) + ", " + earlier_name() + " " + std::to_string(one) + ": " +
                            std::to_string(std::min(one, other)) + " are used");
    }
}

AUTOMIX_INLINE void StatisticsSum::require_one_unit(const std::vector<ModelShape>& models,
                                                    const FoldStatistics& before, const Part& part) const {
    constexpr double largest_factor = 20.0;
    const auto check = [&](const char* what, const std::vector<double>& of_before,
                           const std::vector<double>& of_more, std::size_t m) {
        const double one = of_before[m] / before.weight();
        const double other = of_more[m] / part.total.weight();
        if (!(std::min(one, other) > 0.0) || std::max(one, other) <= largest_factor * std::min(one, other))
            return;
        throw DataError("prices of " + earlier_name() + " and " + part.name +
                        " are in different units: " + what + in_quotes(models[m].name) + " costs " +
                        format_price(one) + " and " + format_price(other) +
                        ", more than 20 times as much; convert one of them, or give the "
                        "prices (--costs, --draw-cost)");
    };
    for (std::size_t m = 0; m < models.size(); ++m) {
        check("an answer of ", before.answer_prices, part.total.answer_prices, m);
        check("a draw of ", before.draw_prices, part.total.draw_prices, m);
    }
}

AUTOMIX_INLINE void StatisticsSum::note_mean_prices(const std::vector<ModelShape>& models,
                                                    const FoldStatistics& before, const Part& part) {
    const FoldStatistics& more = part.total;
    std::vector<std::string> differences;
    bool far = false;
    const auto compare = [&](const std::string& what, const std::vector<double>& of_before,
                             const std::vector<double>& of_more, std::size_t m) {
        constexpr double rounding = 1e-9;
        constexpr double largest_factor = 2.0;
        const double one = of_before[m] / before.weight();
        const double other = of_more[m] / more.weight();
        if (nearly_equal(one, other, rounding)) return;
        differences.push_back(what + in_quotes(models[m].name) + " " + format_price(one) + " and " +
                              format_price(other));
        far = far || std::max(one, other) > largest_factor * std::min(one, other);
    };
    for (std::size_t m = 0; m < models.size(); ++m)
        compare("an answer of ", before.answer_prices, more.answer_prices, m);
    for (std::size_t m = 0; m < models.size(); ++m) {
        if (models[m].kind != VerificationKind::none)
            compare("a draw of ", before.draw_prices, more.draw_prices, m);
    }
    if (differences.empty()) return;
    warnings_.push_back(
        "prices of " + earlier_name() + " and " + part.name + " differ and are averaged by rows (" +
        format_number(before.weight()) + " and " + format_number(more.weight()) +
        "): " + joined(differences) +
        (far ? "; some differ by more than a factor of 2: if both are not in one unit, the policy is wrong"
             : ""));
}

}  // namespace automix
