// SPDX-License-Identifier: Apache-2.0
// Definitions of data/collect_statistics.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/plurality.hpp>
#include <automix/core/random.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/detail/model_place.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/row_evidence.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

AUTOMIX_INLINE int draw_limit(const StatisticsOptions& options, Index model) {
    const auto& limits = options.max_draws;
    if (limits.empty()) return all_logged_draws;
    return limits.size() == 1 ? limits.front() : limits[as_size(model)];
}

/// The digest of the ids of a log, and the fold of each row as `fold_numbers` returns it.
struct LogIds {
    LogDigest digest{};
    std::vector<int> folds{};
};

/// Returns both in one pass over the ids.
inline LogIds read_ids(const Dataset& data, int folds, std::uint64_t seed) {
    LogIds ids;
    ids.folds.resize(as_size(data.rows()));
    std::vector<std::uint64_t> hashes(as_size(data.rows()));
    std::uint64_t sum = 0;
    const std::uint64_t of_folds = seed_of(UniformUse::fold, seed);
    for (Index row = 0; row < data.rows(); ++row) {
        const auto [hash, fold] = hash_text(data.id(row), 0, of_folds);
        hashes[as_size(row)] = hash;
        sum += hash;
        ids.folds[as_size(row)] = static_cast<int>(unit_interval(fold) * folds);
    }
    const auto end = hashes.begin() + static_cast<std::ptrdiff_t>(std::min(hashes.size(), sampled_ids));
    std::partial_sort(hashes.begin(), end, hashes.end());
    ids.digest = {mix_bits(sum ^ static_cast<std::uint64_t>(data.rows())), {hashes.begin(), end}};
    return ids;
}

/// Returns the shape of a verifier that judges a model's answers on all rows. Throws `DataError` with a row that holds
/// less than others do, or than `limit`.
inline VerifierShape verifier_shape(const Dataset& data, const LoggedVerifier& verifier, std::string name,
                                    int limit) {
    const Index model = verifier.model();
    VerifierShape shape{std::move(name), VerificationKind::none, 0};
    if (limit == 0 || verifier.verified_rows() == 0) return shape;
    const auto place = [&](Index row) {
        Place at = model_place(data, model, row);
        if (shape.name != data.first_verifier()) at.field += ", verifier " + in_quotes(shape.name);
        return at;
    };
    if (!verifier.verified()) {
        const Column confidence = verifier.confidences();
        const Index row = first_row([&](Index r) { return std::isnan(confidence(r)); });
        throw DataError(place(row), "neither verdicts nor a confidence, which other rows have");
    }
    const auto [fewest, most] = verifier.draw_counts();
    if (most == 0) return {shape.name, VerificationKind::confidence, 1};
    const Index needed = std::max<Index>(1, limit);
    if (fewest < needed) {
        const auto logged = [&](Index r) { return std::ssize(verifier.verdicts(r)); };
        const Index row = first_row([&](Index r) { return logged(r) < needed; });
        if (logged(row) == 0) {
            const Index other = first_row([&](Index r) { return logged(r) > 0; });
            throw DataError(place(row),
                            "a confidence without verdicts, while id " + in_quotes(data.id(other)) +
                                " has verdicts; log one kind in all rows, or train on the rows of one kind");
        }
        throw DataError(place(row), std::to_string(logged(row)) + " verdicts are logged, " +
                                        std::to_string(needed) +
                                        " are needed; log more, or lower max_draws to " +
                                        std::to_string(fewest) + ", which every row has (--max-draws)");
    }
    if (fewest > maximum_draws && limit < 0) {
        throw DataError(place(0), std::to_string(verifier.verdicts(0).size()) +
                                      " verdicts are logged, at most " + std::to_string(maximum_draws) +
                                      " can be used; set max_draws (--max-draws)");
    }
    shape.kind = VerificationKind::verdicts;
    shape.draws = static_cast<int>(limit > 0 ? limit : fewest);
    return shape;
}

