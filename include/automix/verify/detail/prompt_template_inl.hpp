// SPDX-License-Identifier: Apache-2.0
// Definitions of verify/prompt_template.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/utf8.hpp>
#include <automix/verify/prompt_template.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE std::string escape_braces(std::string_view text) {
    std::string escaped;
    for (const char c : text) escaped.append(c == '{' || c == '}' ? 2 : 1, c);
    return escaped;
}

AUTOMIX_INLINE PromptTemplate::PromptTemplate(std::string_view text,
                                              std::initializer_list<Placeholder> required,
                                              std::initializer_list<Placeholder> optional) {
    std::vector<Placeholder> known(required);
    known.insert(known.end(), optional);
    parse(text, known);
    for (const Placeholder placeholder : required) {
        if (!uses(placeholder))
            throw ArgumentError("prompt template: lacks " + in_braces(to_string(placeholder)));
    }
}

AUTOMIX_INLINE PromptTemplate PromptTemplate::for_answer(std::string_view text) {
    return {text, {Placeholder::question}, {Placeholder::context}};
}

AUTOMIX_INLINE PromptTemplate PromptTemplate::for_verification(std::string_view text) {
    return {text, {Placeholder::question, Placeholder::answer}, {Placeholder::context}};
}

AUTOMIX_INLINE PromptTemplate PromptTemplate::without_context(PromptTemplate plain) const {
    PromptTemplate both = *this;
    both.plain_ = std::make_shared<const PromptTemplate>(std::move(plain));
    return both;
}

AUTOMIX_INLINE RenderedPrompt PromptTemplate::render(const PromptValues& values,
                                                     const RenderLimits& limits) const {
    if (plain_ && values.context.empty()) return plain_->render(values, limits);
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

AUTOMIX_INLINE std::string_view PromptTemplate::value_of(Placeholder placeholder,
                                                         const PromptValues& values) noexcept {
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

AUTOMIX_INLINE Placeholder PromptTemplate::parse_name(std::string_view name,
                                                      const std::vector<Placeholder>& known,
                                                      std::size_t position) {
    for (const Placeholder placeholder : known) {
        if (name == to_string(placeholder)) return placeholder;
    }
    std::vector<std::string> names;
    for (const Placeholder placeholder : known) names.push_back(in_braces(to_string(placeholder)));
    fail(position, "expected " + joined(names) + " or a doubled brace, found " + in_quotes(in_braces(name)));
}

AUTOMIX_INLINE void PromptTemplate::fail(std::size_t position, const std::string& what) {
    throw ArgumentError("prompt template: byte " + std::to_string(position + 1) + ": " + what);
}

AUTOMIX_INLINE void PromptTemplate::parse(std::string_view text, const std::vector<Placeholder>& known) {
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

AUTOMIX_INLINE std::size_t PromptTemplate::count(Placeholder placeholder) const noexcept {
    return static_cast<std::size_t>(std::count_if(
        pieces_.begin(), pieces_.end(), [=](const Piece& piece) { return piece.next == placeholder; }));
}

AUTOMIX_INLINE std::size_t PromptTemplate::literal_bytes() const noexcept {
    std::size_t bytes = 0;
    for (const Piece& piece : pieces_) bytes += piece.literal.size();
    return bytes;
}

}  // namespace automix
