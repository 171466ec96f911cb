// SPDX-License-Identifier: Apache-2.0
// Joins the events of a stream that was not requested into one reply, also if they are lines of JSON alone. A choice of an event holds a part of the text in
// `delta`, or in `message` or `text` in its place. Some servers repeat the text so far in each `message`.
#pragma once

#include <automix/core/error.hpp>
#include <automix/json/json_document.hpp>
#include <automix/openai/detail/complaint.hpp>
#include <automix/openai/detail/reply_text.hpp>
#include <automix/openai/detail/reported_usage.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The JSON of a reply, and why it cannot be used.
// NOLINTNEXTLINE(bugprone-exception-escape): moving a document throws only where memory is lacking
struct ReplyJson {
    nlohmann::json json{};                  ///< null: there is none
    std::optional<DataError> unreadable{};  ///< empty: the reply can be read
    bool is_whole = false;                  ///< the body came to its end
};

/// Returns true for a stream of server-sent events, or of lines of JSON that each have choices.
[[nodiscard]] inline bool is_event_stream(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blank_characters), text.size()));
    for (const std::string_view field : {"data:", "event:", "id:", "retry:", ":"}) {
        if (text.starts_with(field)) return true;
    }
    for (int line = 0; line < 2; ++line) {
        const std::string_view whole = text.substr(0, text.find_first_of("\r\n"));
        if (!whole.starts_with('{') || whole.find("\"choices\"") == std::string_view::npos) return false;
        text.remove_prefix(whole.size());
        text.remove_prefix(std::min(text.find_first_not_of(blank_characters), text.size()));
    }
    return true;
}

class StreamJoiner {
 public:
    /// Returns the reply that the events make up. Their halves of surrogate pairs are marked. It cannot be used if an
    /// event is no JSON, or if the stream ended early; it then has the usage so far.
    [[nodiscard]] ReplyJson run(std::string_view text) && {
        ReplyJson read;
        try {
            take_events(text);
            read.is_whole = is_done();
            if (!read.is_whole) read.unreadable = DataError("stream: ended before its last event");
        } catch (const DataError& error) {
            read.unreadable = error;
        }
        reply_["choices"] = nlohmann::json::array();
        if (!reply_.contains("error")) {
            for (auto& [index, choice] : choices_) reply_["choices"].push_back(joined(index, choice));
        }
        read.json = std::move(reply_);
        return read;
    }

 private:
    static constexpr std::array<const char*, 4> text_fields = {"content", "reasoning_content", "reasoning",
                                                               "refusal"};

    struct Texts {
        std::string increments{};           ///< from `delta`
        std::vector<std::string> pieces{};  ///< from `message` or `text`, without empty ones
    };
    struct Choice {
        std::map<std::string, Texts> texts{};
        nlohmann::json further = nlohmann::json::object();  ///< `finish_reason`, `error` and `logprobs`
    };

    void take_events(std::string_view text) {
        while (!text.empty() && !done_) {
            std::string_view line = text.substr(0, text.find_first_of("\r\n"));
            text.remove_prefix(std::min(text.size(), line.size() + 1));
            constexpr std::string_view field = "data:";
            line.remove_prefix(std::min(line.find_first_not_of(blank_characters), line.size()));
            if (line.starts_with(field)) {
                line.remove_prefix(field.size());
            } else if (!line.starts_with('{')) {
                continue;
            }
            line.remove_prefix(std::min(line.find_first_not_of(blank_characters), line.size()));
            line = line.substr(0, line.find_last_not_of(blank_characters) + 1);
            done_ = line == "[DONE]";
            if (!done_ && !line.empty()) take(parse_document(line, "event of a stream"));
        }
    }

    void take(const nlohmann::json& event) {
        if (!event.is_object())
            throw DataError("event of a stream: expected an object, found " + shown(event));
        for (const char* kept : {"model", "error"}) {
            if (!optional_member(event, kept).is_null()) reply_[kept] = event[kept];
        }
        // A later event counts all that an earlier one does, and may leave out what has not changed.
        if (const auto& usage = usage_member(event); usage.is_object()) reply_["usage"].update(usage);
        const auto& parts = optional_member(event, "choices");
        if (!parts.is_array()) return;
        for (const auto& part : parts) {
            if (!part.is_object())
                throw DataError(Place{{}, 0, "choices"}, "expected objects, found " + shown(part));
            take_part(part);
        }
    }

