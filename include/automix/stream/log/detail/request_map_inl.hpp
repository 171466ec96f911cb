// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/log/request_map.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/file.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/field_line.hpp>
#include <automix/json/json_document.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_map.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/request_record.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace automix::detail {

/// A step of a path: into the member of an object, or to a place of a list, from the end if it is negative.
struct PathStep {
    std::string member{};
    std::optional<long> place{};
};

/// Returns the steps of a path; nothing if it is none.
inline std::optional<std::vector<PathStep>> parse_path(std::string_view path) {
    std::vector<PathStep> steps;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find_first_of(".["), path.size());
        if (end == 0) return std::nullopt;
        steps.push_back({std::string(path.substr(0, end)), {}});
        path.remove_prefix(end);
        while (path.starts_with('[')) {
            const std::size_t close = path.find(']');
            if (close == std::string_view::npos) return std::nullopt;
            long place = 0;
            const char* const last = path.data() + close;
            const auto [stop, error] = std::from_chars(path.data() + 1, last, place);
            if (error != std::errc{} || stop != last) return std::nullopt;
            steps.push_back({{}, place});
            path.remove_prefix(close + 1);
        }
        if (path.empty()) break;
        if (!path.starts_with('.') || path.size() == 1) return std::nullopt;
        path.remove_prefix(1);
    }
    return steps;
}

/// Returns the value at a path; null if there is none.
inline const nlohmann::json* value_at(const nlohmann::json& json, const std::vector<PathStep>& path) {
    if (path.empty()) return nullptr;
    const nlohmann::json* value = &json;
    for (const PathStep& step : path) {
        if (step.place) {
            if (!value->is_array()) return nullptr;
            const auto size = static_cast<long>(value->size());
            const long place = *step.place < 0 ? size + *step.place : *step.place;
            if (place < 0 || place >= size) return nullptr;
            value = &(*value)[static_cast<std::size_t>(place)];
        } else {
            if (!value->is_object() || !value->contains(step.member)) return nullptr;
            value = &value->at(step.member);
        }
    }
    return value->is_null() ? nullptr : value;
}

class RequestMapParser : DocumentChecks {
 public:
    explicit RequestMapParser(const std::string& name) : DocumentChecks(name) {}

    [[nodiscard]] RequestMap parse(const nlohmann::json& json) const {
        require_keys(json, "",
                     std::array{"id", "model", "time", "latency", "cost", "prompt_tokens",
                                "completion_tokens", "question", "context", "answer", "score", "dataset",
                                "succeeded", "all_asked", "models"});
        RequestMap map;
        map.id = path(member(json, "", "id"), "id");
        map.model = path(member(json, "", "model"), "model");
        for (const auto& [key, to] :
             {std::pair{"time", &map.time}, std::pair{"latency", &map.latency}, std::pair{"cost", &map.cost},
              std::pair{"prompt_tokens", &map.prompt_tokens},
              std::pair{"completion_tokens", &map.completion_tokens}, std::pair{"question", &map.question},
              std::pair{"context", &map.context}, std::pair{"answer", &map.answer},
              std::pair{"score", &map.score}, std::pair{"dataset", &map.dataset}}) {
            if (json.contains(key)) *to = path(json.at(key), key);
        }
        if (json.contains("succeeded")) {
            const nlohmann::json& succeeded = json.at("succeeded");
            require_keys(succeeded, "succeeded", std::array{"field", "value"});
            map.succeeded = path(member(succeeded, "succeeded", "field"), "succeeded.field");
            map.succeeded_value = member(succeeded, "succeeded", "value").dump();
        }
        if (json.contains("all_asked")) map.all_asked = flag(json.at("all_asked"), "all_asked");
        if (json.contains("models")) {
            const nlohmann::json& models = list(json.at("models"), "models", 0, " model");
            for (std::size_t i = 0; i < models.size(); ++i) {
                const std::string at = element("models", i);
                require_keys(models[i], at, std::array{"called", "name", "prompt_price", "completion_price"});
                MappedModel& model = map.models.emplace_back();
                model.called = text(member(models[i], at, "called"), inside(at, "called"));
                model.name = models[i].contains("name") ? text(models[i].at("name"), inside(at, "name"))
                                                        : model.called;
                model.prompt_price = price(models[i], at, "prompt_price");
                model.completion_price = price(models[i], at, "completion_price");
            }
        }
        return map;
    }

 private:
    [[nodiscard]] std::string path(const nlohmann::json& json, const std::string& field) const {
        std::string found = text(json, field);
        const auto steps = parse_path(found);
        if (!steps || steps->empty()) fail_expected(field, "a path such as response.choices[0]", json);
        return found;
    }

    [[nodiscard]] std::optional<double> price(const nlohmann::json& json, const std::string& at,
                                              const char* key) const {
        if (!json.contains(key)) return std::nullopt;
        const double value = finite(json.at(key), inside(at, key));
        require_least(value, inside(at, key), 0.0);
        return value;
    }
};

/// A reader of calls. Lines of one id are joined in the order of their first lines.
class CallJoin {
 public:
    explicit CallJoin(const RequestMap& map) : map_(map) {}

