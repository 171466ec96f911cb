// SPDX-License-Identifier: Apache-2.0
// Renders prompts with place-holders. `{context}`, `{question}` and `{answer}` are replaced by a task's texts as they
// are; `{{` and `}}` give braces. If a prompt is too long, only its context is shortened, from a given end. The result
// has the number of bytes cut. A template may have another for tasks without a context. Templates are parsed once;
// rendering is O(length).
#pragma once

#include <automix/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

enum class Placeholder : std::uint8_t { context, question, answer };

constexpr std::string_view to_string(Placeholder placeholder) noexcept {
    constexpr std::array<std::string_view, 3> names = {"context", "question", "answer"};
    return names[static_cast<std::size_t>(placeholder)];
}

/// The texts that replace the place-holders.
struct PromptValues {
    std::string_view context{};
    std::string_view question{};
    std::string_view answer{};
};

enum class ContextEnd : std::uint8_t { front, back };

struct RenderLimits {
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();  ///< maximum length of the whole prompt
    ContextEnd cut = ContextEnd::back;  ///< end at which a context that is too long is cut
};

struct RenderedPrompt {
    std::string text{};
    std::size_t cut_bytes = 0;  ///< number of bytes cut from the context
};

/// Returns `text` with its braces doubled, so that a template takes them literally.
std::string escape_braces(std::string_view text);

class PromptTemplate {
 public:
    /// Parses a template. `text` must hold every required place-holder and may hold the optional ones, each any number
    /// of times. Throws `ArgumentError`, with the position in bytes from 1, for another name in braces and for an
    /// unpaired brace. Throws it too if a required place-holder is missing.
    PromptTemplate(std::string_view text, std::initializer_list<Placeholder> required,
                   std::initializer_list<Placeholder> optional = {});

    /// Returns a prompt that asks a question, with `{question}` and optionally `{context}`.
    static PromptTemplate for_answer(std::string_view text);

    /// Returns a prompt that asks whether an answer is right, with `{question}`, `{answer}` and optionally `{context}`.
    static PromptTemplate for_verification(std::string_view text);

    /// Returns this template with another one that is rendered in its place if the context is empty.
    [[nodiscard]] PromptTemplate without_context(PromptTemplate plain) const;

    [[nodiscard]] bool uses(Placeholder placeholder) const noexcept { return count(placeholder) > 0; }

    /// Returns the prompt for these texts. Throws `ArgumentError` if it is too long even without its context.
    [[nodiscard]] RenderedPrompt render(const PromptValues& values, const RenderLimits& limits = {}) const;

 private:
    /// A text and the place-holder behind it.
    struct Piece {
        std::string literal{};
        std::optional<Placeholder> next{};
    };

    static std::string in_braces(std::string_view name) { return "{" + std::string(name) + "}"; }

    static std::string_view value_of(Placeholder placeholder, const PromptValues& values) noexcept;

    static Placeholder parse_name(std::string_view name, const std::vector<Placeholder>& known,
                                  std::size_t position);

    [[noreturn]] static void fail(std::size_t position, const std::string& what);

    void parse(std::string_view text, const std::vector<Placeholder>& known);

    [[nodiscard]] std::size_t count(Placeholder placeholder) const noexcept;

    [[nodiscard]] std::size_t literal_bytes() const noexcept;

    std::vector<Piece> pieces_;
    std::shared_ptr<const PromptTemplate> plain_{};  ///< for an empty context; may be null
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/verify/detail/prompt_template_inl.hpp>
#endif
