// SPDX-License-Identifier: Apache-2.0
// Prompts with place-holders: `{context}`, `{question}` and `{answer}` are replaced by a task's texts as they are, `{{` and
// `}}` stand for braces. Where a prompt is longer than allowed, the context is shortened from a stated end, never anything
// else, and the result says by how much. Parsed once; rendering is O(length).
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

enum class Placeholder : std::uint8_t { context, question, answer };

constexpr std::string_view to_string(Placeholder placeholder) noexcept {
    constexpr std::array<std::string_view, 3> names = {"context", "question", "answer"};
    return names[static_cast<std::size_t>(placeholder)];
}

/// What takes the place of the place-holders.
struct PromptValues {
    std::string_view context{};
    std::string_view question{};
    std::string_view answer{};
};

enum class ContextEnd : std::uint8_t { front, back };

struct RenderLimits {
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();  ///< of the whole prompt
    ContextEnd cut = ContextEnd::back;  ///< where a context that is too long is cut
};

struct RenderedPrompt {
    std::string text{};
    std::size_t cut_bytes = 0;  ///< by which the context was shortened
};

/// `text` with its braces doubled, so that a template takes them literally.
inline std::string escape_braces(std::string_view text) {
    std::string escaped;
    for (const char c : text) escaped.append(c == '{' || c == '}' ? 2 : 1, c);
    return escaped;
}

class PromptTemplate {
 public:
    /// `text` must hold every required place-holder and may hold the optional ones, each as often as it likes. Throws
    /// `ArgumentError`, with the position in bytes from 1, for any other name in braces and for a brace without its partner,
    /// and for a required place-holder that is missing.
    PromptTemplate(std::string_view text, std::initializer_list<Placeholder> required,
                   std::initializer_list<Placeholder> optional = {}) {
        std::vector<Placeholder> known(required);
        known.insert(known.end(), optional);
        parse(text, known);
        for (const Placeholder placeholder : required) {
            if (!uses(placeholder))
                throw ArgumentError("prompt template: lacks " + in_braces(to_string(placeholder)));
        }
    }

    /// A prompt that asks a question: `{question}`, and `{context}` where there is one.
    static PromptTemplate for_answer(std::string_view text) {
        return {text, {Placeholder::question}, {Placeholder::context}};
    }

    /// A prompt that asks whether an answer is right: `{question}` and `{answer}`, and `{context}` where there is one.
    static PromptTemplate for_verification(std::string_view text) {
        return {text, {Placeholder::question, Placeholder::answer}, {Placeholder::context}};
    }

    [[nodiscard]] bool uses(Placeholder placeholder) const noexcept { return count(placeholder) > 0; }

    /// Throws `ArgumentError` where the prompt is too long even without its context.
    [[nodiscard]] RenderedPrompt render(const PromptValues& values, const RenderLimits& limits = {}) const {
        const std::size_t contexts = count(Placeholder::context);
        const std::size_t fixed = literal_bytes() + count(Placeholder::question) * values.question.size() +
                                  count(Placeholder::answer) * values.answer.size();
        if (fixed > limits.max_bytes) {
            throw ArgumentError("prompt: expected at most " + std::to_string(limits.max_bytes) +
                                " bytes, found " + std::to_string(fixed) + " without the context");
        }
        PromptValues shown = values;
        if (contexts > 0) {
            const std::size_t room = (limits.max_bytes - fixed) / contexts;
            shown.context = limits.cut == ContextEnd::back ? first_bytes(values.context, room)
                                                           : last_bytes(values.context, room);
        }
        RenderedPrompt prompt{{}, values.context.size() - shown.context.size()};
        prompt.text.reserve(fixed + contexts * shown.context.size());
        for (const Piece& piece : pieces_) {
            prompt.text += piece.literal;
            if (piece.next) prompt.text += value_of(*piece.next, shown);
        }
        return prompt;
    }

 private:
    /// A text and the place-holder behind it.
    struct Piece {
        std::string literal{};
        std::optional<Placeholder> next{};
    };

    static std::string in_braces(std::string_view name) { return "{" + std::string(name) + "}"; }

    static std::string_view value_of(Placeholder placeholder, const PromptValues& values) noexcept {
        switch (placeholder) {
            case Placeholder::context:
                return values.context;
            case Placeholder::question:
                return values.question;
            case Placeholder::answer:
                return values.answer;
        }
        return {};
    }

    static Placeholder parse_name(std::string_view name, const std::vector<Placeholder>& known,
                                  std::size_t position) {
        for (const Placeholder placeholder : known) {
            if (name == to_string(placeholder)) return placeholder;
        }
        std::vector<std::string> names;
        for (const Placeholder placeholder : known) names.push_back(in_braces(to_string(placeholder)));
        fail(position,
             "expected " + joined(names) + " or a doubled brace, found " + in_quotes(in_braces(name)));
    }

    [[noreturn]] static void fail(std::size_t position, const std::string& what) {
        throw ArgumentError("prompt template: byte " + std::to_string(position + 1) + ": " + what);
    }

    void parse(std::string_view text, const std::vector<Placeholder>& known) {
        Piece piece;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c != '{' && c != '}') {
                piece.literal += c;
            } else if (i + 1 < text.size() && text[i + 1] == c) {
                piece.literal += text[i++];
            } else if (c == '}') {
                fail(i, "found a } without its {; a literal brace is written }}");
            } else {
                const std::size_t end = text.find_first_of("{}", i + 1);
                if (end == std::string_view::npos || text[end] == '{') {
                    fail(i, "found a { without its }; a literal brace is written {{");
                }
                piece.next = parse_name(text.substr(i + 1, end - i - 1), known, i);
                pieces_.push_back(std::exchange(piece, {}));
                i = end;
            }
        }
        pieces_.push_back(std::move(piece));
    }

    [[nodiscard]] std::size_t count(Placeholder placeholder) const noexcept {
        return static_cast<std::size_t>(std::count_if(
            pieces_.begin(), pieces_.end(), [=](const Piece& piece) { return piece.next == placeholder; }));
    }

    [[nodiscard]] std::size_t literal_bytes() const noexcept {
        std::size_t bytes = 0;
        for (const Piece& piece : pieces_) bytes += piece.literal.size();
        return bytes;
    }

    std::vector<Piece> pieces_;
};

}  // namespace automix
