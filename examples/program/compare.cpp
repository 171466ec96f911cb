// SPDX-License-Identifier: Apache-2.0
// Implements `automix compare`: trains routers on random halves of logs and tests them on the other halves.
#include "command.hpp"
#include "live_line.hpp"
#include "log_options.hpp"
#include "router_options.hpp"
#include "split_options.hpp"
#include "warn_on_error.hpp"

#include <automix/data/checks.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/evaluation/comparison.hpp>
#include <automix/evaluation/report/comparison_json.hpp>
#include <automix/evaluation/report/comparison_text.hpp>
#include <automix/evaluation/report/figures_text.hpp>
#include <automix/evaluation/report/report_json.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/evaluation/report/text_table.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/promise_certificate.hpp>
#include <automix/routing/training.hpp>
#include <automix/stream/promise.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct CompareOptions {
    LogOptions log{};
    RouterOptions router{};
    std::vector<std::string> routers{"pomdp", "fixed_k", "exact"};
    ComparisonOptions halves{};
    bool figures = false;
    bool json = false;
    bool routers_given = false;
    SplitOptions split{};  ///< of a promise
};

/// Holds `NAME` or `NAME@MODEL+MODEL...`.
struct RouterName {
    std::string name{};
    std::vector<std::string> models{};  ///< empty: all
};

/// Parses `NAME` or `NAME@MODEL+MODEL...`. Throws `ArgumentError` for fewer than two models.
RouterName parse_router(const std::string& text) {
    const std::size_t at = text.find('@');
    RouterName result{text.substr(0, at), {}};
    if (at == std::string::npos) return result;
    for (std::size_t from = at + 1; from <= text.size();) {
        const std::size_t plus = std::min(text.find('+', from), text.size());
        result.models.push_back(text.substr(from, plus - from));
        from = plus + 1;
    }
    if (result.models.size() < 2)
        throw ArgumentError("--routers: expected NAME@MODEL+MODEL..., found " + in_quotes(text));
    return result;
}

/// Holds the comparison of routers on one log.
struct LogComparison {
    std::string path{};
    std::vector<std::string> models{};
    Index rows = 0;
    std::vector<ComparedRouter> routers{};
    std::optional<MeanMetric> static_area{};  ///< area of the hull of more than two models alone
    std::vector<ModelPrices> prices{};
    std::vector<std::string> warnings{};
};

/// Returns the limits of 1, 2, 4, ... draws on the answers of a model, below what is logged and allowed.
std::vector<DrawLimits> fewer_draws(const Dataset& data, const std::string& model, const DrawLimits& limits) {
    std::vector<DrawLimits> fewer;
    const Index logged = data.draw_counts(data.model_index(model)).first;
    const int allowed = limits.of({model, ""}).front();
    const Index most = std::min<Index>(
        maximum_draws + 1, allowed == all_logged_draws ? logged : std::min<Index>(logged, allowed));
    for (int draws = 1; draws < most; draws *= 2) fewer.push_back({draws, {}});
    return fewer;
}

/// Trains POMDP routers for a promise, with a share of each half to prove it, and counts the halves without a proof.
class PromiseTrainer {
 public:
    PromiseTrainer(double share, std::uint64_t seed) : share_(share), seed_(seed) {}

    CurveTraining<AnyRouter> operator()(AnyRouter& router, const TrainingData& half) {
        PomdpRouter& pomdp = *router.target<PomdpRouter>();
        const PromiseSplit rows = rows_for_promise(half.data, share_, seed_);
        if (rows.train.empty() || rows.calibration.empty())
            throw DataError("--calibrate-share " + format_number(share_) + " leaves no rows of a half to " +
                            (rows.train.empty() ? "train on" : "prove the promise by"));
        const Dataset train = half.data.select_rows(rows.train);
        const Dataset calibration = half.data.select_rows(rows.calibration);
        const PriceTable train_prices = half.prices.select_rows(rows.train);
        const PriceTable calibration_prices = half.prices.select_rows(rows.calibration);
        CurveTraining<AnyRouter> trained;
        trained.result = train_with_promise(pomdp, {train, train_prices}, {calibration, calibration_prices});
        for (PomdpRouter& policy : pomdp.curve({train, train_prices}))
            trained.curve.push_back(AnyRouter::of(std::move(policy)));
        for (const PromiseCertificate& promise : pomdp.report().promises) {
            ++promises_;
            unproven_ += promise.proven ? 0 : 1;
        }
        return trained;
    }

    /// Returns how many promises were not proven; empty if all were.
    [[nodiscard]] std::string note() const {
        if (unproven_ == 0) return {};
        return std::to_string(unproven_) + " of " + std::to_string(promises_) +
               " promises were not proven on their half, so the last model answered there";
    }

 private:
    double share_;
    std::uint64_t seed_;
    int promises_ = 0;
    int unproven_ = 0;
};

