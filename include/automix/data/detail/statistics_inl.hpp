// SPDX-License-Identifier: Apache-2.0
// Definitions of data/statistics.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE EvidenceCell::EvidenceCell(std::vector<Verification> key, Index models)
    : evidence(std::move(key)), scores(as_size(models), 0.0), products(as_size(models * models), 0.0) {}

AUTOMIX_INLINE void EvidenceCell::add(const std::vector<double>& row, double row_weight) {
    weight += row_weight;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        scores[i] += row_weight * row[i];
        for (std::size_t j = 0; j < scores.size(); ++j)
            products[i * scores.size() + j] += row_weight * row[i] * row[j];
    }
}

AUTOMIX_INLINE void EvidenceCell::add(const EvidenceCell& other, double factor) {
    weight += factor * other.weight;
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += factor * other.scores[i];
    for (std::size_t i = 0; i < products.size(); ++i) products[i] += factor * other.products[i];
}

AUTOMIX_INLINE double FoldStatistics::weight() const {
    double sum = 0.0;
    for (const EvidenceCell& cell : cells) sum += cell.weight;
    return sum;
}

AUTOMIX_INLINE double FoldStatistics::mean_score(Index model) const {
    double sum = 0.0;
    for (const EvidenceCell& cell : cells) sum += cell.scores[as_size(model)];
    return sum / weight();
}

AUTOMIX_INLINE EvidenceCell& FoldStatistics::cell(const std::vector<Verification>& evidence) {
    const auto found = std::lower_bound(
        cells.begin(), cells.end(), evidence,
        [](const EvidenceCell& cell, const std::vector<Verification>& key) { return cell.evidence < key; });
    if (found != cells.end() && found->evidence == evidence) return *found;
    return *cells.insert(found, EvidenceCell(evidence, std::ssize(answer_prices)));
}

AUTOMIX_INLINE void FoldStatistics::add(const FoldStatistics& other, double factor) {
    const std::size_t known = cells.size();
    std::size_t at = 0;
    for (const EvidenceCell& theirs : other.cells) {
        while (at < known && cells[at].evidence < theirs.evidence) ++at;
        const bool found = at < known && cells[at].evidence == theirs.evidence;
        (found ? cells[at] : cells.emplace_back(theirs.evidence, std::ssize(answer_prices)))
            .add(theirs, factor);
    }
    std::inplace_merge(
        cells.begin(), cells.begin() + static_cast<Index>(known), cells.end(),
        [](const EvidenceCell& one, const EvidenceCell& two) { return one.evidence < two.evidence; });
    for (std::size_t i = 0; i < answer_prices.size(); ++i) {
        answer_prices[i] += factor * other.answer_prices[i];
        draw_prices[i] += factor * other.draw_prices[i];
    }
    for (std::size_t i = 0; i < further_draw_prices.size(); ++i)
        further_draw_prices[i] += factor * other.further_draw_prices[i];
    if (pluralities.empty()) pluralities.resize(other.pluralities.size());
    for (std::size_t i = 0; i < other.pluralities.size(); ++i)
        pluralities[i].add(other.pluralities[i], factor);
}

AUTOMIX_INLINE FoldStatistics& FoldStatistics::operator+=(const FoldStatistics& other) {
    add(other, 1.0);
    return *this;
}

AUTOMIX_INLINE FoldStatistics& FoldStatistics::operator-=(const FoldStatistics& other) {
    add(other, -1.0);
    std::erase_if(cells, [](const EvidenceCell& cell) { return cell.weight < 1e-9; });
    return *this;
}

AUTOMIX_INLINE FoldStatistics& FoldStatistics::operator*=(double factor) {
    add(FoldStatistics(*this), factor - 1.0);
    return *this;
}

AUTOMIX_INLINE FoldStatistics Statistics::total() const {
    FoldStatistics sums(models);
    for (const FoldStatistics& fold : folds) sums += fold;
    return sums;
}

AUTOMIX_INLINE double shared_ids(const LogDigest& one, const LogDigest& other) {
    if (one.sample.empty() || other.sample.empty()) return 0.0;
    // A sample that is not full has all ids. Up to the lower end of both, the samples are complete.
    constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
    const auto end = [](const LogDigest& log) {
        return log.sample.size() < sampled_ids ? all : log.sample.back();
    };
    const std::uint64_t last = std::min(end(one), end(other));
    const auto count = [last](const std::vector<std::uint64_t>& hashes) {
        return std::upper_bound(hashes.begin(), hashes.end(), last) - hashes.begin();
    };
    std::vector<std::uint64_t> both;
    std::set_intersection(one.sample.begin(), one.sample.end(), other.sample.begin(), other.sample.end(),
                          std::back_inserter(both));
    const auto fewest = std::min(count(one.sample), count(other.sample));
    return fewest == 0 ? 0.0 : static_cast<double>(count(both)) / static_cast<double>(fewest);
}

