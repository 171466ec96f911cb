// SPDX-License-Identifier: Apache-2.0
// A small world for tests of the gateway: two models in this process of which the small one is right about easy questions
// alone, a policy that learned so, and a gateway over them.
#pragma once

#include "live/live.hpp"
#include "routing/tables.hpp"
#include "support/files.hpp"

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/gateway/gateway.hpp>
#include <automix/gateway/served_policy.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/config/open_models.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/json/policy_json.hpp>
#include <automix/routing/objective.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace world {

using Json = nlohmann::json;

/// Two hundred rows: the small model is right about half of them, and its four verdicts are right at a rate of 0.9.
inline automix::Dataset rows() {
    automix::Random random(11);
    automix::Dataset data({"small", "large"});
    for (int i = 0; i < 200; ++i) {
        const bool right = random.bernoulli(0.5);
        std::vector<int> verdicts;
        for (int d = 0; d < 4; ++d) verdicts.push_back(random.bernoulli(0.9) == right ? 1 : 0);
        data.append(
            tables::record("q" + std::to_string(i), {tables::verified(right ? 1.0 : 0.0, verdicts),
                                                     tables::scored(random.bernoulli(0.95) ? 1.0 : 0.0)}));
    }
    return data;
}

inline const automix::PriceTable& prices(const automix::Dataset& data) {
    static const automix::PriceTable table =
        automix::resolve_prices(data, {.answers = {1.0, 20.0}, .draws = {0.125}});
    return table;
}

/// The text of a policy file. The default objective mixes no policies.
inline std::string policy_text(automix::Objective objective = automix::Objective::base()) {
    const automix::Dataset data = rows();
    automix::PomdpOptions options;
    options.objective = objective;
    options.context.best = false;
    automix::PomdpRouter router(options);
    const automix::TrainingData training{data, prices(data)};
    (void)router.train(training);
    return automix::to_policy_text(router, router.collect(training));
}

inline automix::LoadedPolicy policy(automix::Objective objective = automix::Objective::base()) {
    const std::string text = policy_text(objective);
    return {automix::parse_policy(text, "policy.json"), automix::policy_digest(text)};
}

inline const std::string models_text = R"({"models":[
{"name":"small","base_url":"http://127.0.0.1:1/v1","price":{"call":1,"verification":0.125},"attempts":1,
 "generation":{"max_tokens":32,"temperature":0.3},"verification":{"temperature":0.7,"max_tokens":16},
 "prompts":{"answer":"{context}{question}","verify":"verify {context}|{question}|{answer}"}},
{"name":"large","base_url":"http://127.0.0.1:1/v1","price":{"call":20},"attempts":1,"generation":{"max_tokens":64},
 "prompts":{"answer":"{context}{question}","verify":"verify {context}|{question}|{answer}"}}]})";

/// What the models were asked.
struct Asked {
    std::mutex mutex{};
    std::vector<std::pair<std::string, automix::GenerateRequest>> requests{};

    [[nodiscard]] std::vector<automix::GenerateRequest> of(const std::string& model,
                                                           automix::Purpose purpose) {
        const std::lock_guard lock(mutex);
        std::vector<automix::GenerateRequest> found;
        for (const auto& [name, request] : requests) {
            if (name == model && request.purpose == purpose) found.push_back(request);
        }
        return found;
    }
};

/// Answers `NAME: LAST MESSAGE`. A verdict is positive if the prompt says easy. It reports its usage: a token a byte.
inline automix::GenerateReply say(const std::string& name, const automix::GenerateRequest& request) {
    std::string text = name + ": " + request.messages.back().text;
    if (request.purpose == automix::Purpose::verification) {
        const bool easy = request.messages.back().text.find("easy") != std::string::npos;
        text = easy ? "Verdict: correct" : "Verdict: incorrect";
    }
    automix::GenerateReply reply = live::saying(request, text, 0.0);
    std::size_t bytes = 0;
    for (const automix::Message& message : request.messages) bytes += message.text.size();
    reply.usage =
        automix::Usage{static_cast<std::int64_t>(bytes), static_cast<std::int64_t>(4 * request.samples)};
    return reply;
}

using Say = std::function<automix::GenerateReply(const std::string&, const automix::GenerateRequest&,
                                                 const std::stop_token&)>;

/// The models of `models_text`, which note what they are asked.
inline automix::OpenedModels open(const std::shared_ptr<Asked>& asked, std::optional<double> budget = {},
                                  Say answer = {}) {
    const files::Directory directory;
    return automix::open_models(
        directory.write("models.json", models_text), budget,
        [&](const automix::ModelConfig& config) -> automix::AnyModel {
            return automix::CallableModel(
                config.name, [asked, answer, name = config.name](const automix::GenerateRequest& request,
                                                                 const std::stop_token& stop) {
                    {
                        const std::lock_guard lock(asked->mutex);
                        asked->requests.emplace_back(name, request);
                    }
                    return answer ? answer(name, request, stop) : say(name, request);
                });
        });
}

inline std::string body(const std::string& question, const Json& more = Json::object()) {
    Json json{{"model", "automix"}, {"messages", {{{"role", "user"}, {"content", question}}}}};
    json.update(more);
    return json.dump();
}

inline automix::GatewayRequest post(const std::string& text, const std::string& id = "") {
    return {.method = "POST", .path = "/v1/chat/completions", .body = text, .request_id = id};
}

inline Json ask(automix::Gateway& gateway, const std::string& text, const std::string& id = "") {
    return Json::parse(gateway.handle(post(text, id)).body);
}

}  // namespace world
