// SPDX-License-Identifier: Apache-2.0
// This file checks that statistics can be those of a log: sums of scores in [0, 1] over rows of some weight. Statistics
// come from other engines too, and their errors would show only as a strange policy. Sums may have been subtracted and
// scaled, so the checks allow for rounding. O(cells * models^2).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/plurality_sums.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// A check of sums against their models. A message names the field as in the JSON of statistics.
class StatisticsCheck {
 public:
    explicit StatisticsCheck(const std::vector<ModelShape>& models) : models_(models) {}

    void check_models() const {
        if (models_.size() < 2)
            fail("models", "routing needs at least two, found " + std::to_string(models_.size()));
        for (std::size_t m = 0; m < models_.size(); ++m) check_model(m);
    }

    void check_fold(const FoldStatistics& sums, const std::string& field) const {
        for (std::size_t c = 0; c < sums.cells.size(); ++c) {
            const auto cell_field = [&] { return element(field + ".cells", c); };
            check_cell(sums.cells[c], cell_field);
            if (c > 0 && !(sums.cells[c - 1].evidence < sums.cells[c].evidence))
                fail(cell_field() + ".evidence", "expected to come after that of the cell before");
        }
        check_prices(sums.answer_prices, models_.size(), field + ".answer_prices");
        check_prices(sums.draw_prices, models_.size(), field + ".draw_prices");
        check_prices(sums.further_draw_prices, count_further_verifiers(models_),
                     field + ".further_draw_prices");
        if (sums.pluralities.empty()) return;
        require_size(sums.pluralities.size(), models_.size() - 1, field + ".pluralities");
        for (std::size_t m = 0; m < sums.pluralities.size(); ++m)
            check_pluralities(sums.pluralities[m], sums.weight(), element(field + ".pluralities", m));
    }

    /// Checks that strata have names in ascending order, and that their rows are those of all.
    void check_strata(const Statistics& statistics) const {
        const auto field = [](std::size_t s) { return element("strata", s); };
        std::vector<double> rows(statistics.folds.size(), 0.0);
        for (std::size_t s = 0; s < statistics.strata.size(); ++s) {
            const StratumStatistics& stratum = statistics.strata[s];
            if (stratum.name.empty()) fail(field(s) + ".name", "expected a non-empty string, found \"\"");
            if (s > 0 && stratum.name <= statistics.strata[s - 1].name)
                fail(field(s) + ".name", "expected ascending names");
            require_size(stratum.folds.size(), rows.size(), field(s) + ".folds");
            for (std::size_t f = 0; f < rows.size(); ++f) {
                check_fold(stratum.folds[f], element(field(s) + ".folds", f));
                rows[f] += stratum.folds[f].weight();
            }
        }
        for (std::size_t f = 0; f < rows.size() && !statistics.strata.empty(); ++f) {
            const double all = statistics.folds[f].weight();
            if (std::abs(rows[f] - all) > tolerance(all))
                fail("strata", "expected " + format_number(all) + " rows in fold " + std::to_string(f) +
                                   " together, as there are without strata, found " + format_number(rows[f]));
        }
    }

