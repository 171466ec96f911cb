// SPDX-License-Identifier: Apache-2.0
#include "router_options.hpp"

#include "command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/test_rows.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/context_choice.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

CostRange cost_range(const std::vector<double>& bounds) {
    if (bounds.empty()) return {};
    if (bounds.size() != 2) {
        throw ArgumentError("--cost-range: expected LEAST,MOST, found " + std::to_string(bounds.size()) +
                            " numbers");
    }
    return {bounds[0], bounds[1]};
}

int draw_limit(std::string_view text) {
    const auto number = parse_number(text);
    const bool fits = number && *number >= 0.0 && *number <= maximum_draws;
    if (!fits || static_cast<double>(static_cast<int>(*number)) != *number) {
        throw ArgumentError("--max-draws: expected a number of draws from 0 to " +
                            std::to_string(maximum_draws) + ", found " + in_quotes(text));
    }
    return static_cast<int>(*number);
}

/// Returns the name and the price in NAME=PRICE. Throws `ArgumentError` unless it is one of `further`.
std::pair<std::string, double> verifier_cost(const std::string& text,
                                             const std::vector<std::string>& further) {
    const std::size_t equals = text.rfind('=');
    const auto price =
        equals == std::string::npos ? std::nullopt : parse_number(std::string_view(text).substr(equals + 1));
    if (!price || equals == 0)
        throw ArgumentError("--verifier-cost: expected NAME=PRICE, found " + in_quotes(text));
    std::string name = text.substr(0, equals);
    if (std::find(further.begin(), further.end(), name) == further.end()) {
        throw ArgumentError("--verifier-cost: " + in_quotes(name) + " is not among the further verifiers, " +
                            (further.empty() ? "of which --verifier names none" : joined(further)) +
                            "; the price of the first is that of --draw-cost");
    }
    return {std::move(name), *price};
}

AcceptRule accept_rule(const std::string& name) {
    if (name == "plurality") return AcceptRule::plurality;
    return name == "best" ? AcceptRule::best : AcceptRule::first;
}

/// An option with an effect on some routers only.
struct RouterOption {
    const char* name;
    bool (*used_by)(std::string_view router);
    const char* users;
};

bool has_objective(std::string_view router) {
    return is_pomdp(router) || router == "fixed_k" || is_threshold_sweep(router);
}

bool may_verify(std::string_view router) { return is_pomdp(router) && router != "context_only"; }

bool decides_by_verdicts(std::string_view router) {
    return may_verify(router) || router == "fixed_k" || router == "frugalgpt" ||
           router == "adaptive_consistency" || is_one_shot(router);
}

bool searches_grid(std::string_view router) {
    return is_one_shot(router) && router != "exact" && router != "self_consistency";
}

constexpr std::array<RouterOption, 10> router_options = {{
    {"--objective", has_objective, "pomdp, fixed_k, frugalgpt and win_rate"},
    {"--accept", may_verify, "pomdp"},
    {"--context",
     [](std::string_view router) {
         return router == "pomdp" || router == "context_only" || is_threshold_sweep(router);
     },
     "pomdp, context_only, frugalgpt and win_rate"},
    {"--round-cost", may_verify, "pomdp"},
    {"--max-draws", decides_by_verdicts, "routers that look at verdicts"},
    {"--bins", searches_grid,
     "threshold, double_threshold, triple_threshold, simple_pomdp, greedy_pomdp and union"},
    {"--cost-range", is_one_shot, "routers that decide once by the confidence, such as threshold and exact"},
    {"--mix", [](std::string_view router) { return router == "random_mix"; }, "random_mix"},
    {"--fixed-answers", [](std::string_view) { return false; }, "fixed_answer:NAME"},
    {"--fixed-answer", [](std::string_view) { return false; }, "fixed_answer:NAME"},
}};

/// Returns the names without those for which `unsuited` holds. Adds a note on these.
template <class Unsuited>
std::vector<std::string> without(std::vector<std::string> names, const Unsuited& unsuited,
                                 const std::string& reason, std::vector<std::string>& notes) {
    std::vector<std::string> left_out;
    std::erase_if(names, [&](const std::string& name) {
        if (!unsuited(name)) return false;
        left_out.push_back(name);
        return true;
    });
    if (!left_out.empty()) notes.push_back("left out " + joined(left_out) + ": " + reason);
    return names;
}

}  // namespace

const char* const all_routers_help =
    "  all                                             the routers above but pomdp:FIELDS, fixed_answer and "
    "the\n"
    "                                                  recipes\n"
    "  baselines                                       the recipes, context_only, self_consistency and "
    "random_mix\n";