    void take_part(const nlohmann::json& part) {
        const auto& index = optional_member(part, "index");
        Choice& choice = choices_[index.is_number_unsigned() ? index.get<std::uint64_t>() : 0];
        for (const char* field : {"finish_reason", "error"}) {
            if (!optional_member(part, field).is_null()) choice.further[field] = part[field];
        }
        add_log_probabilities(choice.further, optional_member(part, "logprobs"));
        const auto& delta = optional_member(part, "delta");
        const auto& message = optional_member(part, "message");
        for (const char* field : text_fields) {
            if (delta.is_object()) choice.texts[field].increments += said(optional_member(delta, field));
            if (message.is_object()) add_piece(choice.texts[field], said(optional_member(message, field)));
        }
        for (const auto* parts : {&delta, &message}) {
            if (parts->is_object())
                choice.texts["reasoning_content"].increments += thought(optional_member(*parts, "content"));
        }
        if (const auto& plain = optional_member(part, "text"); plain.is_string() && !message.is_object())
            add_piece(choice.texts["content"], plain);
    }

    /// Appends the lists of log probabilities of a part to those of the parts before.
    static void add_log_probabilities(nlohmann::json& choice, const nlohmann::json& part) {
        if (!part.is_object()) return;
        for (const auto& [field, list] : part.items()) {
            if (!list.is_array()) continue;
            nlohmann::json& all = choice["logprobs"][field];
            for (const auto& entry : list) all.push_back(entry);
        }
    }

    static bool is_thinking(const nlohmann::json& part) {
        if (!part.is_object()) return false;
        const auto& type = optional_member(part, "type");
        return type == "thinking" || type == "reasoning";
    }

    /// Returns the text of a content without its parts of thinking.
    static std::string said(const nlohmann::json& content) {
        if (!content.is_array()) return part_text(content);
        nlohmann::json parts = nlohmann::json::array();
        std::copy_if(content.begin(), content.end(), std::back_inserter(parts),
                     [](const nlohmann::json& part) { return !is_thinking(part); });
        return part_text(parts);
    }

    /// Returns the thinking in a content that is a list of parts.
    static std::string thought(const nlohmann::json& content) {
        std::string text;
        if (!content.is_array()) return text;
        for (const auto& part : content) {
            if (!is_thinking(part)) continue;
            for (const char* field : {"thinking", "reasoning", "text"})
                text += part_text(optional_member(part, field));
        }
        return text;
    }

    static void add_piece(Texts& texts, std::string piece) {
        if (!piece.empty()) texts.pieces.push_back(std::move(piece));
    }

    /// Returns the text of its parts. A message beside increments repeats them. Messages of which each begins with the
    /// one before it repeat the text so far.
    static std::string joined(const Texts& texts) {
        if (!texts.increments.empty() || texts.pieces.empty()) return texts.increments;
        bool repeats = true;
        std::string all = texts.pieces.front();
        for (std::size_t i = 1; i < texts.pieces.size(); ++i) {
            repeats = repeats && texts.pieces[i].starts_with(texts.pieces[i - 1]);
            all += texts.pieces[i];
        }
        return repeats ? texts.pieces.back() : all;
    }

    static nlohmann::json joined(std::uint64_t index, const Choice& choice) {
        nlohmann::json whole = choice.further;
        whole["index"] = index;
        auto& message = whole["message"] = nlohmann::json::object();
        for (const auto& [field, texts] : choice.texts) {
            if (std::string text = joined(texts); !text.empty()) message[field] = joined_halves(text);
        }
        return whole;
    }

    [[nodiscard]] bool is_done() const {
        return done_ || reply_.contains("error") ||
               (!choices_.empty() && std::all_of(choices_.begin(), choices_.end(), [](const auto& choice) {
                   return choice.second.further.contains("finish_reason");
               }));
    }

    nlohmann::json reply_ = nlohmann::json::object();
    std::map<std::uint64_t, Choice> choices_{};
    bool done_ = false;
};

}  // namespace automix::detail