    /// Checks one cell. `field` is called only if a check fails.
    template <class Field>
    void check_cell(const EvidenceCell& cell, const Field& field) const {
        const std::size_t n = models_.size();
        if (cell.evidence.size() != evidence_size(models_))
            require_size(cell.evidence.size(), evidence_size(models_), field() + ".evidence");
        if (cell.scores.size() != n) require_size(cell.scores.size(), n, field() + ".scores");
        if (cell.products.size() != n * n) require_size(cell.products.size(), n * n, field() + ".products");
        for (Index m = 0; m + 1 < std::ssize(models_); ++m) {
            for (Index v = 0; v < models_[as_size(m)].verifier_count(); ++v)
                check_evidence(cell, m, v, field);
        }
        require(cell.weight >= 0.0 && cell.weight <= max_weight, field, ".weight",
                "a finite number of at least 0, at most 1e15", cell.weight);
        const double most = cell.weight + tolerance(cell.weight);
        for (std::size_t i = 0; i < n; ++i) {
            if (!(cell.scores[i] >= -tolerance(cell.weight) && cell.scores[i] <= most))
                fail_range(element(field() + ".scores", i), cell.scores[i], cell.weight);
        }
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) check_product(cell, i, j, field);
        }
    }

 private:
    [[noreturn]] static void fail(std::string field, const std::string& message) {
        throw DataError(Place{{}, 0, std::move(field)}, message);
    }
    [[noreturn]] static void fail_range(std::string field, double found, double weight) {
        fail(std::move(field), "expected a sum of scores from 0 to the weight, " + format_number(weight) +
                                   ", found " + format_number(found));
    }
    static std::string element(const std::string& field, std::size_t number) {
        return field + "[" + std::to_string(number) + "]";
    }

    /// Returns the maximum rounding error of sums over that many rows.
    static double tolerance(double weight) { return 1e-6 * (1.0 + weight); }
    static constexpr double max_weight = 1e15;  // above that a further row is lost in rounding

    template <class Field>
    static void require(bool right, const Field& field, const std::string& part, const char* expected,
                        double found) {
        if (!right)
            fail(field() + part, "expected " + std::string(expected) + ", found " + format_number(found));
    }
    static void require_size(std::size_t found, std::size_t expected, const std::string& field) {
        if (found != expected)
            fail(field, "expected " + std::to_string(expected) + " elements, found " + std::to_string(found));
    }

    void check_model(std::size_t m) const {
        const ModelShape& model = models_[m];
        const std::string field = element("models", m);
        if (model.name.empty()) fail(field + ".name", "expected a non-empty string, found \"\"");
        for (std::size_t before = 0; before < m; ++before) {
            if (models_[before].name == model.name)
                fail(field + ".name", in_quotes(model.name) + " is the name of two models");
        }
        if (model.kind == VerificationKind::samples)
            fail(field, "expected to be verified by verdicts, a confidence or not at all");
        if (m + 1 == models_.size() && model.kind != VerificationKind::none)
            fail(field, "the last model is not verified");
        check_draws(model, model.kind, model.draws, field);
        if (model.verifier.empty()) fail(field + ".verifier", "expected a non-empty string, found \"\"");
        if (m + 1 == models_.size() && !model.further.empty())
            fail(field + ".further", "the last model is not verified");
        if (model.verifier_count() > max_verifiers)
            fail(field + ".further", "expected at most " + std::to_string(max_verifiers - 1) +
                                         " further verifiers, found " + std::to_string(model.further.size()));
        for (std::size_t v = 0; v < model.further.size(); ++v)
            check_further(model, v, element(field + ".further", v));
    }

    void check_further(const ModelShape& model, std::size_t v, const std::string& field) const {
        const VerifierShape& verifier = model.further[v];
        if (verifier.name.empty()) fail(field + ".name", "expected a non-empty string, found \"\"");
        bool known = verifier.name == model.verifier;
        for (std::size_t before = 0; before < v; ++before)
            known = known || model.further[before].name == verifier.name;
        if (known) fail(field + ".name", in_quotes(verifier.name) + " is the name of two verifiers");
        if (verifier.kind != VerificationKind::verdicts && verifier.kind != VerificationKind::confidence)
            fail(field, "expected verdicts or a confidence");
        check_draws(model, verifier.kind, verifier.draws, field);
    }

    void check_draws(const ModelShape& model, VerificationKind kind, int draws,
                     const std::string& field) const {
        const bool counted = kind == VerificationKind::verdicts;
        const int expected = kind == VerificationKind::confidence ? 1 : 0;
        if (counted ? draws >= 1 && draws <= maximum_draws : draws == expected) return;
        fail(field + ".draws",
             "expected " + (counted ? "1 to " + std::to_string(maximum_draws) : std::to_string(expected)) +
                 ", found " + std::to_string(draws) +
                 (counted && draws > maximum_draws
                      ? " verdicts on an answer of " + in_quotes(model.name) +
                            "; to train on fewer of a log, set max_draws (--max-draws)"
                      : ""));
    }

    template <class Field>
    void check_evidence(const EvidenceCell& cell, Index m, Index v, const Field& field) const {
        const ModelShape& model = models_[as_size(m)];
        const VerificationKind kind = model.verifier_shape(v).kind;
        const std::size_t place = evidence_place(models_, m, v);
        const Verification& seen = cell.evidence[place];
        const auto complain = [&](const std::string& expected) {
            fail(element(field() + ".evidence", place),
                 "model " + in_quotes(model.name) + ": expected " + expected + ", found " +
                     std::to_string(seen.parsed) + " parsed, " + std::to_string(seen.positive) +
                     " positive, confidence " + format_number(seen.confidence));
        };
        if (kind == VerificationKind::confidence) {
            if (seen.parsed != 0 || seen.positive != 0 || !(seen.confidence >= 0.0 && seen.confidence <= 1.0))
                complain("a confidence in [0, 1] alone");
        } else if (seen.confidence != 0.0) {
            complain("no confidence");
        } else if (kind == VerificationKind::verdicts) {
            if (seen.positive < 0 || seen.positive > seen.parsed) complain("0 <= positive <= parsed");
        } else if (seen.parsed != 0 || seen.positive != 0) {
            complain("no verdicts");
        }
    }

    /// Checks a product. Scores a and b in [0, 1] satisfy max(0, a + b - 1) <= ab <= min(a, b). Sums satisfy (sum ab)^2
    /// <= sum a^2 sum b^2.
    template <class Field>
    void check_product(const EvidenceCell& cell, std::size_t i, std::size_t j, const Field& field) const {
        const std::size_t n = models_.size();
        const double found = cell.products[i * n + j];
        const double other = cell.products[j * n + i];
        const double slack = tolerance(cell.weight);
        const double least = std::max(0.0, cell.scores[i] + cell.scores[j] - cell.weight);
        const double most = std::min(cell.scores[i], cell.scores[j]);
        const auto place = [&] { return element(field() + ".products", i * n + j); };
        if (!(found >= least - slack && found <= most + slack)) {
            fail(place(), "expected a sum of products of scores from " + format_number(least) + " to " +
                              format_number(most) + ", as the sums of scores say, found " +
                              format_number(found) + "; all of them are sums, no means");
        }
        if (std::abs(found - other) > slack)
            fail(place(), "expected " + format_number(other) + " as the other way round, found " +
                              format_number(found));
        if (i == j && found * cell.weight < cell.scores[i] * cell.scores[i] - slack * (1.0 + cell.weight))
            fail(place(), "expected at least the square of the sum of scores over the weight, found " +
                              format_number(found));
    }

    static void check_prices(const std::vector<double>& prices, std::size_t size, const std::string& field) {
        require_size(prices.size(), size, field);
        for (std::size_t m = 0; m < prices.size(); ++m) {
            require(
                prices[m] >= -tolerance(0.0) && std::isfinite(prices[m]), [&] { return element(field, m); },
                "", "a finite sum of at least 0", prices[m]);
        }
    }

    void check_pluralities(const PluralitySums& sums, double rows, const std::string& field) const {
        const double slack = tolerance(rows);
        int draws = 0;
        while (PluralitySums::index(draws, draws + 1) + 1 < sums.cells.size()) ++draws;
        if (!sums.cells.empty() && PluralitySums::index(draws, draws + 1) + 1 != sums.cells.size())
            fail(field, "expected a cell for each n and t = 0 .. n + 1, found " +
                            std::to_string(sums.cells.size()) + " cells");
        if (sums.cells.empty() && rows > slack) fail(field, "expected at least the answers, n = 0");
        for (std::size_t c = 0; c < sums.cells.size(); ++c) {
            const PluralityCell& cell = sums.cells[c];
            const auto place = [&] { return element(field, c); };
            const auto require_share = [&](double value, const char* what, double most) {
                if (!(value >= -slack && value <= most + slack))
                    fail(place(), std::string(what) + ": expected a number from 0 to " + format_number(most) +
                                      ", found " + format_number(value));
            };
            require_share(cell.weight, "weight", rows);
            require_share(cell.score, "score", cell.weight);
            if (!cell.scores.empty()) require_size(cell.scores.size(), models_.size(), place() + ".scores");
            for (const double score : cell.scores) require_share(score, "scores", cell.weight);
            require_share(cell.stayed, "stayed", cell.weight);
            require_share(cell.grew, "grew", cell.weight - cell.stayed);
        }
        if (sums.cells.empty()) return;
        const double answered = sums.cells[0].weight + sums.cells[1].weight;
        if (std::abs(answered - rows) > slack)
            fail(field, "expected the weight of the cells, " + format_number(rows) + ", at n = 0, found " +
                            format_number(answered));
    }

    const std::vector<ModelShape>& models_;
};

}  // namespace detail

/// Throws `DataError` with the field if statistics cannot be those of a log. It refuses weights below 0, more positive
/// than parsed verdicts, and sums beyond those of scores in [0, 1]. It also refuses duplicate names, cells out of
/// order, and statistics without rows.
inline void validate(const Statistics& statistics) {
    const detail::StatisticsCheck check(statistics.models);
    check.check_models();
    double rows = 0.0;
    for (std::size_t f = 0; f < statistics.folds.size(); ++f) {
        check.check_fold(statistics.folds[f], "folds[" + std::to_string(f) + "]");
        rows += statistics.folds[f].weight();
    }
    if (!(rows > 0.0 && std::isfinite(rows)))
        throw DataError(Place{{}, 0, "folds"},
                        "no rows: expected a finite weight above 0, found " + format_number(rows));
    check.check_strata(statistics);
}

}  // namespace automix
