// SPDX-License-Identifier: Apache-2.0
// Live models that say what is recorded under examples/data: an answer once asked, and for each draw the next recorded reply.
#pragma once

#include "support/files.hpp"

#include <automix/live/live_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/verify/prompt_template.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace recorded {

/// What draws bring: verdicts on the answer, or further samples of it.
enum class Draws { verification_replies, samples };

/// One model's part of the records of a file, by prompt.
struct Model {
    struct Query {
        std::string answer;
        double cost = 0.0;
        double draw_cost = 0.0;
        std::vector<std::string> draws{};
        std::size_t drawn = 0;
    };
    std::mutex mutex{};
    std::map<std::string, Query> queries{};

    automix::GenerateReply reply(const automix::GenerateRequest& request) {
        const std::lock_guard lock(mutex);
        Query& query = queries.at(request.messages.at(0).text);
        if (request.purpose == automix::Purpose::answer)
            return {.completions = {{.text = ' ' + query.answer}}, .usage = {}, .cost = query.cost};
        automix::GenerateReply reply;
        for (int i = 0; i < request.samples; ++i)
            reply.completions.push_back({.text = query.draws.at(query.drawn++)});
        reply.cost = request.samples * query.draw_cost;
        return reply;
    }
};

/// The records of a task in a file of its own, with draws at a share of their price, so that it pays to draw several.
class Task {
 public:
    explicit Task(const std::string& name, double draw_price_share = 1.0 / 16) {
        std::ifstream file(AUTOMIX_EXAMPLES_DIR "/data/" + name + ".jsonl");
        std::string text;
        for (std::string line; std::getline(file, line);) {
            auto record = nlohmann::ordered_json::parse(line);
            for (auto& model : record.at("models")) {
                if (model.contains("draw_cost"))
                    model["draw_cost"] = model["draw_cost"].get<double>() * draw_price_share;
            }
            text += record.dump() + '\n';
        }
        path_ = directory_.write(name + ".jsonl", text);
    }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
    files::Directory directory_;
    std::string path_;
};

/// Both prompts of these models; an answer is verified under the prompt that it was asked by.
inline constexpr const char* prompt = "{context}\n{question}";

/// The models of that name for a task, with nothing drawn yet.
inline std::vector<automix::LiveModel> models(const Task& task, const std::vector<std::string>& names,
                                              Draws draws = Draws::verification_replies) {
    const char* field = draws == Draws::samples ? "samples" : "verification_replies";
    std::vector<std::shared_ptr<Model>> parts;
    std::vector<automix::LiveModel> all;
    for (const std::string& name : names) {
        parts.push_back(std::make_shared<Model>());
        all.push_back(
            {.model = automix::CallableModel(name,
                                             [part = parts.back()](const automix::GenerateRequest& request) {
                                                 return part->reply(request);
                                             }),
             .sampling = {.max_tokens = 12},
             .prompt = automix::PromptTemplate::for_answer(prompt)});
    }
    std::ifstream file(task.path());
    for (std::string line; std::getline(file, line);) {
        const auto record = nlohmann::json::parse(line);
        for (const auto& model : record.at("models")) {
            for (std::size_t m = 0; m < names.size(); ++m) {
                if (model.at("name") != names[m]) continue;
                Model::Query query{model.at("answer"), model.at("cost"), model.value("draw_cost", 0.0)};
                if (model.contains(field)) query.draws = model.at(field).get<std::vector<std::string>>();
                if (draws == Draws::samples && !query.draws.empty()) query.draws.erase(query.draws.begin());
                parts[m]->queries.emplace(
                    record.at("context").get<std::string>() + '\n' + record.at("question").get<std::string>(),
                    std::move(query));
            }
        }
    }
    return all;
}

}  // namespace recorded