    /// Adds a line. Throws `DataError` with the field.
    void add(const nlohmann::json& json) {
        const nlohmann::json* id = at(json, map_.id);
        if (id == nullptr) throw DataError(Place{{}, 0, map_.id}, "missing; it is the id of a call");
        const std::string key = id->is_string() ? id->get<std::string>() : id->dump();
        const auto [place, is_new] = places_.emplace(key, requests_.size());
        if (is_new) requests_.emplace_back().id = key;
        RequestRecord& request = requests_[place->second];
        if (auto question = text(json, map_.question)) request.question = std::move(question);
        if (auto context = text(json, map_.context)) request.context = std::move(context);
        if (auto dataset = text(json, map_.dataset)) request.dataset = *std::move(dataset);
        if (const auto time = number(json, map_.time); time && (is_new || request.time == 0.0))
            request.time = *time;
        if (!at(json, map_.model) || !has_succeeded(json)) return;
        RequestModel model;
        const std::string called = *text(json, map_.model);
        const MappedModel* known = mapped(called);
        if (!map_.models.empty() && known == nullptr)
            throw DataError(Place{{}, 0, map_.model}, "the map has no model " + in_quotes(called));
        model.name = known ? known->name : called;
        if (find_model(request, model.name) != nullptr)
            throw DataError(Place{{}, 0, map_.model},
                            in_quotes(model.name) + " answers id " + in_quotes(key) + " twice");
        model.served_model = called;
        model.answer = text(json, map_.answer);
        model.score = number(json, map_.score);
        model.cost = number(json, map_.cost);
        if (!model.cost && known && known->prompt_price && known->completion_price) {
            const auto prompt = number(json, map_.prompt_tokens);
            const auto completion = number(json, map_.completion_tokens);
            if (prompt && completion)
                model.cost = *prompt * *known->prompt_price + *completion * *known->completion_price;
        }
        request.latency = std::max(request.latency, number(json, map_.latency).value_or(0.0));
        request.model = called;
        request.answered = model.name;
        request.models.push_back(std::move(model));
    }

    /// Returns the requests.
    [[nodiscard]] std::vector<RequestRecord> finish() {
        for (RequestRecord& request : requests_) {
            std::stable_sort(request.models.begin(), request.models.end(),
                             [&](const RequestModel& a, const RequestModel& b) { return rank(a) < rank(b); });
            if (map_.all_asked) {
                request.explored = true;
                request.exploration = 1.0;
            } else {
                for (const RequestModel& model : request.models) request.route.push_back(model.name);
            }
            if (!request.answered) request.error = "no call succeeded";
        }
        return std::move(requests_);
    }

 private:
    [[nodiscard]] const nlohmann::json* at(const nlohmann::json& json, const std::string& path) {
        auto known = paths_.find(path);
        if (known == paths_.end()) known = paths_.emplace(path, *parse_path(path)).first;
        return value_at(json, known->second);
    }
    [[nodiscard]] std::optional<std::string> text(const nlohmann::json& json, const std::string& path) {
        const nlohmann::json* value = at(json, path);
        if (value == nullptr) return std::nullopt;
        if (!value->is_string())
            throw DataError(Place{{}, 0, path}, "expected a string, found " + shown(*value));
        return value->get<std::string>();
    }
    [[nodiscard]] std::optional<double> number(const nlohmann::json& json, const std::string& path) {
        const nlohmann::json* value = at(json, path);
        if (value == nullptr) return std::nullopt;
        if (!value->is_number())
            throw DataError(Place{{}, 0, path}, "expected a number, found " + shown(*value));
        return value->get<double>();
    }
    [[nodiscard]] bool has_succeeded(const nlohmann::json& json) {
        if (map_.succeeded.empty()) return true;
        const nlohmann::json* value = at(json, map_.succeeded);
        return value != nullptr && value->dump() == map_.succeeded_value;
    }
    [[nodiscard]] const MappedModel* mapped(const std::string& called) const {
        const auto found = std::find_if(map_.models.begin(), map_.models.end(),
                                        [&](const MappedModel& model) { return model.called == called; });
        return found == map_.models.end() ? nullptr : &*found;
    }
    /// Returns the place of a model among those of the map.
    [[nodiscard]] std::size_t rank(const RequestModel& model) const {
        std::size_t place = 0;
        while (place < map_.models.size() && map_.models[place].name != model.name) ++place;
        return place;
    }

    const RequestMap& map_;
    std::unordered_map<std::string, std::vector<PathStep>> paths_;
    std::vector<RequestRecord> requests_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE RequestMap parse_request_map(std::string_view text, const std::string& name) {
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::with_line_of_field(text, name, [&] { return detail::RequestMapParser(name).parse(json); });
}

AUTOMIX_INLINE RequestMap read_request_map(const std::string& path) {
    return parse_request_map(detail::read_file(path), path);
}

AUTOMIX_INLINE Requests read_requests(const std::vector<std::string>& paths, const RequestMap& map,
                                      RequestTexts texts) {
    RequestReader reader(paths);
    RequestJoin join(texts);
    detail::CallJoin calls(map);
    for (std::string_view text; reader.next_text(text);) {
        try {
            const nlohmann::json json = detail::parse_document(text, reader.place().file);
            if (json.is_object() && json.contains("schema") && json.at("schema") == requests_schema) {
                join.add(parse_request_line(text, reader.place().file));
            } else {
                calls.add(json);
            }
        } catch (const DataError& error) {
            throw reader.placed(error);
        }
    }
    for (RequestRecord& request : calls.finish()) {
        try {
            validate(request);
        } catch (const DataError& error) {
            throw DataError(Place{{}, 0, error.place().field},
                            "request " + in_quotes(request.id) + ": " + error.detail());
        }
        join.add(std::move(request));
    }
    Requests log = join.finish(reader.truncated());
    scale_exploration(log);
    return log;
}

}  // namespace automix
