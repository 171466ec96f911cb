// SPDX-License-Identifier: Apache-2.0
// This file takes from a model's reply what the model means to say. `meant_text` drops
//     - thinking: what stands between the tags of the usual models, as in <think>..</think>, [THINK]..[/THINK] and all
//       channels of gpt-oss but the final one. Tags may have attributes. Thinking that never ends reaches to the end of
//       the reply. Thinking that ends without having begun reaches back to the beginning, as chat templates may write
//       the opening tag. A tag in quotes, or within a sentence, is spoken of and stays;
//     - struck-out text: ~~..~~ within a paragraph, <s>, <del> and <strike>, \sout, \cancel and \st, letters with the
//       combining long stroke, and options beside an empty check box;
//     - invisible characters.
// `answer_text` drops what ends or encloses a whole answer. `plain_text` also writes characters in their plain form
// (text/unicode.hpp) and drops the marks of Markdown, HTML and LaTeX within words and around them: `**in**correct`
// becomes `incorrect`. O(length) for any bytes.
#pragma once

#include <string>
#include <string_view>

namespace automix {

/// A reply in two parts.
struct SeparatedReply {
    std::string text{};      ///< what the reply says; begins with no blank if any thinking was taken out
    std::string thinking{};  ///< all blocks, a line end between them; empty if there is none
};

/// Returns the text of a reply and its thinking, each without the marks between them.
SeparatedReply separate_thinking(std::string_view reply);

/// Returns false for a text without a visible character. Control characters, fillers of Hangul, the blank of Braille
/// and the mark of an object are none.
bool has_text(std::string_view text);

/// Returns the answer in a text without thinking: without end tokens at its end, such as `</s>` and `<|im_end|>`, without
/// the turn of a user that the model writes behind it, and without `<answer>..</answer>` or the marks of a response around
/// the whole. An empty fence of code is an empty answer.
std::string answer_text(std::string_view text);

/// Returns the reply without thinking, end tokens, struck-out text and invisible characters. Other characters and marks stay.
std::string meant_text(std::string_view reply);

/// Returns the meant text with plain characters and without marks of emphasis, code, formulas and style.
std::string plain_text(std::string_view reply);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/reply_text_inl.hpp>
#endif
