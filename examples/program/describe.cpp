// SPDX-License-Identifier: Apache-2.0
// Implements `automix describe`: shows what is in a log, or in a saved policy.
#include "command.hpp"
#include "live_line.hpp"
#include "log_options.hpp"
#include "policy_summary.hpp"

#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/checks.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_order.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/report/report_json.hpp>
#include <automix/evaluation/report/text_report.hpp>
#include <automix/routing/json/policy_json.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct DescribeOptions {
    LogOptions log{};
    bool json = false;
};

/// Counts rows by name, in order of appearance; rows without a name count under the empty one.
using Counts = std::vector<std::pair<std::string, Index>>;

template <class NameOf>
Counts count_names(const Dataset& data, const std::vector<std::string>& names, NameOf name_of) {
    std::unordered_map<std::string_view, Index> rows;
    for (Index row = 0; row < data.rows(); ++row) ++rows[name_of(row)];
    Counts counts;
    for (const std::string& name : names) counts.emplace_back(name, rows[name]);
    return counts;
}

Counts dataset_counts(const Dataset& data) {
    return count_names(data, data.dataset_names(),
                       [&](Index row) -> std::string_view { return data.dataset(row); });
}

Counts split_counts(const Dataset& data) {
    return count_names(data, data.split_names(),
                       [&](Index row) -> std::string_view { return data.split(row); });
}

struct ModelSummary {
    std::string name{};
    double score = 0.0;
    std::pair<Index, Index> draws{};
    OptionalMetric unparsed = 0.0;  ///< share of the draws
    OptionalMetric confidence = 0.0;
    OptionalMetric cost = 0.0;
    OptionalMetric draw_cost = 0.0;
};

/// Returns the mean over the rows that hold a value.
OptionalMetric mean_known(const Column& values) {
    const auto known = (!values.isNaN()).eval();
    if (!known.any()) return OptionalMetric::undefined("not recorded");
    return known.select(values, 0.0).sum() / static_cast<double>(known.count());
}

ModelSummary summarise_model(const Log& log, Index model) {
    const Dataset& data = log.data;
    const auto [drawn, unparsed] = log.verdicts[as_size(model)];
    return {data.model_names()[as_size(model)],
            data.scores(model).mean(),
            data.draw_counts(model),
            drawn == 0 ? OptionalMetric::undefined("no draws")
                       : OptionalMetric(static_cast<double>(unparsed) / static_cast<double>(drawn)),
            mean_known(data.confidences(model)),
            mean_known(data.recorded_costs(model)),
            mean_known(data.recorded_draw_costs(model))};
}

/// Returns the signals of a model's answers, each with the number of rows that have it.
Counts signal_counts(const Dataset& data, Index model) {
    Counts counts;
    for (Index signal = 0; signal < std::ssize(data.signal_names(model)); ++signal)
        counts.emplace_back(data.signal_names(model)[as_size(signal)],
                            (!data.signals(model, signal).isNaN()).count());
    return counts;
}

struct VerifierSummary {
    std::string name{};
    Index rows = 0;  ///< that it verified
    std::pair<Index, Index> draws{};
    OptionalMetric unparsed = 0.0;  ///< share of the draws
    OptionalMetric confidence = 0.0;
    OptionalMetric draw_cost = 0.0;
};

/// Returns the further verifiers of a model's answers.
std::vector<VerifierSummary> summarise_verifiers(const Dataset& data, Index model) {
    std::vector<VerifierSummary> verifiers;
    for (Index v = 0; v < std::ssize(data.verifier_names(model)); ++v) {
        Index drawn = 0;
        Index unparsed = 0;
        for (Index row = 0; row < data.rows(); ++row) {
            const auto verdicts = data.verdicts(row, model, v);
            drawn += std::ssize(verdicts);
            unparsed += std::count(verdicts.begin(), verdicts.end(), Verdict::unparsed);
        }
        verifiers.push_back(
            {data.verifier_names(model)[as_size(v)], data.verified_rows(model, v), data.draw_counts(model, v),
             drawn == 0 ? OptionalMetric::undefined("no draws")
                        : OptionalMetric(static_cast<double>(unparsed) / static_cast<double>(drawn)),
             mean_known(data.confidences(model, v)), mean_known(data.recorded_draw_costs(model, v))});
    }
    return verifiers;
}

std::vector<ModelSummary> summarise_models(const Log& log) {
    std::vector<ModelSummary> models;
    for (Index model = 0; model < log.data.models(); ++model) models.push_back(summarise_model(log, model));
    return models;
}

/// Returns the warnings of reading, the checks on the log, and what its prices lack. Missing prices are no error here.
std::vector<std::string> all_warnings(const Log& log) {
    std::vector<std::string> warnings = log.warnings;
    const auto add = [&](const std::vector<std::string>& more) {
        warnings.insert(warnings.end(), more.begin(), more.end());
    };
    try {
        const PriceTable settled = resolve_prices(log.data);
        use_in_order(log.data, settled, price_order(settled),
                     [&](const Dataset& data, const PriceTable& prices) {
                         add(check_log(data));
                         add(prices.notes);
                     });
    } catch (const DataError& error) {
        add(check_log(log.data));
        warnings.emplace_back(error.what());
    }
    return warnings;
}