const char* const router_help =
    "Routers:\n"
    "  pomdp                                           one more verdict is an action with a price; any "
    "models\n"
    "  pomdp:FIELDS                                    the same with --context FIELDS: pomdp:none, "
    "pomdp:text+dataset\n"
    "  context_only                                    chooses a model by the query, never verifies\n"
    "  fixed_k                                         the best fixed number of verdicts, then the best "
    "cells\n"
    "  threshold, double_threshold, triple_threshold   thresholds on the confidence, on a grid\n"
    "  self_consistency                                confidence up to one half is routed\n"
    "  simple_pomdp, greedy_pomdp                      the two one-step POMDPs of AutoMix\n"
    "  union                                           the best of threshold, double_threshold, both POMDPs\n"
    "  exact                                           the best of all functions of the confidence\n"
    "  always_small, always_large, random_mix          look at nothing\n"
    "  frugalgpt, win_rate, adaptive_consistency       recipes of other papers, see the page on routers\n"
    "  fixed_answer:NAME                               routes --fixed-answers unverified, else as NAME\n"
    "A price given here beats the recorded one, which beats the default.\n";

StatisticsOptions statistics_options(const DrawLimits& limits, const std::vector<std::string>& models,
                                     const LogOptions& log) {
    StatisticsOptions options;
    options.max_draws = limits.of(models);
    options.verifiers = further_verifiers(log);
    return options;
}

std::vector<int> DrawLimits::of(const std::vector<std::string>& models) const {
    std::vector<int> limits;
    for (std::size_t m = 0; m + 1 < models.size(); ++m) {
        const auto found = std::find_if(named.begin(), named.end(),
                                        [&](const auto& limit) { return limit.first == models[m]; });
        limits.push_back(found == named.end() ? all : found->second);
    }
    return limits;
}

void DrawLimits::require_known(const std::vector<std::string>& models) const {
    for (const auto& [name, limit] : named) {
        if (std::find(models.begin(), models.end(), name) == models.end()) {
            throw ArgumentError("--max-draws: no model " + in_quotes(name) + "; there are " + joined(models));
        }
        if (name == models.back())
            throw ArgumentError("--max-draws: " + in_quotes(name) +
                                " is the last model, which is not verified");
    }
}

std::vector<std::string> RouterOptions::all_fixed_answers() const {
    std::vector<std::string> answers = fixed_answers;
    answers.insert(answers.end(), fixed_answer.begin(), fixed_answer.end());
    return answers;
}

void add_price_options(CLI::App& command, RouterOptions& options) {
    add_list(command, "--costs", options.costs, "X,...",
             "Price of an answer of each model (default: recorded, else 1,50)");
    auto* verification =
        command
            .add_option("--verification-cost", options.verification_cost,
                        "Price of all draws on an answer together (default: recorded, else 1)")
            ->type_name("X");
    add_list(command, "--draw-cost", options.draw_costs, "X[,...]",
             "Price of one draw, for all models or for each")
        ->excludes(verification);
    command
        .add_option("--verifier-cost", options.verifier_costs,
                    "Price of one draw of a further verifier (default: recorded); may be given again")
        ->type_name("NAME=X")
        ->allow_extra_args(false);
    command
        .add_option("--round-cost", options.round_cost,
                    "Price of a round of draws, for pomdp; steers the policy, is no part of cost")
        ->type_name("X")
        ->check(CLI::Validator(finite_not_negative, ""))
        ->capture_default_str();
}

void add_policy_options(CLI::App& command, RouterOptions& options) {
    command
        .add_option(
            "--objective", options.objective,
            "Objective of pomdp, fixed_k, frugalgpt and win_rate: base, max_ibc, lambda=X, budget=X,\n"
            "quality=X; of pomdp also promise:quality=X,confidence=Y and promise:error=X,confidence=Y")
        ->type_name("WHAT")
        ->capture_default_str();
    command
        .add_option("--max-draws", options.max_draws,
                    "Verdicts of an answer that a router may use: K for all models, or NAME=K,...")
        ->type_name("K|NAME=K,...");
    command
        .add_option("--context", options.context,
                    "What pomdp and context_only read of a query before anything is asked: none, or some of\n"
                    "dataset, text, features and prior joined by +. best: what pays on held-out rows of\n"
                    "none, dataset, and text+dataset")
        ->type_name("FIELDS")
        ->capture_default_str();
    command
        .add_option("--accept", options.accept,
                    "Answer that pomdp accepts: the first, the plurality of the samples, or the better one")
        ->check(CLI::IsMember({"first", "plurality", "best"}).description(""))
        ->type_name("first|plurality|best")
        ->capture_default_str();
}

