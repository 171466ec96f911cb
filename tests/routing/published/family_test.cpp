// SPDX-License-Identifier: Apache-2.0
// The published family and `exact` against brute force on random tables: every row times every candidate, the rules of
// the reference written out literally (its 5,000-step reward loop among them), every set of cells for `exact`.
#include "routing/tables.hpp"
#include "support/catch.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/evaluation/report.hpp>
#include <automix/mixer/automix.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/registry.hpp>
#include <automix/routing/training.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

using namespace automix;

namespace {

using Policy = std::function<bool(double confidence)>;
using tables::RandomTable;

/// Mean performance and cost of a policy, row by row; undefined IBC where it costs what the small model costs.
struct Tried {
    bool defined = false;
    double ibc = 0.0;
    double cost = 0.0;
};

Tried try_policy(const RandomTable& t, const Policy& routes) {
    const auto n = static_cast<double>(t.small.size());
    double performance = 0.0;
    double small = 0.0;
    double routed = 0.0;
    for (std::size_t row = 0; row < t.small.size(); ++row) {
        const bool goes = routes(t.confidence[row]);
        performance += goes ? t.large[row] : t.small[row];
        small += t.small[row];
        routed += goes ? 1.0 : 0.0;
    }
    Tried tried;
    tried.cost = t.verification_cost + t.small_cost + t.large_cost * (routed / n);
    const double extra = t.verification_cost + t.large_cost * (routed / n);
    tried.defined = extra > 1e-12 * std::max(1.0, tried.cost);
    if (tried.defined) tried.ibc = (performance - small) / n / extra;
    return tried;
}

Policy in_bins(std::vector<int> chosen, int n) {
    return [chosen = std::move(chosen), n](double p) {
        return chosen[static_cast<std::size_t>(std::floor(p * n + 0.5))] != 0;
    };
}

std::vector<Policy> thresholds(int n) {
    std::vector<Policy> all;
    for (int i = 0; i <= n; ++i) {
        all.emplace_back([t = static_cast<double>(i) / n](double p) { return p <= t; });
    }
    return all;
}

std::vector<Policy> double_thresholds(int n) {
    std::vector<Policy> all;
    for (double i = 0; i < n; ++i) {
        for (double j = i + 1; j < n; ++j) {
            all.emplace_back([=](double p) { return i / n <= p && p <= j / n; });
        }
    }
    return all;
}

std::vector<Policy> triple_thresholds(int n) {
    std::vector<Policy> all;
    for (double a = 0; a < n; ++a) {
        for (double b = a + 1; b < n; ++b) {
            for (double c = b + 1; c < n; ++c) {
                all.emplace_back([=](double p) { return p <= a / n || (b / n <= p && p <= c / n); });
            }
        }
    }
    return all;
}

/// The 10 % quantile with linear interpolation.
double tenth(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const double position = 0.1 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    if (below + 1 == values.size()) return values[below];
    return values[below] + (position - static_cast<double>(below)) * (values[below + 1] - values[below]);
}

std::vector<std::string> categories(const RandomTable& t) {
    if (!t.category.empty()) return t.category;
    const double low_small = tenth(t.small);
    const double low_large = tenth(t.large);
    std::vector<std::string> all;
    for (std::size_t row = 0; row < t.small.size(); ++row) {
        const double s = t.small[row];
        const double l = t.large[row];
        all.emplace_back(s < l                              ? "NEEDY"
                         : s == l && s != 0.0               ? "GOOD"
                         : s <= low_small && l <= low_large ? "HOPELESS"
                                                            : "UNDEFINED");
    }
    return all;
}

/// The reward loop literally, r > (100 S - p_H) / p_N in whole numbers: both sides times p_N and the rows in the bin.
std::vector<Policy> simple_pomdp(const RandomTable& t) {
    struct Counts {
        long good = 0, needy = 0, hopeless = 0;
    };
    const auto names = categories(t);
    std::vector<Counts> bins(static_cast<std::size_t>(t.bins) + 1);
    for (std::size_t row = 0; row < names.size(); ++row) {
        for (std::size_t bin = 0; bin < bins.size(); ++bin) {
            if (std::abs(t.confidence[row] * t.bins - static_cast<double>(bin)) >= 0.5) continue;
            bins[bin].good += names[row] == "GOOD" ? 1 : 0;
            bins[bin].needy += names[row] == "NEEDY" ? 1 : 0;
            bins[bin].hopeless += names[row] == "HOPELESS" ? 1 : 0;
        }
    }
    std::vector<Policy> all;
    std::set<std::vector<int>> seen;
    std::vector<int> chosen(bins.size());
    for (long r = 0; r < 5000; ++r) {
        for (std::size_t bin = 0; bin < bins.size(); ++bin) {
            const auto [good, needy, hopeless] = bins[bin];
            chosen[bin] = needy > 0 && r * needy > 100 * (good + needy + hopeless) - hopeless ? 1 : 0;
        }
        if (seen.insert(chosen).second) all.push_back(in_bins(chosen, t.bins));
    }
    return all;
}

/// The value at `i` of a sequence that is continued by its mirror image without end.
double mirrored(const std::vector<double>& values, long i) {
    const auto n = static_cast<long>(values.size());
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return values[static_cast<std::size_t>(i)];
}

/// Prefixes of the bins by smoothed mean gain; nothing where two bins tie but for rounding.
std::vector<Policy> greedy_pomdp(const RandomTable& t) {
    const auto bins = static_cast<std::size_t>(t.bins) + 1;
    std::vector<double> sum(bins, 0.0);
    std::vector<double> count(bins, 0.0);
    for (std::size_t row = 0; row < t.small.size(); ++row) {
        const auto bin = static_cast<std::size_t>(t.confidence[row] * t.bins);
        sum[bin] += t.large[row] - t.small[row];
        count[bin] += 1.0;
    }
    for (std::size_t bin = 0; bin < bins; ++bin) sum[bin] = count[bin] > 0.0 ? sum[bin] / count[bin] : 0.0;
    std::vector<std::pair<double, std::size_t>> ranking;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        double smoothed = 0.0;
        double norm = 0.0;
        for (long k = -8; k <= 8; ++k) {
            const double weight = std::exp(-static_cast<double>(k * k) / 8.0);
            smoothed += weight * mirrored(sum, static_cast<long>(bin) + k);
            norm += weight;
        }
        ranking.emplace_back(smoothed / norm, bin);
    }
    std::sort(ranking.rbegin(), ranking.rend());
    for (std::size_t i = 1; i < bins; ++i) {
        const double gap = ranking[i - 1].first - ranking[i].first;
        if (gap < 1e-12 && !(ranking[i].first == 0.0 && gap == 0.0)) return {};
    }
    std::vector<Policy> all;
    std::vector<int> chosen(bins, 0);
    for (const auto& [value, bin] : ranking) {
        chosen[bin] = 1;
        all.push_back(in_bins(chosen, t.bins));
    }
    return all;
}