std::vector<Contender<AnyRouter>> contenders_for(const Dataset& data, const std::vector<std::string>& names,
                                                 const RouterSettings& settings, const DrawLimits& limits,
                                                 PromiseTrainer* promises) {
    std::vector<Contender<AnyRouter>> contenders;
    for (const std::string& text : names) {
        const RouterName wanted = parse_router(text);
        const std::vector<std::string>& models = wanted.models.empty() ? data.model_names() : wanted.models;
        Contender<AnyRouter> contender{text, make_router_for(models, wanted.name, settings, limits), {}, {}};
        if (is_one_shot(wanted.name)) {
            for (const DrawLimits& fewer : fewer_draws(data, models.front(), limits))
                contender.variants.push_back(make_router_for(models, wanted.name, settings, fewer));
        }
        for (const std::string& model : wanted.models) {
            contender.models.push_back(data.model_index(model));
            if (contender.models.size() > 1 && contender.models.back() <= *(contender.models.end() - 2))
                throw ArgumentError(
                    "--routers: models of " + in_quotes(text) +
                    " must stand in the log's order, cheapest first: " + joined(data.model_names()));
        }
        if (promises != nullptr && contender.router.target<PomdpRouter>() != nullptr)
            contender.train = [promises](AnyRouter& router, const TrainingData& half) {
                return (*promises)(router, half);
            };
        contenders.push_back(std::move(contender));
    }
    return contenders;
}

/// Throws `ArgumentError` if one log is given twice, as the mean would count it twice.
void require_different(const std::vector<std::string>& paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            std::error_code unreadable;
            if (std::filesystem::equivalent(paths[i], paths[j], unreadable))
                throw ArgumentError("LOG: " + in_quotes(paths[i]) +
                                    " is given twice, so the mean would count it twice");
        }
    }
}

std::vector<LogComparison> run(const CompareOptions& options) {
    // Reject bad usage before any log is read.
    const RouterOptions& given = options.router;
    const RouterSettings settings = router_settings(given, options.log, options.split.promise_by);
    require_calibration(settings.pomdp.objective, options.split);
    const DrawLimits limits = draw_limits(given);
    std::vector<std::string> names = chosen_routers(options.routers);
    const bool oracle =
        std::erase(names, "oracle") > 0 ||
        std::find(options.routers.begin(), options.routers.end(), "baselines") != options.routers.end();
    if (names.empty()) throw ArgumentError("--routers: expected a router beside the oracle");
    require_used(given, names);
    const bool defaulted = !options.routers_given || names_a_list(options.routers);
    std::vector<std::string> notes;
    if (defaulted) names = suited_routers(std::move(names), settings.pomdp.objective, notes);
    for (const std::string& name : names) make_router(parse_router(name).name, settings);
    const Prices prices = given_prices(given, options.log);
    ComparisonOptions halves = options.halves;
    halves.seed = given.seed;
    halves.oracle = oracle;
    validate(halves);

    require_different(options.log.paths);

    std::vector<LogComparison> comparisons;
    for (const std::string& path : options.log.paths) {
        LogOptions one = options.log;
        one.paths = {path};
        ProgressLine line;
        Log log = read_logs_for(one, given, may_read_queries(names, settings), line.handler());
        const WarnOnError warnings(log.warnings);
        limits.require_known(log.data.model_names());
        PriceTable settled = resolve_prices(log.data, prices);
        const auto [data, table] = order_by_price(std::move(log.data), std::move(settled));
        const std::size_t logs = options.log.paths.size();
        const std::string step = logs == 1 ? path
                                           : path + " (" + std::to_string(comparisons.size() + 1) + " of " +
                                                 std::to_string(logs) + ")";
        line.show({step, "halves", 0.0, static_cast<double>(halves.halves), {}});
        std::vector<std::string> left_out = notes;
        const std::vector<std::string> suited = defaulted ? suited_routers(names, data, left_out) : names;
        PromiseTrainer promises(options.split.calibrate_share, given.seed);
        auto routers = compare_routers(
            data, table,
            contenders_for(data, suited, settings, limits, options.split.calibrates() ? &promises : nullptr),
            halves, [&](int done, int all) {
                line.show({step, "halves", static_cast<double>(done), static_cast<double>(all), {}});
            });
        if (std::string note = promises.note(); !note.empty()) left_out.push_back(std::move(note));
        const StatisticsOptions checked = statistics_options(limits, data.model_names(), options.log);
        for (const auto& more : {left_out, table.notes, check_log(data, checked)})
            log.warnings.insert(log.warnings.end(), more.begin(), more.end());
        std::optional<MeanMetric> static_area;
        if (data.models() > 2) static_area = static_mixing_area(data, table, halves);
        comparisons.push_back({path, data.model_names(), data.rows(), std::move(routers), static_area,
                               summarise_prices(data, table), std::move(log.warnings)});
    }
    return comparisons;
}