void add_family_options(CLI::App& command, RouterOptions& options) {
    add_list(command, "--fixed-answers", options.fixed_answers, "TEXT,...",
             "Answers known to be bad, compared without case, for fixed_answer:NAME");
    command
        .add_option("--fixed-answer", options.fixed_answer,
                    "One more of them, with any commas in it; may be given again")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    command.add_option("--bins", options.bins, "Grid of the routers that train on the confidence, 1 to 256")
        ->type_name("N")
        ->capture_default_str();
    add_list(command, "--cost-range", options.cost_range, "LEAST,MOST",
             "Admissible mean cost per query on the training rows (default: any)");
    command.add_option("--mix", options.mix, "Share that random_mix sends to the large model")
        ->type_name("SHARE")
        ->capture_default_str();
}

void add_seed(CLI::App& command, RouterOptions& options, const std::string& of_what) {
    add_seed(command, options.seed, "Seed of " + of_what);
}

void add_resamples(CLI::App& command, int& resamples) {
    command.add_option("--resamples", resamples, "Resamples behind the intervals")
        ->type_name("N")
        ->capture_default_str();
}

void note_given(const CLI::App& command, RouterOptions& options) {
    for (const RouterOption& option : router_options) {
        if (command.get_option_no_throw(option.name) != nullptr && command.count(option.name) > 0)
            options.given.emplace_back(option.name);
    }
}

void require_used(const RouterOptions& options, const std::vector<std::string>& names,
                  std::string_view shown) {
    const auto uses = [](const RouterOption& option, std::string_view router) {
        constexpr std::string_view wrapper = "fixed_answer:";
        router = router.substr(0, router.find('@'));
        if (!router.starts_with(wrapper)) return option.used_by(router);
        return std::string_view(option.name).starts_with("--fixed-answer") ||
               option.used_by(router.substr(wrapper.size()));
    };
    for (const RouterOption& option : router_options) {
        const bool given =
            std::find(options.given.begin(), options.given.end(), option.name) != options.given.end();
        const auto used = [&](const std::string& router) { return uses(option, router); };
        if (!given || uses(option, shown) || std::any_of(names.begin(), names.end(), used)) continue;
        throw ArgumentError(std::string(option.name) + ": no effect on " + joined(names) + "; it is for " +
                            option.users);
    }
}

std::vector<std::string> chosen_routers(const std::vector<std::string>& names) {
    std::vector<std::string> chosen;
    const auto add = [&](std::string_view name) {
        if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.emplace_back(name);
    };
    for (const std::string& name : names) {
        if (name == "all") {
            std::for_each(router_names.begin(), router_names.end(), add);
        } else if (name == "baselines") {
            std::for_each(baseline_names.begin(), baseline_names.end(), add);
        } else {
            add(name);
        }
    }
    return chosen;
}

bool names_a_list(const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(),
                       [](const std::string& name) { return name == "all" || name == "baselines"; });
}

std::vector<std::string> suited_routers(std::vector<std::string> names, const Objective& objective,
                                        std::vector<std::string>& notes) {
    const bool known = objective.kind == ObjectiveKind::base_slope || objective.kind == ObjectiveKind::lambda;
    return without(
        std::move(names), [&](const std::string& name) { return name == "fixed_k" && !known; },
        "not for the objective " + to_string(objective), notes);
}

std::vector<std::string> suited_routers(std::vector<std::string> names, const Dataset& data,
                                        std::vector<std::string>& notes) {
    constexpr std::array<std::string_view, 8> content = {"pomdp",        "fixed_k",     "always_small",
                                                         "always_large", "random_mix",  "frugalgpt",
                                                         "win_rate",     "context_only"};
    const bool verified = data.verified_rows(0) > 0;
    return without(
        std::move(names),
        [&](const std::string& name) {
            return !verified && std::find(content.begin(), content.end(), name) == content.end();
        },
        "the log holds neither verdicts nor a confidence of " + in_quotes(data.model_names().front()), notes);
}