std::vector<Policy> candidates(const std::string& name, const RandomTable& t) {
    if (name == "threshold") return thresholds(t.bins);
    if (name == "double_threshold") return double_thresholds(t.bins);
    if (name == "triple_threshold") return triple_thresholds(t.bins);
    if (name == "self_consistency") return {[](double p) { return p <= 0.5; }};
    if (name == "simple_pomdp") return simple_pomdp(t);
    if (name == "greedy_pomdp") return greedy_pomdp(t);
    std::vector<Policy> all = simple_pomdp(t);
    const auto greedy = greedy_pomdp(t);
    if (greedy.empty()) return {};
    const auto doubles = double_thresholds(t.bins);
    const auto singles = thresholds(t.bins);
    for (const auto* more : {&greedy, &doubles, &singles}) all.insert(all.end(), more->begin(), more->end());
    return all;
}

/// The first candidate that no other one beats, among those with a cost in the range.
struct Winner {
    const Policy* policy = nullptr;
    double ibc = 0.0;
};

Winner winner_of(const RandomTable& t, const std::vector<Policy>& all, const CostRange& range) {
    Winner best;
    for (const Policy& policy : all) {
        const Tried tried = try_policy(t, policy);
        if (!tried.defined || tried.cost < range.min - 1e-9 || tried.cost > range.max + 1e-9) continue;
        if (best.policy == nullptr ||
            tried.ibc > best.ibc + 1e-10 * std::max(std::abs(tried.ibc), std::abs(best.ibc))) {
            best = {&policy, tried.ibc};
        }
    }
    return best;
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)) + 1e-13; }