std::string to_json_text(const Log& log) {
    const Dataset& data = log.data;
    const auto counts_json = [](const Counts& counts) {
        OrderedJson json = OrderedJson::object();
        for (const auto& [name, rows] : counts) json[name] = rows;
        return json;
    };
    OrderedJson json;
    json["rows"] = data.rows();
    json["datasets"] = counts_json(dataset_counts(data));
    json["splits"] = counts_json(split_counts(data));
    json["models"] = OrderedJson::array();
    for (const ModelSummary& model : summarise_models(log)) {
        json["models"].push_back({{"name", model.name},
                                  {"score", model.score},
                                  {"draws", {{"fewest", model.draws.first}, {"most", model.draws.second}}},
                                  {"unparsed", to_json(model.unparsed)},
                                  {"confidence", to_json(model.confidence)},
                                  {"cost", to_json(model.cost)},
                                  {"draw_cost", to_json(model.draw_cost)}});
    }
    for (Index model = 0; model < data.models(); ++model) {
        OrderedJson& entry = json["models"][as_size(model)];
        if (const Counts signals = signal_counts(data, model); !signals.empty())
            entry["signals"] = counts_json(signals);
        for (const VerifierSummary& verifier : summarise_verifiers(data, model)) {
            entry["verifiers"][verifier.name] = {
                {"rows", verifier.rows},
                {"draws", {{"fewest", verifier.draws.first}, {"most", verifier.draws.second}}},
                {"unparsed", to_json(verifier.unparsed)},
                {"confidence", to_json(verifier.confidence)},
                {"draw_cost", to_json(verifier.draw_cost)}};
        }
    }
    json["warnings"] = all_warnings(log);
    return program::to_text(json);
}

std::string draws_text(const std::pair<Index, Index>& draws) {
    const auto [fewest, most] = draws;
    std::string text = most == 0 ? "-" : std::to_string(fewest);
    if (fewest != most) text += " to " + std::to_string(most);
    return text;
}

std::string price_text(const OptionalMetric& price) { return price ? format_price(*price) : "-"; }

std::string verifier_table(const std::string& title, const std::vector<VerifierSummary>& verifiers) {
    TextTable table({title, "queries", "draws", "unparsed", "confidence", "draw cost"});
    for (const VerifierSummary& verifier : verifiers) {
        table.add({printable(verifier.name), std::to_string(verifier.rows), draws_text(verifier.draws),
                   verifier.unparsed ? format_percent(*verifier.unparsed) : "-",
                   verifier.confidence ? format_fixed(*verifier.confidence, 4) : "-",
                   price_text(verifier.draw_cost)});
    }
    return table.text();
}

std::string to_text(const Log& log) {
    const Dataset& data = log.data;
    const auto counts_text = [](const std::string& title, const Counts& counts) {
        std::vector<std::string> texts;
        for (const auto& [name, rows] : counts)
            texts.push_back((name.empty() ? "(none)" : printable(name)) + " " + std::to_string(rows));
        return wrap_text(title + joined(texts)) + '\n';
    };
    const std::string text = std::to_string(data.rows()) + " queries\n" +
                             counts_text("data sets: ", dataset_counts(data)) +
                             counts_text("splits: ", split_counts(data)) + '\n';
    TextTable table({"model", "score", "draws", "unparsed", "confidence", "cost", "draw cost"});
    for (const ModelSummary& model : summarise_models(log)) {
        table.add({printable(model.name), format_fixed(model.score, 4), draws_text(model.draws),
                   model.unparsed ? format_percent(*model.unparsed) : "-",
                   model.confidence ? format_fixed(*model.confidence, 4) : "-", price_text(model.cost),
                   price_text(model.draw_cost)});
    }
    std::string further;
    for (Index model = 0; model < data.models(); ++model) {
        const std::string name = printable(data.model_names()[as_size(model)]);
        if (const Counts signals = signal_counts(data, model); !signals.empty())
            further += counts_text("signals of " + name + " (queries): ", signals);
        if (const auto verifiers = summarise_verifiers(data, model); !verifiers.empty())
            further += '\n' + verifier_table("further verifiers of " + name, verifiers);
    }
    return text + table.text() + further +
           wrap_text(
               "score: mean, 0 to 1; draws: verdicts logged per answer; unparsed: share of them that could "
               "not be read; confidence: mean share of positive verdicts; cost and draw cost: mean recorded "
               "price of an answer and of one draw, in the log's unit; -: not recorded",
               0) +
           '\n' + warnings_text(all_warnings(log));
}

/// Returns true if a file begins as `train` saves policies.
bool is_policy(const std::string& path) {
    const std::string begin = R"({"schema":"automix-policy/)";
    std::string head(begin.size(), ' ');
    std::ifstream file(path, std::ios::binary);
    file.read(head.data(), std::ssize(head));
    return head == begin;
}

std::string describe_policy(const std::string& path, bool json) {
    const PolicyFile file = read_policy(path);
    const PolicySummary summary{file.router, file.statistics, path, used_prices(file.router)};
    return json ? program::to_json_text(summary) : program::to_text(summary);
}

}  // namespace

void add_describe(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<DescribeOptions>();
    CLI::App* command = app.add_subcommand(
        "describe",
        "Show what is in a log: queries, models, scores, draws, prices; or in a policy: its promises, too");
    command->footer(exit_codes);
    add_log_options(*command, options->log);
    add_format(*command, options->json);
    command->callback([options, &chosen] {
        chosen = [options] {
            const std::vector<std::string>& paths = options->log.paths;
            if (paths.size() == 1 && is_policy(paths.front()))
                return describe_policy(paths.front(), options->json);
            ProgressLine line;
            const Log log = read_logs(options->log, {{}, false, false, line.handler()});
            return options->json ? to_json_text(log) : to_text(log);
        };
    });
}

}  // namespace automix::program
