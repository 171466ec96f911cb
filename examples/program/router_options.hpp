// SPDX-License-Identifier: Apache-2.0
// Adds the options of every command that trains routers: prices, the objective, and the settings of routers.
#pragma once

#include "log_options.hpp"

#include <automix/core/price.hpp>
#include <automix/core/progress.hpp>
#include <automix/data/split.hpp>
#include <automix/data/statistics.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/registry.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {

/// The number of verdicts of an answer that count, for all models or for those that are named.
struct DrawLimits {
    int all = all_logged_draws;
    std::vector<std::pair<std::string, int>> named{};

    /// Returns the number for each of these models but the last, as in `StatisticsOptions`.
    [[nodiscard]] std::vector<int> of(const std::vector<std::string>& models) const;
    /// Throws `ArgumentError` if a named model is not among these.
    void require_known(const std::vector<std::string>& models) const;
};

/// Returns the verdicts and verifiers of a log that count in its statistics.
StatisticsOptions statistics_options(const DrawLimits& limits, const std::vector<std::string>& models,
                                     const LogOptions& log);

struct RouterOptions {
    std::vector<double> costs{};
    std::optional<double> verification_cost{};
    std::vector<double> draw_costs{};
    std::vector<std::string> verifier_costs{};  ///< NAME=PRICE each
    double round_cost = 0.0;
    std::string objective = "base";
    std::string max_draws{};
    std::string accept = "first";
    std::string context = "best";
    std::vector<std::string> fixed_answers{};  ///< from a list
    std::vector<std::string> fixed_answer{};   ///< one by one
    int bins = 8;
    std::vector<double> cost_range{};
    double mix = 0.5;
    std::uint64_t seed = 0;
    std::vector<std::string> given{};  ///< names of options that only some routers use

    /// Returns the answers of the list and those given one by one.
    [[nodiscard]] std::vector<std::string> all_fixed_answers() const;
    /// Returns true if the samples of a log have to be kept.
    [[nodiscard]] bool wants_samples() const { return accept != "first"; }
};

/// The help on the names of routers.
extern const char* const router_help;
/// The help on the name `all`, for options that take a list of names.
extern const char* const all_routers_help;

void add_price_options(CLI::App& command, RouterOptions& options);
/// Adds `--objective`, `--max-draws`, `--accept` and `--context`, for the routers `pomdp`, `context_only`, `fixed_k` and
/// the recipes.
void add_policy_options(CLI::App& command, RouterOptions& options);
/// Adds `--bins`, `--cost-range`, `--mix` and `--fixed-answers`, for the other routers.
void add_family_options(CLI::App& command, RouterOptions& options);
void add_seed(CLI::App& command, RouterOptions& options, const std::string& of_what);
void add_resamples(CLI::App& command, int& resamples);

/// Stores which options were given on the command line, of those that only some routers use.
void note_given(const CLI::App& command, RouterOptions& options);

/// Throws `ArgumentError` for an option that was given and that none of these routers uses. `shown` is a router that the
/// command shows whatever the names are.
void require_used(const RouterOptions& options, const std::vector<std::string>& names,
                  std::string_view shown = {});

/// Returns the names, each once, with `all` and `baselines` replaced by the names that they stand for.
std::vector<std::string> chosen_routers(const std::vector<std::string>& names);

/// Returns true if one of the names stands for a list, from which routers that do not suit may be left out.
bool names_a_list(const std::vector<std::string>& names);

/// Returns the routers of a default list that can serve the objective. Adds a note on those that are left out.
std::vector<std::string> suited_routers(std::vector<std::string> names, const Objective& objective,
                                        std::vector<std::string>& notes);

/// Returns the routers of a default list that can be trained on the log. If it holds neither verdicts nor a confidence
/// of the first model, adds a note on those that are left out.
std::vector<std::string> suited_routers(std::vector<std::string> names, const Dataset& data,
                                        std::vector<std::string>& notes);

/// Returns the limits of `--max-draws`. Throws `ArgumentError` if they are invalid.
DrawLimits draw_limits(const RouterOptions& options);

/// Returns the settings without limits of draws, which depend on the models. `promise_by` names the groups of a promise.
/// Throws `ArgumentError` for options that no router accepts.
RouterSettings router_settings(const RouterOptions& options, const LogOptions& log,
                               const std::string& promise_by = {});

/// Returns an untrained router for a log of these models. Throws `ArgumentError` for an unknown name.
AnyRouter make_router_for(const std::vector<std::string>& models, std::string_view name,
                          RouterSettings settings, const DrawLimits& limits);

/// Throws `DataError` with file and line for a row to test on that lacks the verification which one of these routers
/// needs and all rows to train on have.
void require_evidence(const Split& rows, const std::vector<std::string>& names, const DrawLimits& limits);

/// Returns the prices as given. Throws `ArgumentError` for prices that are invalid for any log.
Prices given_prices(const RouterOptions& options, const LogOptions& log);

/// Returns true if one of these routers may read the facts on queries, so that they have to be kept. A name may end in
/// `@MODEL+MODEL`. Throws `ArgumentError` for unknown facts.
bool may_read_queries(const std::vector<std::string>& names, const RouterSettings& settings);

/// Reads logs as one, with the samples if the options need them, and the facts on queries if `keep_facts` is true.
Log read_logs_for(const LogOptions& log, const RouterOptions& options, bool keep_facts,
                  const ProgressHandler& progress = {});

}  // namespace automix::program