/// Returns the shape of a model that the first verifier and those named in the options judge.
inline ModelShape model_shape(const Dataset& data, Index model, const StatisticsOptions& options) {
    const bool last = model + 1 == data.models();
    const int limit = last ? 0 : draw_limit(options, model);
    VerifierShape own = verifier_shape(data, LoggedVerifier(data, model), data.first_verifier(), limit);
    ModelShape shape{data.model_names()[as_size(model)], own.kind, own.draws, std::move(own.name), {}};
    for (const std::string& name : options.verifiers) {
        const auto number = data.find_verifier(model, name);
        if (last || !number) continue;
        // The limit is made for the first verifier; of another one fewer verdicts may be logged.
        const LoggedVerifier logged(data, model, *number);
        const int fewest = static_cast<int>(logged.draw_counts().first);
        VerifierShape further =
            verifier_shape(data, logged, name, limit > 0 && fewest > 0 ? std::min(limit, fewest) : limit);
        if (further.kind != VerificationKind::none) shape.further.push_back(std::move(further));
    }
    return shape;
}

/// Throws `ArgumentError` for a verifier that judges no answer that another model can follow.
inline void require_known_verifiers(const Dataset& data, const StatisticsOptions& options) {
    for (const std::string& name : options.verifiers) {
        std::vector<std::string> known;
        for (Index model = 0; model + 1 < data.models(); ++model) {
            for (const std::string& logged : data.verifier_names(model)) {
                if (std::find(known.begin(), known.end(), logged) == known.end()) known.push_back(logged);
            }
        }
        if (std::find(known.begin(), known.end(), name) == known.end())
            throw ArgumentError("verifiers: no " + in_quotes(name) +
                                " among the further verifiers of the log" +
                                (known.empty() ? "; it has none" : "; it has " + joined(known)));
    }
}

/// A collector of the paths of one row's samples in `sample_orders` random orders, each for its share of the row.
class PluralityPaths {
 public:
    PluralityPaths(const Dataset& data, Index model, int draws, std::uint64_t seed)
        : data_(data), model_(model), draws_(draws), seed_(seed) {}

    void add(Index row, PluralitySums& sums) {
        const auto clusters = data_.clusters(row, model_);
        const auto scores = data_.sample_scores(row, model_);
        if (std::ssize(clusters) < draws_ + 1) {
            throw DataError(
                model_place(data_, model_, row),
                std::to_string(clusters.size()) + " samples are known, " + std::to_string(draws_ + 1) +
                    " are needed for their plurality, the answer and one for each verdict; log more, or "
                    "lower max_draws (--max-draws)");
        }
        order_.resize(as_size(draws_) + 1);
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
        Random random(hash_text(data_.id(row), seed_));
        for (int path = 0; path < sample_orders; ++path) {
            random.shuffle(order_);
            add_path(row, clusters, scores, sums);
        }
    }

 private:
    void add_path(Index row, std::span<const std::int32_t> clusters, std::span<const double> scores,
                  PluralitySums& sums) {
        constexpr double share = 1.0 / sample_orders;
        drawn_.clear();
        for (int n = 0; n <= draws_; ++n) {
            drawn_.push_back(clusters[order_[as_size(n)]]);
            const Plurality chosen = plurality(drawn_);
            if (n > 0) {
                const int before = previous_size_;
                PluralityCell& from = sums.cell(n - 1, before);
                (chosen.size > before ? from.grew : from.stayed) += share;
            }
            previous_size_ = chosen.size;
            PluralityCell& cell = sums.cell(n, chosen.size);
            cell.weight += share;
            cell.score += share * scores[order_[chosen.sample]];
            cell.scores.resize(as_size(data_.models()), 0.0);
            for (Index m = 0; m < data_.models(); ++m)
                cell.scores[as_size(m)] += share * data_.scores(m)(row);
        }
    }

    const Dataset& data_;
    Index model_;
    int draws_;
    std::uint64_t seed_;
    int previous_size_ = 0;
    std::vector<std::size_t> order_;
    std::vector<std::int32_t> drawn_;
};

/// The cells of a log while its rows come in. Evidence of counts is encoded as a number, so a row finds its cell
/// without a search. The sums of a cell lie side by side.
class NumberedCells {
 public:
    /// Takes the maximum number of draws of each verification in `most`; -1 is a logged confidence, which has no number.
    NumberedCells(const std::vector<int>& most, std::size_t models, std::size_t folds)
        : models_(models), width_(1 + models + models * models) {
        auto numbers = static_cast<double>(folds);
        for (const int draws : most) {
            radix_.push_back(as_size(first_count(draws + 1)));
            numbers *= draws < 0 ? largest : static_cast<double>(radix_.back());
        }
        if (numbers < largest) slots_.assign(static_cast<std::size_t>(numbers), none);
        per_fold_ = slots_.size() / folds;
    }