/// The highest IBC over all sets of cells with at least one.
double best_of_all_sets(const RandomTable& t) {
    const std::set<double> distinct(t.confidence.begin(), t.confidence.end());
    const std::vector<double> cells(distinct.begin(), distinct.end());
    double best = -1e300;
    for (std::size_t set = 1; set < (std::size_t{1} << cells.size()); ++set) {
        const Tried tried = try_policy(t, [&](double p) {
            const auto cell =
                static_cast<std::size_t>(std::find(cells.begin(), cells.end(), p) - cells.begin());
            return ((set >> cell) & 1U) != 0;
        });
        if (tried.defined) best = std::max(best, tried.ibc);
    }
    return best;
}

double mean(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

const std::vector<std::string> family = {
    "threshold", "double_threshold", "triple_threshold", "self_consistency", "simple_pomdp", "greedy_pomdp",
    "union"};

RouterSettings settings_of(const RandomTable& t, const CostRange& range = {}) {
    RouterSettings settings;
    settings.one_shot.bins = t.bins;
    settings.one_shot.cost_range = range;
    return settings;
}

AutomixOptions options_of(const RandomTable& t) {
    AutomixOptions options;
    options.prices = t.prices;
    options.evaluation.bootstrap.reset();
    return options;
}

/// A family member against brute force, and its replay of the training rows against its own figures.
void check_member(const std::string& name, const RandomTable& t, const CostRange& range) {
    INFO(name << ", bins " << t.bins << ", rows " << t.small.size());
    const auto all = candidates(name, t);
    const bool rounding_decides = all.empty() && (name == "greedy_pomdp" || name == "union");
    if (rounding_decides) return;
    Automix mixer{make_router(name, settings_of(t, range)), options_of(t)};
    const TrainingResult result = mixer.train(t.data);
    const Winner winner = winner_of(t, all, range);

    REQUIRE(result.candidates == static_cast<Index>(all.size()));
    const bool feasible = std::any_of(all.begin(), all.end(), [&](const Policy& policy) {
        const double cost = try_policy(t, policy).cost;
        return cost >= range.min - 1e-9 && cost <= range.max + 1e-9;
    });
    REQUIRE(result.feasible == feasible);
    REQUIRE(result.ibc.defined() == (winner.policy != nullptr));
    REQUIRE(result.reason.empty() == result.ibc.defined());
    if (winner.policy == nullptr) return;
    REQUIRE(same(*result.ibc, winner.ibc));

    Evidence evidence(t.data.models());
    evidence.current = 0;
    evidence.models[0].drawn = evidence.models[0].parsed = 1;
    const auto routes = [&](double confidence) {
        evidence.models[0].logged_confidence = confidence;
        const Action action = mixer.next(evidence);
        REQUIRE((action == Action::route(evidence.last_model()) || action == Action::accept()));
        return action.kind == ActionKind::route;
    };
    // Where sums of scores round, ties may fall either way: what it does is then as good as the winner.
    const Tried done = try_policy(t, routes);
    REQUIRE(same(done.ibc, winner.ibc));
    if (t.exact_scores) {
        for (const double confidence : t.confidence)
            REQUIRE(routes(confidence) == (*winner.policy)(confidence));
    }
    if (!t.constant_prices) return;
    const Report report = mixer.evaluate(t.data).report;
    REQUIRE(same(*report.ibc, *result.ibc));
    REQUIRE(report.cost >= range.min - 1e-9);
    REQUIRE(report.cost <= range.max + 1e-9);
    REQUIRE(report.ibc_lift.defined() == result.ibc_lift.defined());
    if (report.ibc_lift)
        REQUIRE(std::abs(*report.ibc_lift - *result.ibc_lift) <= 1e-9 * (1.0 + std::abs(*report.ibc_lift)));
}

/// Whether a trained mixer routes any row.
template <class Mixer>
bool routes_something(const Mixer& mixer, const RandomTable& t) {
    Evidence evidence(t.data.models());
    evidence.current = 0;
    evidence.models[0].drawn = evidence.models[0].parsed = 1;
    return std::any_of(t.confidence.begin(), t.confidence.end(), [&](double confidence) {
        evidence.models[0].logged_confidence = confidence;
        return mixer.next(evidence).kind == ActionKind::route;
    });
}

/// `exact` against all sets of cells, and against every family member that routes anything.
bool check_exact(const RandomTable& t) {
    Automix mixer{make_router("exact", settings_of(t)), options_of(t)};
    const TrainingResult exact = mixer.train(t.data);
    const std::set<double> cells(t.confidence.begin(), t.confidence.end());
    REQUIRE(exact.feasible);
    REQUIRE(routes_something(mixer, t));

    std::map<double, double> gains;
    for (std::size_t row = 0; row < t.small.size(); ++row)
        gains[t.confidence[row]] += t.large[row] - t.small[row];
    const bool some_gain =
        std::any_of(gains.begin(), gains.end(), [](const auto& cell) { return cell.second > 1e-9; });
    const auto prefixes = static_cast<Index>(cells.size());
    if (some_gain) REQUIRE(exact.candidates == prefixes);
    REQUIRE((exact.candidates == prefixes || exact.candidates == 2 * prefixes - 1));
    if (cells.size() <= 10) REQUIRE(same(*exact.ibc, best_of_all_sets(t)));

    const bool defined = mean(t.large) > mean(t.small) + 1e-9 && t.large_cost > t.small_cost;
    REQUIRE(exact.ibc_lift.defined() == defined);
    for (const std::string& name : family) {
        INFO(name);
        Automix member{make_router(name, settings_of(t)), options_of(t)};
        const TrainingResult result = member.train(t.data);
        if (!result.feasible || !routes_something(member, t)) continue;
        REQUIRE(*exact.ibc >= *result.ibc - 1e-12 * (1.0 + std::abs(*result.ibc)));
    }
    return defined;
}

void check_exact_tables(std::uint64_t seed, int tables_wanted) {
    Random random(seed);
    int with_lift = 0;
    for (int i = 0; i < tables_wanted; ++i) {
        INFO("seed " << seed << ", table " << i);
        with_lift += check_exact(tables::random_table(random)) ? 1 : 0;
    }
    CHECK(with_lift > tables_wanted / 3);
}

void check_family_tables(std::uint64_t seed, int tables_wanted) {
    Random random(seed);
    for (int i = 0; i < tables_wanted; ++i) {
        INFO("seed " << seed << ", table " << i);
        const RandomTable t = tables::random_table(random);
        CostRange range;
        if (random.bernoulli(0.3)) {
            range.min = (t.small_cost + t.large_cost) * random.uniform();
            range.max = range.min + t.large_cost * random.uniform();
        }
        for (const std::string& name : family) check_member(name, t, range);
    }
}

}  // namespace

TEST_CASE("every family member is what brute force finds, on a few hundred random tables") {
    check_family_tables(1, 200);
}

TEST_CASE("every family member is what brute force finds, on thousands of random tables", "[property]") {
    check_family_tables(2, 3000);
}

TEST_CASE("exact is the best set of cells and no member beats it, on a few hundred random tables") {
    check_exact_tables(3, 200);
}

TEST_CASE("exact is the best set of cells and no member beats it, on thousands of random tables",
          "[property]") {
    check_exact_tables(4, 5000);
}
