// SPDX-License-Identifier: Apache-2.0
// Definitions of data/checks.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/collect_statistics.hpp>
#include <automix/data/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// The sums over columns of 0 and 1 for Cochran's Q.
struct CochranSums {
    double columns = 0.0;
    double positive = 0.0;        ///< N
    double column_squares = 0.0;  ///< sum of C_j^2
    double row_squares = 0.0;     ///< sum of R_i^2

    [[nodiscard]] double q() const noexcept {
        const double within = columns * positive - row_squares;
        if (columns < 2.0 || !(within > 0.0)) return 0.0;
        return (columns - 1.0) * (columns * column_squares - positive * positive) / within;
    }
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ColumnTest test_columns(const Dataset& data, Index model, int draws,
                                       const CheckLimits& limits) {
    const auto count = as_size(draws);
    ColumnTest test;
    std::vector<double> positive(count, 0.0);
    std::vector<std::uint64_t> hashes(count, 0);  // equal for equal columns
    double log_probability = 0.0;                 // logarithm of the probability that two columns are equal
    detail::for_each_parsed(data, model, draws, [&](Index, const auto& verdicts) {
        const std::uint64_t salt = mix_bits(static_cast<std::uint64_t>(++test.rows));
        double sum = 0.0;
        for (std::size_t j = 0; j < count; ++j) {
            if (verdicts[j] != Verdict::positive) continue;
            positive[j] += 1.0;
            hashes[j] += salt;
            sum += 1.0;
        }
        const double share = sum / draws;
        log_probability += std::log(share * share + (1.0 - share) * (1.0 - share));
    });
    const auto constant = [&](std::size_t j) {
        return positive[j] == 0.0 || positive[j] == static_cast<double>(test.rows);
    };
    detail::CochranSums all;
    std::vector<detail::CochranSums> prefixes(count);  // sums over the columns up to each one
    for (std::size_t j = 0; j < count; ++j) {
        if (j > 0) prefixes[j] = prefixes[j - 1];
        for (detail::CochranSums* sums : {&all, &prefixes[j]}) {
            if (constant(j)) continue;
            sums->columns += 1.0;
            sums->positive += positive[j];
            sums->column_squares += positive[j] * positive[j];
        }
    }
    detail::for_each_parsed(data, model, draws, [&](Index, const auto& verdicts) {
        double sum = 0.0;
        for (std::size_t j = 0; j < count; ++j) {
            if (!constant(j) && verdicts[j] == Verdict::positive) sum += 1.0;
            prefixes[j].row_squares += sum * sum;
        }
        all.row_squares += sum * sum;
    });
    test.columns = static_cast<int>(all.columns);
    test.cochran = all.q();
    test.expected_equal = 0.5 * all.columns * (all.columns - 1.0) * std::exp(log_probability);
    bool passes = true;  // true as long as no column is constant and none are equal
    for (std::size_t j = 0; j < count; ++j) {
        const auto same =
            std::find(hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(j), hashes[j]) -
            hashes.begin();
        const bool copied = as_size(same) < j && !constant(j);
        if (copied && !test.equal) test.equal.emplace(static_cast<int>(same), static_cast<int>(j));
        passes = passes && !constant(j) && !copied;
        const double most = limits.max_cochran * (prefixes[j].columns - 1.0);
        if (passes && (j == 0 || prefixes[j].q() <= most)) test.passing = static_cast<int>(j) + 1;
    }
    return test;
}

}  // namespace automix

namespace automix::detail {

/// A collector of the warnings about a log.
class LogChecks {
 public:
    LogChecks(const Dataset& data, const StatisticsOptions& options, const CheckLimits& limits)
        : data_(data), options_(options), limits_(limits) {}

    [[nodiscard]] std::vector<std::string> run() && {
        if (data_.rows() < limits_.min_rows) {
            warn("only " + std::to_string(data_.rows()) + " rows: fewer than " +
                 std::to_string(limits_.min_rows) + " tell a policy less than what it takes for granted");
        }
        check_verification();
        check_questions();
        for (Index model = 0; model < data_.models(); ++model) {
            check_score(model);
            if (model + 1 == data_.models() || data_.verified_rows(model) == 0) continue;
            const int limit = draw_limit(options_, model);
            if (limit == 0) continue;
            const auto fewest = static_cast<int>(data_.draw_counts(model).first);
            const int draws = limit > 0 ? std::min(limit, fewest) : fewest;
            check_ragged(model, limit);
            check_unparsed(model, draws);
            if (!check_copies(model, draws)) check_columns(model, draws);
            check_verifier(model);
            check_shares(model);
        }
        return std::move(warnings_);
    }

 private:
    void warn(std::string text) { warnings_.push_back(std::move(text)); }
    void warn(Index model, const std::string& text) { warn(name(model) + ": " + text); }
    [[nodiscard]] const std::string& name(Index model) const { return data_.model_names()[as_size(model)]; }