AUTOMIX_INLINE void Statistics::require_other_rows(const Statistics& other) const {
    constexpr std::string_view line_number_advice =
        "Rows of a table without a column of ids go by their line numbers; if the rows differ, name a column "
        "of ids or allow the overlap";
    for (const LogDigest& mine : logs) {
        for (const LogDigest& theirs : other.logs) {
            if (mine.ids == theirs.ids)
                throw DataError(
                    "statistics: a log with the same ids is in both, so its queries would count twice; merge "
                    "it once. " +
                    std::string(line_number_advice));
            const double shared = shared_ids(mine, theirs);
            if (shared > tolerated_overlap)
                throw DataError(
                    "statistics: about " + std::to_string(std::lround(100.0 * shared)) +
                    " % of the ids of a log are in both, so those queries would count twice; give "
                    "new rows only, or allow the overlap (--allow-overlap). " +
                    std::string(line_number_advice));
        }
    }
}

AUTOMIX_INLINE Statistics& Statistics::operator+=(const Statistics& other) {
    return add(other, Overlap::refuse);
}

AUTOMIX_INLINE Statistics& Statistics::add(const Statistics& other, Overlap overlap) {
    require_alike(other);
    if (overlap == Overlap::refuse) require_other_rows(other);
    for (std::size_t i = 0; i < models.size(); ++i) {
        models[i].draws = std::min(models[i].draws, other.models[i].draws);
        for (std::size_t v = 0; v < models[i].further.size(); ++v)
            models[i].further[v].draws =
                std::min(models[i].further[v].draws, other.models[i].further[v].draws);
    }
    add_strata(other, 1.0);
    for (std::size_t i = 0; i < folds.size(); ++i) folds[i] += other.folds[i];
    std::vector<LogDigest> all;
    std::set_union(logs.begin(), logs.end(), other.logs.begin(), other.logs.end(), std::back_inserter(all));
    logs = std::move(all);
    return *this;
}

AUTOMIX_INLINE Statistics& Statistics::operator-=(const Statistics& other) {
    require_alike(other);
    add_strata(other, -1.0);
    for (std::size_t i = 0; i < folds.size(); ++i) folds[i] -= other.folds[i];
    std::vector<LogDigest> left;
    std::set_difference(logs.begin(), logs.end(), other.logs.begin(), other.logs.end(),
                        std::back_inserter(left));
    logs = std::move(left);
    return *this;
}

AUTOMIX_INLINE Statistics& Statistics::operator*=(double factor) {
    if (!(factor > 0.0 && std::isfinite(factor)))
        throw ArgumentError("statistics: expected a factor above 0, found " + format_number(factor));
    for (FoldStatistics& fold : folds) fold *= factor;
    for (StratumStatistics& stratum : strata) {
        for (FoldStatistics& fold : stratum.folds) fold *= factor;
    }
    return *this;
}

AUTOMIX_INLINE void Statistics::add_strata(const Statistics& other, double factor) {
    if (strata.empty() || other.strata.empty()) return strata.clear();
    for (const StratumStatistics& theirs : other.strata) {
        const auto at = std::lower_bound(
            strata.begin(), strata.end(), theirs.name,
            [](const StratumStatistics& mine, const std::string& name) { return mine.name < name; });
        const bool known = at != strata.end() && at->name == theirs.name;
        StratumStatistics& mine =
            known ? *at
                  : *strata.insert(
                        at, {theirs.name, std::vector<FoldStatistics>(folds.size(), FoldStatistics(models))});
        for (std::size_t f = 0; f < folds.size(); ++f) {
            if (factor > 0.0) {
                mine.folds[f] += theirs.folds[f];
            } else {
                mine.folds[f] -= theirs.folds[f];
            }
        }
    }
    std::erase_if(strata, [](const StratumStatistics& stratum) {
        return std::all_of(stratum.folds.begin(), stratum.folds.end(),
                           [](const FoldStatistics& fold) { return fold.cells.empty(); });
    });
}

AUTOMIX_INLINE void Statistics::require_same_models(const Statistics& other) const {
    const std::string mine = joined(names_of(models));
    const std::string theirs = joined(names_of(other.models));
    if (mine != theirs) differ("models", mine, theirs);
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (models[i].kind != other.models[i].kind)
            throw DataError("statistics: model " + in_quotes(models[i].name) +
                            " has verdicts in one and a confidence or nothing in the other");
        const auto verifiers = [&](const ModelShape& model) {
            std::vector<std::string> names{model.verifier};
            for (const VerifierShape& verifier : model.further)
                names.push_back(verifier.name +
                                (verifier.kind == VerificationKind::confidence ? " (a confidence)" : ""));
            return joined(names);
        };
        if (const std::string one = verifiers(models[i]), two = verifiers(other.models[i]); one != two)
            differ("verifiers of model " + in_quotes(models[i].name), one, two);
    }
}

AUTOMIX_INLINE void Statistics::differ(const std::string& what, const std::string& mine,
                                       const std::string& theirs) {
    throw DataError("statistics: " + what + " differ: " + mine + " and " + theirs);
}

AUTOMIX_INLINE void Statistics::require_alike(const Statistics& other) const {
    require_same_models(other);
    if (folds.size() != other.folds.size())
        differ("numbers of folds", std::to_string(folds.size()), std::to_string(other.folds.size()));
}

}  // namespace automix