DrawLimits draw_limits(const RouterOptions& options) {
    DrawLimits limits;
    std::string_view rest = options.max_draws;
    if (rest.empty()) return limits;
    if (rest.find('=') == std::string_view::npos) {
        limits.all = draw_limit(rest);
        return limits;
    }
    for (bool more = true; more;) {
        const std::size_t comma = rest.find(',');
        const std::string_view item = rest.substr(0, comma);
        const std::size_t equals = item.rfind('=');
        if (equals == std::string_view::npos || equals == 0)
            throw ArgumentError("--max-draws: expected K or NAME=K,..., found " + in_quotes(item));
        const std::string name(item.substr(0, equals));
        if (std::any_of(limits.named.begin(), limits.named.end(),
                        [&](const auto& limit) { return limit.first == name; }))
            throw ArgumentError("--max-draws: " + in_quotes(name) + " is given twice");
        limits.named.emplace_back(name, draw_limit(item.substr(equals + 1)));
        more = comma != std::string_view::npos;
        if (more) rest.remove_prefix(comma + 1);
    }
    return limits;
}

RouterSettings router_settings(const RouterOptions& options, const LogOptions& log,
                               const std::string& promise_by) {
    RouterSettings settings;
    settings.one_shot.bins = options.bins;
    settings.one_shot.cost_range = cost_range(options.cost_range);
    settings.mix = options.mix;
    settings.pomdp.objective = parse_objective(options.objective);
    settings.pomdp.round_price = options.round_cost;
    settings.pomdp.accept = accept_rule(options.accept);
    settings.pomdp.promise_by = promise_by;
    settings.pomdp.seed = options.seed;
    settings.pomdp.verifiers = further_verifiers(log);
    const std::optional<ContextChoice> context = parse_context_choice(options.context);
    if (!context)
        throw ArgumentError(
            "--context: expected best, none, or some of dataset, text, features and prior joined by +, "
            "found " +
            in_quotes(options.context));
    settings.pomdp.context = *context;
    validate(settings.one_shot);
    validate(settings.pomdp);
    make_router("random_mix", settings);
    return settings;
}

AnyRouter make_router_for(const std::vector<std::string>& models, std::string_view name,
                          RouterSettings settings, const DrawLimits& limits) {
    settings.pomdp.max_draws = limits.of(models);
    const int first = settings.pomdp.max_draws.empty() ? all_logged_draws : settings.pomdp.max_draws.front();
    if (first == 0 && (is_one_shot(name) || name == "adaptive_consistency"))
        throw ArgumentError("--max-draws: " + std::string(name) + " needs at least one verdict");
    settings.one_shot.max_draws = first == all_logged_draws ? 0 : first;
    return make_router(name, settings);
}

void require_evidence(const Split& rows, const std::vector<std::string>& names, const DrawLimits& limits) {
    constexpr std::array<std::string_view, 5> blind = {"always_small", "always_large", "random_mix",
                                                       "context_only", "win_rate"};
    constexpr std::string_view fixed = "fixed_answer:";
    bool first = false;
    bool all = false;
    for (std::string_view name : names) {
        if (name.starts_with(fixed)) name.remove_prefix(fixed.size());
        all = all || may_verify(name) || name == "frugalgpt";
        first = first || std::find(blind.begin(), blind.end(), name) == blind.end();
    }
    if (!first) return;
    std::vector<int> max_draws = limits.of(rows.train.model_names());
    if (!all && !max_draws.empty()) std::fill(max_draws.begin() + 1, max_draws.end(), 0);
    require_verification_of(rows.train, rows.test, max_draws);
}

Prices given_prices(const RouterOptions& options, const LogOptions& log) {
    Prices prices{options.costs, options.verification_cost, options.draw_costs, {}};
    for (const std::string& item : options.verifier_costs)
        prices.verifiers.push_back(verifier_cost(item, further_verifiers(log)));
    for (const double price : prices.answers) require_price(price, "answer price");
    for (const double price : prices.draws) require_price(price, "draw price");
    const std::size_t models = log.models.empty() ? options.costs.size() : log.models.size();
    const std::size_t any = std::max<std::size_t>(1, prices.draws.size());
    validate(prices, models == 0 ? any : models);
    return prices;
}

bool may_read_queries(const std::vector<std::string>& names, const RouterSettings& settings) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) {
                           const ContextChoice context = context_of(name.substr(0, name.find('@')), settings);
                           return context.best || context.fields.any();
                       }) ||
           settings.pomdp.promise_by.starts_with("features.");
}

Log read_logs_for(const LogOptions& log, const RouterOptions& options, bool keep_facts,
                  const ProgressHandler& progress) {
    if (log.models.size() == 1)
        throw ArgumentError("--models: routing needs at least two models, found " +
                            in_quotes(log.models.front()) + " alone");
    return read_logs(log, {options.all_fixed_answers(), options.wants_samples(), keep_facts, progress});
}

}  // namespace automix::program