    /// Warns if some rows have no question, though others have one.
    void check_questions() {
        Index without = 0;
        for (Index row = 0; row < data_.rows(); ++row) without += data_.facts(row).question.empty() ? 1 : 0;
        if (without == 0 || without == data_.rows()) return;
        warn(std::to_string(without) + " of " + std::to_string(data_.rows()) +
             " rows have no question; a policy that reads the text reads them as questions without words");
    }

    /// Warns if no model but the last has any evidence: verdicts, confidences or samples.
    void check_verification() {
        if (data_.models() < 2 || data_.rows() == 0) return;
        if (std::vector<std::string> unused = further_verifiers(); data_.verified_rows(0) > 0) {
            std::erase_if(unused, [&](const std::string& verifier) {
                return std::find(options_.verifiers.begin(), options_.verifiers.end(), verifier) !=
                       options_.verifiers.end();
            });
            if (!unused.empty())
                warn("further verifiers are logged (" + joined(unused) + "); a policy asks " +
                     joined(verifiers_asked()) + ", unless they are named too (--verifier " +
                     joined(verifiers_asked(), ",") + "," + joined(unused, ",") + ")");
        }
        if (!options_.verifiers.empty()) return;
        for (Index model = 0; model + 1 < data_.models(); ++model) {
            if (data_.verified_rows(model) > 0) return;
            for (Index row = 0; row < data_.rows(); ++row) {
                if (!data_.clusters(row, model).empty()) return;
            }
        }
        if (const std::vector<std::string> verifiers = further_verifiers(); !verifiers.empty()) {
            warn(
                "no model has verdicts or confidences of the verifier self; a router of one verifier needs "
                "one by "
                "name (--verifier): " +
                joined(verifiers));
            return;
        }
        const bool last = data_.verified_rows(data_.models() - 1) > 0;
        warn(last ? "only " + name(data_.models() - 1) +
                        " is verified, which is the last in price: there is no larger model to route to, so "
                        "its "
                        "verdicts tell a policy nothing"
                  : "no model is verified in any row: without verdicts or confidences a policy knows nothing "
                    "about "
                    "an answer");
    }

    /// Returns the names of the verifiers that count: the first one and those of the options.
    [[nodiscard]] std::vector<std::string> verifiers_asked() const {
        std::vector<std::string> names{data_.first_verifier()};
        names.insert(names.end(), options_.verifiers.begin(), options_.verifiers.end());
        return names;
    }

    /// Returns the names of the further verifiers of all models, each once.
    [[nodiscard]] std::vector<std::string> further_verifiers() const {
        std::vector<std::string> names;
        for (Index model = 0; model < data_.models(); ++model) {
            for (const std::string& verifier : data_.verifier_names(model)) {
                if (std::find(names.begin(), names.end(), verifier) == names.end()) names.push_back(verifier);
            }
        }
        return names;
    }

    /// Warns if some answers have more verdicts than a policy can use on all.
    void check_ragged(Index model, int limit) {
        const auto [fewest, most] = data_.draw_counts(model);
        if (fewest == 0 || fewest == most || limit > 0) return;
        warn(model, "answers have " + std::to_string(fewest) + " to " + std::to_string(most) +
                        " verdicts: the first " + std::to_string(fewest) + " of each count");
    }

    void check_score(Index model) {
        if (model == 0 || data_.rows() == 0) return;
        Index best = 0;
        for (Index other = 1; other < model; ++other) {
            if (data_.scores(other).mean() > data_.scores(best).mean()) best = other;
        }
        const double mean = data_.scores(model).mean();
        const double before = data_.scores(best).mean();
        if (mean > before) return;
        warn(model, "scores " + format_fixed(mean, 3) + " on average, no better than " + name(best) + " (" +
                        format_fixed(before, 3) +
                        "), which is before it in price: it is dominated, so there is nothing to route to it "
                        "for; leave it out (--models)");
    }

    void check_unparsed(Index model, int draws) {
        Index drawn = 0;
        Index unparsed = 0;
        for (Index row = 0; row < data_.rows(); ++row) {
            for (const Verdict verdict : data_.verdicts(row, model).first(as_size(draws))) {
                ++drawn;
                unparsed += verdict == Verdict::unparsed ? 1 : 0;
            }
        }
        const double share = drawn == 0 ? 0.0 : static_cast<double>(unparsed) / static_cast<double>(drawn);
        if (share > limits_.max_unparsed) {
            warn(model, format_fixed(100.0 * share, 1) + " % of the verdicts could not be read, more than " +
                            format_fixed(100.0 * limits_.max_unparsed, 0) +
                            " %: they are paid for and tell nothing; look at the prompt or the parser");
        }
    }

