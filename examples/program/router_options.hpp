// SPDX-License-Identifier: Apache-2.0
// The options of every command that trains routers: prices, the user's objective, and the settings of the routers.
#pragma once

#include "log_options.hpp"

#include <automix/core/price.hpp>
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

/// Verdicts of an answer that count: of all models, or of those that are named.
struct DrawLimits {
    int all = all_logged_draws;
    std::vector<std::pair<std::string, int>> named{};

    /// One for each of these models but the last, as `StatisticsOptions` has them.
    [[nodiscard]] std::vector<int> of(const std::vector<std::string>& models) const;
    /// Throws `ArgumentError` where a model is named that is not among these.
    void require_known(const std::vector<std::string>& models) const;
};

struct RouterOptions {
    std::vector<double> costs{};
    std::optional<double> verification_cost{};
    std::vector<double> draw_costs{};
    double round_cost = 0.0;
    std::string objective = "base";
    std::string max_draws{};
    std::string accept = "first";
    std::vector<std::string> fixed_answers{};  ///< from a list
    std::vector<std::string> fixed_answer{};   ///< one by one
    int bins = 8;
    std::vector<double> cost_range{};
    double mix = 0.5;
    std::uint64_t seed = 0;

    /// Those of the list and those given one by one.
    [[nodiscard]] std::vector<std::string> all_fixed_answers() const;
    /// Whether the samples of a log have to be kept.
    [[nodiscard]] bool wants_samples() const { return accept != "first"; }
};

/// What a help says of the names of routers.
extern const char* const router_help;
/// The same of the name `all`, where a list of names is taken.
extern const char* const all_routers_help;

void add_price_options(CLI::App& command, RouterOptions& options);
/// `--objective`, `--max-draws`, `--accept`: what the routers `pomdp` and `fixed_k` go by.
void add_policy_options(CLI::App& command, RouterOptions& options);
/// `--bins`, `--cost-range`, `--mix`, `--fixed-answers`: what the others go by.
void add_family_options(CLI::App& command, RouterOptions& options);
void add_seed(CLI::App& command, RouterOptions& options, const std::string& of_what);
void add_resamples(CLI::App& command, int& resamples);

/// The names, `all` spelled out, each once.
std::vector<std::string> chosen_routers(const std::vector<std::string>& names);

/// Of a list that nobody spelled out those that can go by the objective; a note says which are left out.
std::vector<std::string> suited_routers(std::vector<std::string> names, const Objective& objective,
                                        std::vector<std::string>& notes);

/// The same of those that need to know more of an answer than its score, where a log holds no more.
std::vector<std::string> suited_routers(std::vector<std::string> names, const Dataset& data,
                                        std::vector<std::string>& notes);

/// Limits of `--max-draws`. Throws `ArgumentError`.
DrawLimits draw_limits(const RouterOptions& options);

/// The settings without limits of draws, which depend on the models. Throws `ArgumentError` for options that make no
/// sense to any router.
RouterSettings router_settings(const RouterOptions& options);

/// An untrained router for a log of these models. Throws `ArgumentError`.
AnyRouter make_router_for(const std::vector<std::string>& models, std::string_view name,
                          RouterSettings settings, const DrawLimits& limits);

/// Prices as given. Throws `ArgumentError` for those that make no sense, as far as that is known without the log.
Prices given_prices(const RouterOptions& options, const LogOptions& log);

/// Reads logs as one, with the samples where the options need them.
Log read_logs_for(const LogOptions& log, const RouterOptions& options);

}  // namespace automix::program