    /// Returns false if there are too many numbers, or none.
    [[nodiscard]] bool usable() const noexcept { return !slots_.empty(); }

    void add(std::size_t fold, const std::vector<Verification>& evidence, const std::vector<double>& scores) {
        std::size_t number = fold;
        for (std::size_t m = 0; m < radix_.size(); ++m) {
            const Verification& seen = evidence[m];
            number = number * radix_[m] + as_size(first_count(seen.parsed) + seen.positive);
        }
        if (slots_[number] == none) {
            slots_[number] = static_cast<std::uint32_t>(keys_.size());
            keys_.push_back(evidence);
            sums_.resize(sums_.size() + width_, 0.0);
        }
        double* sum = &sums_[slots_[number] * width_];
        *sum++ += 1.0;
        for (std::size_t i = 0; i < models_; ++i) sum[i] += scores[i];
        sum += models_;
        for (std::size_t i = 0; i < models_; ++i) {
            for (std::size_t j = 0; j < models_; ++j) *sum++ += scores[i] * scores[j];
        }
    }

    /// Moves the cells to their folds. Numbers ascend as evidence does, so the cells are in order.
    void move_to(std::vector<FoldStatistics>& folds) {
        for (std::size_t number = 0; number < slots_.size(); ++number) {
            const std::uint32_t slot = slots_[number];
            if (slot == none) continue;
            EvidenceCell& cell =
                folds[number / per_fold_].cells.emplace_back(std::move(keys_[slot]), models_);
            const double* sum = &sums_[slot * width_];
            cell.weight = *sum++;
            std::copy_n(sum, models_, cell.scores.begin());
            std::copy_n(sum + models_, models_ * models_, cell.products.begin());
        }
    }

 private:
    static constexpr double largest = 1 << 22;
    static constexpr std::uint32_t none = 0xFFFFFFFFU;

    std::size_t models_;
    std::size_t width_;  ///< weight, scores, products
    std::size_t per_fold_ = 0;
    std::vector<std::size_t> radix_;
    std::vector<std::uint32_t> slots_;
    std::vector<std::vector<Verification>> keys_;
    std::vector<double> sums_;
};

/// The cells of rows whose evidence has no numbers. The rows are sorted by evidence once all have come in.
class SortedCells {
 public:
    explicit SortedCells(std::size_t verified) : verified_(verified) {}

    void add(const std::vector<Verification>& evidence) {
        evidence_.insert(evidence_.end(), evidence.begin(), evidence.end());
    }

    /// Adds the cells to their folds. The rows of a cell are added up in the order in which they came in.
    void move_to(std::vector<FoldStatistics>& folds, const std::vector<int>& fold_of_row,
                 const std::vector<Column>& columns) {
        std::vector<std::size_t> order(evidence_.size() / verified_);
        for (std::size_t row = 0; row < order.size(); ++row) order[row] = row;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            if (fold_of_row[a] != fold_of_row[b]) return fold_of_row[a] < fold_of_row[b];
            const auto [x, y] = std::mismatch(first(a), first(a + 1), first(b));
            return x == first(a + 1) ? a < b : *x < *y;
        });
        std::vector<double> scores(columns.size());
        for (const std::size_t row : order) {
            std::vector<EvidenceCell>& cells = folds[as_size(fold_of_row[row])].cells;
            if (cells.empty() || !std::equal(first(row), first(row + 1), cells.back().evidence.begin()))
                cells.emplace_back(std::vector(first(row), first(row + 1)), std::ssize(columns));
            for (std::size_t m = 0; m < columns.size(); ++m) scores[m] = columns[m](static_cast<Index>(row));
            cells.back().add(scores);
        }
    }

 private:
    [[nodiscard]] const Verification* first(std::size_t row) const {
        return evidence_.data() + row * verified_;
    }

    std::size_t verified_;                ///< number of verifications of a row
    std::vector<Verification> evidence_;  ///< row by row
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void validate(const StatisticsOptions& options, Index models) {
    if (options.folds < 2)
        throw ArgumentError("folds: expected at least 2, found " + std::to_string(options.folds));
    const Index limits = std::ssize(options.max_draws);
    if (limits > 1 && limits + 1 != models)
        throw ArgumentError("max_draws: expected one number for all models, or one for each of the " +
                            std::to_string(models - 1) + " but the last, found " + std::to_string(limits));
    for (const int limit : options.max_draws) {
        if (limit < all_logged_draws)
            throw ArgumentError("max_draws: expected a number of draws of at least 0, found " +
                                std::to_string(limit));
    }
    for (auto name = options.verifiers.begin(); name != options.verifiers.end(); ++name) {
        if (name->empty()) throw ArgumentError("verifiers: expected names that are not empty");
        if (std::find(options.verifiers.begin(), name, *name) != name)
            throw ArgumentError("verifiers: " + in_quotes(*name) + " stands twice");
    }
    if (std::ssize(options.verifiers) >= max_verifiers)
        throw ArgumentError("verifiers: expected at most " + std::to_string(max_verifiers - 1) +
                            " beside the first one, found " + std::to_string(options.verifiers.size()));
    if (options.pluralities && !options.verifiers.empty())
        throw ArgumentError("verifiers: pluralities are accepted by the first verifier alone");
}