    /// Warns if the verdicts of an answer are copies of one draw. Returns true if they are.
    bool check_copies(Index model, int draws) {
        if (draws < 2) return false;
        double rows = 0.0;
        double agreeing = 0.0;
        double right = 0.0;           // rows whose answer is right
        double right_positive = 0.0;  // mean share of positive verdicts, summed over them
        double positive = 0.0;        // the same over all rows
        for_each_parsed(data_, model, draws, [&](Index row, const auto& verdicts) {
            const auto count = std::count(verdicts.begin(), verdicts.end(), Verdict::positive);
            const double share = static_cast<double>(count) / draws;
            const double score = data_.scores(model)(row);
            rows += 1.0;
            agreeing += count == 0 || count == draws ? 1.0 : 0.0;
            right += score;
            right_positive += score * share;
            positive += share;
        });
        if (rows < static_cast<double>(limits_.min_column_rows)) return false;
        const auto expected = [&](double of_rows, double of_positive) {
            if (!(of_rows > 0.0)) return 0.0;
            const double rate = of_positive / of_rows;
            return of_rows * (std::pow(rate, draws) + std::pow(1.0 - rate, draws)) / rows;
        };
        const double chance =
            expected(right, right_positive) + expected(rows - right, positive - right_positive);
        if (agreeing / rows < limits_.min_agreement || chance > limits_.max_expected_agreement) return false;
        warn(model, "all " + std::to_string(draws) + " verdicts of an answer are equal in " +
                        format_fixed(100.0 * agreeing / rows, 1) + " % of the rows, where " +
                        format_fixed(100.0 * chance, 1) +
                        " % is expected of draws: they are copies, as at temperature 0 or from a cache, and "
                        "are paid for; set max_draws to 1 (--max-draws 1), or draw at a higher temperature");
        return true;
    }

    void check_columns(Index model, int draws) {
        if (draws < 2) return;
        const ColumnTest test = test_columns(data_, model, draws, limits_);
        if (test.rows < limits_.min_column_rows) return;
        const std::string rows = std::to_string(test.rows) + " rows";
        const std::string advice = "; set max_draws (--max-draws) to " + std::to_string(test.passing) +
                                   (test.passing > 1 ? " or below" : "");
        if (test.equal && test.expected_equal < limits_.max_expected_equal) {
            warn(model, "verdicts " + std::to_string(test.equal->first + 1) + " and " +
                            std::to_string(test.equal->second + 1) + " are equal in all " + rows +
                            ", so they are copies and no draws" + advice);
        } else if (test.ratio() > limits_.max_cochran) {
            warn(model, "verdicts are no exchangeable draws: Cochran's Q is " +
                            format_fixed(test.ratio(), 1) + " times its " + std::to_string(test.columns - 1) +
                            " degrees of freedom over " + rows + ", where 1 is expected" + advice);
        }
    }

    void check_verifier(Index model) {
        if (!data_.verified(model) || data_.rows() < limits_.min_rows) return;
        const auto rows = static_cast<double>(data_.rows());
        const auto score = data_.scores(model);
        const auto confidence = data_.confidences(model);
        const double right = score.sum();
        const Eigen::ArrayXd s = score - score.mean();
        const Eigen::ArrayXd c = confidence - confidence.mean();
        const double spread = std::sqrt((s * s).sum() * (c * c).sum());
        if ((s * s).sum() < 1e-12 * rows) return;
        const double signal = spread > 0.0 ? (s * c).sum() / spread * std::sqrt(rows - 1.0) : 0.0;
        if (signal >= limits_.min_signal) return;
        const std::string figures = "mean confidence " + format_fixed((confidence * score).sum() / right, 3) +
                                    " in right answers and " +
                                    format_fixed((confidence * (1.0 - score)).sum() / (rows - right), 3) +
                                    " in wrong ones, " + format_fixed(signal, 1) + " standard errors apart";
        if (signal <= -limits_.min_signal) {
            warn(model, "its verifier is inverted: " + figures +
                            "; policies take it as it is, but look whether verdicts mean what they should");
        } else {
            warn(model, "its verifier tells next to nothing: " + figures);
        }
    }

    /// Warns if confidences that are logged alone look like shares of some verdicts, of which a policy could buy one at a
    /// time. Steps of a tenth or a twentieth are also those of a model that says how sure it is.
    void check_shares(Index model) {
        constexpr int most_draws = 16;
        constexpr double rounding = 5e-3 * (1.0 + 1e-9);  // of two digits
        if (data_.rows() < limits_.min_rows || data_.draw_counts(model).second > 0) return;
        const auto confidences = data_.confidences(model);
        const bool between = ((confidences > rounding) && (confidences < 1.0 - rounding)).any();
        if (!between || !(confidences >= 0.0).all()) return;
        for (int draws = 2; draws <= most_draws; ++draws) {
            const Eigen::ArrayXd off = confidences * draws - (confidences * draws).round();
            if (off.abs().maxCoeff() > rounding * draws) continue;
            const bool tenths = ((confidences * 20.0) - (confidences * 20.0).round()).abs().maxCoeff() < 1e-9;
            if (tenths) return;
            warn(model,
                 "its confidences look like the share of " + std::to_string(draws) +
                     " verdicts: log the verdicts, so that a policy may draw fewer; a table with a column "
                     "of confidences gives their number as draws (--map)");
            return;
        }
    }

    const Dataset& data_;
    const StatisticsOptions& options_;
    const CheckLimits& limits_;
    std::vector<std::string> warnings_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::vector<std::string> check_log(const Dataset& data, const StatisticsOptions& options,
                                                  const CheckLimits& limits) {
    validate(options, data.models());
    return detail::LogChecks(data, options, limits).run();
}

}  // namespace automix