/// Returns the mean over the logs, for the routers that were compared on every log.
std::vector<ComparedRouter> mean_of(const std::vector<LogComparison>& logs) {
    std::vector<std::vector<ComparedRouter>> routers;
    for (const LogComparison& log : logs) routers.push_back(log.routers);
    const auto lacks = [](const std::vector<ComparedRouter>& some, const std::string& name) {
        return std::none_of(some.begin(), some.end(),
                            [&](const auto& router) { return router.name == name; });
    };
    for (auto& some : routers) {
        std::erase_if(some, [&](const ComparedRouter& router) {
            return std::any_of(logs.begin(), logs.end(),
                               [&](const LogComparison& log) { return lacks(log.routers, router.name); });
        });
    }
    return mean_over_logs(routers);
}

std::string to_json_text(const CompareOptions& options, const std::vector<LogComparison>& logs) {
    OrderedJson json{{"halves", options.halves.halves},
                     {"train_rows", options.halves.train_rows > 0 ? OrderedJson(options.halves.train_rows)
                                                                  : OrderedJson(nullptr)},
                     {"seed", options.router.seed},
                     {"logs", OrderedJson::array()}};
    for (const LogComparison& log : logs) {
        json["logs"].push_back(
            {{"log", log.path},
             {"models", log.models},
             {"rows", log.rows},
             {"warnings", log.warnings},
             {"routers", to_json(log.routers)},
             {"static_area", log.static_area ? to_json(*log.static_area) : OrderedJson(nullptr)},
             {"prices", to_json(log.prices)}});
    }
    if (logs.size() > 1) json["mean"] = to_json(mean_of(logs));
    return program::to_text(json);
}

/// Returns what mixing the models alone is worth; empty for two models, whose mixtures are the reference.
std::string static_text(const LogComparison& log) {
    if (!log.static_area) return {};
    return "- the hull of the " + std::to_string(log.models.size()) +
           " models alone, mixed at random without a router: area " + format_mean(*log.static_area, 2) + '\n';
}

std::string to_text(const CompareOptions& options, const std::vector<LogComparison>& logs) {
    const Index train_rows = options.halves.train_rows;
    std::string text = "trained on " + std::to_string(options.halves.halves) +
                       (options.halves.halves == 1 ? " random half" : " random halves") +
                       (train_rows > 0 ? ", at most " + std::to_string(train_rows) + " rows of each" : "") +
                       ", tested on the others\n" + comparison_legend() +
                       (options.figures ? figures_legend() : "");
    const auto table = [&](const std::string& title, const std::vector<ComparedRouter>& routers) {
        return comparison_table(title, routers) +
               (options.figures ? '\n' + figures_table(title, routers) : "");
    };
    for (const LogComparison& log : logs) {
        std::vector<ModelPrices> prices = log.prices;
        for (ModelPrices& model : prices) model.model = printable(model.model);
        text += '\n' +
                wrap_text(printable(log.path) + ", " + std::to_string(log.rows) +
                          " queries: " + joined(printable(log.models), " -> ")) +
                '\n' + table("router", log.routers) + static_text(log) + '\n' + price_table(prices) +
                warnings_text(log.warnings);
    }
    if (logs.size() > 1)
        text += '\n' + table("mean of " + std::to_string(logs.size()) + " logs", mean_of(logs));
    return text;
}

}  // namespace

void add_compare(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command = app.add_subcommand(
        "compare", "Train routers on random halves of logs; show what they are worth on the others");
    command->footer(
        std::string(router_help) + all_routers_help +
        "  NAME@MODEL+MODEL...                             that router with these models only\n"
        "  oracle                                          knows all scores; in baselines, too\n"
        "Compares each log on its own; the mean follows if there are several. Area is the mean of\n"
        "(gap recovered - share) over 5, 10, ..., 95 % of the extra cost, on the curve of a router's\n"
        "policies for all prices of quality. Routers that decide once use 1, 2, 4, .. or all draws,\n"
        "whichever has the largest area on the rows that they are trained on.\n" +
        exit_codes);
    add_log_options(*command, options->log);
    add_list(*command, "--routers", options->routers, "NAME,...",
             "Routers to compare, see below (default: pomdp,fixed_k,exact)");
    command->add_option("--halves", options->halves.halves, "Random halves to train on")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--train-rows", options->halves.train_rows,
                     "Maximum rows of a half to train on, 0 for all (default: all)")
        ->type_name("N");
    add_price_options(*command, options->router);
    add_policy_options(*command, options->router);
    add_family_options(*command, options->router);
    command->add_flag("--figures", options->figures,
                      "Show figures of the literature too: APGR, CPT, AIQ, cost at equal quality, ..");
    add_calibration_share(*command, options->split);
    add_seed(*command, options->router, "the first half; the others follow it");
    add_format(*command, options->json);
    command->callback([options, command, &chosen] {
        options->routers_given = command->count("--routers") > 0;
        note_given(*command, options->router);
        chosen = [options] {
            const auto logs = run(*options);
            return options->json ? to_json_text(*options, logs) : to_text(*options, logs);
        };
    });
}

}  // namespace automix::program
