// SPDX-License-Identifier: Apache-2.0
// Implements `automix decide`: reads lines of evidence and answers each at once with the decision of a saved policy.
#include "command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/routing/json/evidence_json.hpp>
#include <automix/routing/json/explanation_json.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/router.hpp>

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::program {
namespace {

struct DecideOptions {
    std::string policy{};
    std::vector<std::string> models{};
    std::uint64_t seed = 0;
    bool no_explanation = false;
};

constexpr const char* decide_help = R"(Reads from standard input, a line a decision, what is known of a query:
  {"id":"q1","current":"small","models":[{"name":"small","verdicts":[1,0,null]}]}
current is null before any model has answered. A policy that reads the query needs "query" with
"question", and "dataset", "context", "features", "prior" where it was trained on them; what is left out is
unknown, and a "warning" tells of a question that is. A model has verdicts
(null: unreadable), a confidence, or samples (the answer first, null: failed), "signals":{"tests":1} if the
policy reads them, and "verifiers":{"judge":{"verdicts":[1]}} if it asks further verifiers. Each is answered at
once with a line:
  {"id":"q1","action":"verify","to":null,"draws":1,"accept":null,"explanation":{..}}
action is accept, route or verify; accept says which answer, first or plurality. Of a policy with several
verifiers, "verifier" says which one to ask. --no-explanation leaves the explanation out, which takes most of
the time.
A line that cannot be read is answered too, with {"id":..,"error":".."} naming line and field; the exit code
is then 1. Where two policies are mixed, a hash of seed and id decides, so a query keeps its policy.
)";

/// A saved policy that answers lines of evidence.
class Decider {
 public:
    /// Keeps a reference to the router.
    Decider(const PomdpRouter& router, const DecideOptions& options)
        : router_(router),
          explainer_(options.no_explanation ? Explainer() : router.explainer()),
          form_{router.trained().models, router.report().accepted == AcceptedAnswer::plurality, options.seed},
          names_(names_of(form_.models)) {}

    /// Returns the answer to a line. If the line is wrong, counts that and returns the error as the answer.
    OrderedJson answer(const std::string& line) {
        const std::string name = "standard input:" + std::to_string(++lines_);
        try {
            return decide(parse_evidence_line(line, form_, name), name);
        } catch (const DataError& error) {
            if (errors_++ == 0) first_error_ = error.what();
            const std::optional<std::string> id = evidence_id(line);
            return {{"id", id ? OrderedJson(*id) : OrderedJson(nullptr)}, {"error", error.what()}};
        }
    }

    void count_blank() { ++lines_; }

    /// Throws `DataError` if a line could not be answered.
    void require_no_errors() const {
        if (errors_ == 0) return;
        throw DataError(std::to_string(errors_) + (errors_ == 1 ? " line" : " lines") + " of " +
                        std::to_string(lines_) + " could not be answered, the first: " + first_error_);
    }

 private:
    [[nodiscard]] OrderedJson decide(EvidenceRequest request, const std::string& name) const {
        const QueryFacts facts = request.query ? request.query->view() : QueryFacts{};
        const std::string warning = missing_facts(router_.reads(), facts);
        read_query(router_, facts, request.evidence);
        try {
            const Index current = request.evidence.current;
            if (!explainer_) return decision(request.id, router_.next(request.evidence), current, warning);
            const Explanation explanation = explainer_(request.evidence, facts);
            OrderedJson json = decision(request.id, explanation.action, current, warning);
            json["explanation"] = to_json(explanation, names_);
            return json;
        } catch (const ProtocolError& error) {
            throw DataError(Place{name, 0, "models"}, error.what());
        }
    }

    [[nodiscard]] OrderedJson decision(const std::string& id, const Action& action, Index current,
                                       const std::string& warning) const {
        OrderedJson json{{"id", id}};
        json.update(
            to_json(action, names_,
                    current < 0 ? std::vector<std::string>() : several_verifiers(form_.models, current)));
        const bool plurality = action.accepted == AcceptedAnswer::plurality;
        json["accept"] = action.kind == ActionKind::accept ? OrderedJson(plurality ? "plurality" : "first")
                                                           : OrderedJson(nullptr);
        if (!warning.empty()) json["warning"] = warning;
        return json;
    }

    const PomdpRouter& router_;
    Explainer explainer_;  ///< empty: explanations are left out
    EvidenceForm form_;
    std::vector<std::string> names_;
    std::size_t lines_ = 0;
    std::size_t errors_ = 0;
    std::string first_error_;
};

std::string run(const DecideOptions& options) {
    const PolicyFile file = options.models.empty() ? automix::read_policy(options.policy)
                                                   : automix::read_policy(options.policy, options.models);
    Decider decider(file.router, options);
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) {
            decider.count_blank();
            continue;
        }
        const std::string answer =
            decider.answer(line).dump(-1, ' ', true, OrderedJson::error_handler_t::replace) + '\n';
        write_output(answer);
    }
    decider.require_no_errors();
    return {};
}

}  // namespace

void add_decide(CLI::App& app, Command& chosen) {
    auto options = std::make_shared<DecideOptions>();
    CLI::App* command =
        app.add_subcommand("decide", "Answer lines of evidence with the decisions of a saved policy");
    command->footer(std::string(decide_help) + exit_codes);
    command->add_option("--policy", options->policy, "Policy of `automix train`")->required()->type_name("F");
    add_list(*command, "--models", options->models, "NAME,...",
             "Refuse a policy over other models, cheapest first");
    add_seed(*command, options->seed, "Seed of the hash of ids");
    command->add_flag("--no-explanation", options->no_explanation,
                      "Leave the explanation out, which is faster");
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace automix::program
