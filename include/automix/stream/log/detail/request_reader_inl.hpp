// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/log/request_reader.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/json/json_document.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/log/request_reader.hpp>
#include <automix/stream/request_record.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::vector<std::string> Requests::warnings() const {
    std::vector<std::string> texts;
    for (const Place& place : truncated)
        texts.push_back(to_string(place) + ": the last line was cut off and is passed over");
    if (repeated > 0) {
        texts.push_back("requests that stand in the log more than once are taken once: " +
                        std::to_string(repeated) + " lines are passed over");
    }
    if (unknown_scores > 0) {
        texts.push_back("scores of requests or answers that are not in the log: " +
                        std::to_string(unknown_scores) + " lines are passed over");
    }
    if (unknown_explorations > 0) {
        texts.push_back("explorations of requests that are not in the log: " +
                        std::to_string(unknown_explorations) + " lines are passed over");
    }
    if (unfinished > 0) {
        texts.push_back("explorations that have not ended: " + std::to_string(unfinished) + " of " +
                        std::to_string(drawn) +
                        "; the others stand for them, as if that did not depend on the request");
    }
    return texts;
}

AUTOMIX_INLINE void scale_exploration(Requests& log) {
    if (log.unfinished == 0) return;
    const double ended = 1.0 - static_cast<double>(log.unfinished) / static_cast<double>(log.drawn);
    for (RequestRecord& request : log.requests) {
        for (RequestModel& model : request.models) {
            if (model.seen < 1.0) model.seen *= ended;
        }
        request.exploration *= ended;
    }
}

AUTOMIX_INLINE RequestReader::RequestReader(std::vector<std::string> paths) : paths_(std::move(paths)) {
    if (paths_.empty()) throw ArgumentError("expected at least one log of requests");
}

AUTOMIX_INLINE bool RequestReader::next(RequestLine& line) {
    std::string_view text;
    if (!next_text(text)) return false;
    try {
        line = parse_request_line(text, place_.file);
    } catch (const DataError& error) {
        throw placed(error);
    }
    return true;
}

AUTOMIX_INLINE DataError RequestReader::placed(const DataError& error) const {
    return {Place{place_.file, place_.line, error.place().field}, error.detail()};
}

AUTOMIX_INLINE bool RequestReader::next_text(std::string_view& text) {
    for (;;) {
        if (!lines_) {
            if (opened_ == paths_.size()) return false;
            lines_.emplace(paths_[opened_++]);
        }
        const std::string& path = paths_[opened_ - 1];
        if (!lines_->next(text)) {
            lines_.reset();
            continue;
        }
        if (detail::is_blank(text)) continue;
        place_ = Place{path, lines_->line(), {}};
        if (lines_->ended() && !detail::is_whole_json(text)) {
            truncated_.push_back(place_);
            continue;
        }
        return true;
    }
}

AUTOMIX_INLINE void drop_texts(RequestLine& line) {
    const auto drop_answers = [](std::vector<RequestModel>& models) {
        for (RequestModel& model : models) model.answer.reset();
    };
    if (auto* exploration = std::get_if<ExplorationRecord>(&line)) drop_answers(exploration->models);
    if (auto* request = std::get_if<RequestRecord>(&line)) {
        drop_answers(request->models);
        request->question.reset();
        request->context.reset();
    }
}

AUTOMIX_INLINE void RequestJoin::add(RequestLine line) {
    if (texts_ == RequestTexts::drop) drop_texts(line);
    if (auto* score = std::get_if<LateScore>(&line)) {
        scores_.push_back(std::move(*score));
        return;
    }
    if (auto* exploration = std::get_if<ExplorationRecord>(&line)) {
        explorations_.push_back(std::move(*exploration));
        return;
    }
    auto& request = std::get<RequestRecord>(line);
    if (!places_.emplace(request.id, log_.requests.size()).second) {
        ++log_.repeated;
        return;
    }
    log_.requests.push_back(std::move(request));
}

AUTOMIX_INLINE Requests RequestJoin::finish(std::vector<Place> truncated) {
    log_.truncated = std::move(truncated);
    for (ExplorationRecord& exploration : explorations_) {
        const auto found = places_.find(exploration.id);
        if (found == places_.end()) {
            ++log_.unknown_explorations;
            continue;
        }
        RequestRecord& request = log_.requests[found->second];
        if (request.explored || !request.exploring) {
            ++log_.repeated;
            continue;
        }
        request.explored = true;
        request.models = std::move(exploration.models);
    }
    for (const RequestRecord& request : log_.requests) {
        log_.drawn += request.exploring || request.explored ? 1 : 0;
        log_.unfinished += request.exploring && !request.explored ? 1 : 0;
    }
    std::stable_sort(scores_.begin(), scores_.end(),
                     [](const LateScore& a, const LateScore& b) { return a.time < b.time; });
    for (const LateScore& late : scores_) {
        const auto found = places_.find(late.id);
        RequestRecord* request = found == places_.end() ? nullptr : &log_.requests[found->second];
        const std::string* name = late.model                     ? &*late.model
                                  : request && request->answered ? &*request->answered
                                                                 : nullptr;
        RequestModel* answer = nullptr;
        for (std::size_t m = 0; request && name && m < request->models.size(); ++m) {
            if (request->models[m].name == *name) answer = &request->models[m];
        }
        if (answer == nullptr) {
            ++log_.unknown_scores;
            continue;
        }
        answer->score = late.score;
        ++log_.late_scores;
    }
    return std::move(log_);
}

AUTOMIX_INLINE Requests read_requests(const std::vector<std::string>& paths, RequestTexts texts) {
    RequestReader reader(paths);
    RequestJoin join(texts);
    for (RequestLine line; reader.next(line);) join.add(std::move(line));
    Requests log = join.finish(reader.truncated());
    scale_exploration(log);
    return log;
}

}  // namespace automix