AUTOMIX_INLINE std::vector<ModelShape> model_shapes(const Dataset& data, const StatisticsOptions& options) {
    if (data.rows() == 0) throw DataError("no rows to train on");
    if (data.models() < 2) throw DataError("routing needs at least two models, found one");
    const Index models = data.models();
    validate(options, models);
    detail::require_known_verifiers(data, options);
    std::vector<ModelShape> shapes;
    for (Index m = 0; m < models; ++m) shapes.push_back(detail::model_shape(data, m, options));
    return shapes;
}

AUTOMIX_INLINE Statistics collect_statistics(const Dataset& data, const PriceTable& prices,
                                             const StatisticsOptions& options) {
    Statistics statistics;
    statistics.models = model_shapes(data, options);
    require_prices_for(data, prices);
    const Index models = data.models();
    detail::LogIds ids = detail::read_ids(data, options.folds, options.seed);
    statistics.logs = {std::move(ids.digest)};
    const std::size_t size = evidence_size(statistics.models);
    statistics.folds.assign(as_size(options.folds), FoldStatistics(statistics.models));
    std::vector<detail::PluralityPaths> paths;
    for (Index m = 0; options.pluralities && m + 1 < models; ++m) {
        const int draws = statistics.models[as_size(m)].kind == VerificationKind::verdicts
                              ? statistics.models[as_size(m)].draws
                              : 0;
        paths.emplace_back(data, m, draws, options.seed);
    }
    for (FoldStatistics& fold : statistics.folds) fold.pluralities.resize(paths.size());

    const std::vector<int>& folds = ids.folds;
    const detail::EvidenceReader reader(data, statistics.models, options);
    detail::NumberedCells numbered(reader.counted_draws(), as_size(models), statistics.folds.size());
    detail::SortedCells sorted(size);
    std::vector<Verification> evidence(size);
    std::vector<double> scores(as_size(models));
    std::vector<Column> columns;
    for (Index m = 0; m < models; ++m) columns.push_back(data.scores(m));
    for (Index row = 0; row < data.rows(); ++row) {
        const auto fold = as_size(folds[as_size(row)]);
        FoldStatistics& sums = statistics.folds[fold];
        for (Index m = 0; m < models; ++m) scores[as_size(m)] = columns[as_size(m)](row);
        reader.read(row, evidence.data());
        if (numbered.usable()) {
            numbered.add(fold, evidence, scores);
        } else {
            sorted.add(evidence);
        }
        for (Index m = 0; m < std::ssize(paths); ++m)
            paths[as_size(m)].add(row, sums.pluralities[as_size(m)]);
    }
    if (numbered.usable()) {
        numbered.move_to(statistics.folds);
    } else {
        sorted.move_to(statistics.folds, folds, columns);
    }
    for (Index m = 0; m < models; ++m) {
        detail::add_prices(prices.answers[as_size(m)], folds, statistics.folds,
                           &FoldStatistics::answer_prices, m);
        if (m + 1 == models) break;
        detail::add_prices(prices.draws_of(m, statistics.models[as_size(m)].kind), folds, statistics.folds,
                           &FoldStatistics::draw_prices, m);
    }
    Index place = 0;
    for (Index m = 0; m < models; ++m) {
        for (const VerifierShape& verifier : statistics.models[as_size(m)].further)
            detail::add_prices(prices.further_draws(data, m, verifier.name), folds, statistics.folds,
                               &FoldStatistics::further_draw_prices, place++);
    }
    return statistics;
}

}  // namespace automix
