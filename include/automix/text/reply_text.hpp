// SPDX-License-Identifier: Apache-2.0
// This file takes from a model's reply what the model means to say. `meant_text` drops
//     - thinking: what stands between the tags of the usual models, as in <think>..</think>, [THINK]..[/THINK] and the
//       analysis channel of gpt-oss. Thinking that never ends reaches to the end of the reply. Thinking that ends
//       without having begun reaches back to the beginning, as chat templates may write the opening tag;
//     - struck-out text: ~~..~~ within a paragraph, <s>, <del> and <strike>, \sout, \cancel and \st, letters with the
//       combining long stroke, and options beside an empty check box;
//     - invisible characters.
// `plain_text` also writes characters in their plain form (text/unicode.hpp) and drops the marks of Markdown, HTML and
// LaTeX within words and around them: `**in**correct` becomes `incorrect`. O(length) for any bytes.
#pragma once

#include <string>
#include <string_view>

namespace automix {

/// Returns the reply without thinking.
std::string without_thinking(std::string_view reply);

/// Returns the reply without thinking, struck-out text and invisible characters. Other characters and marks stay.
std::string meant_text(std::string_view reply);

/// Returns the meant text with plain characters and without marks of emphasis, code, formulas and style.
std::string plain_text(std::string_view reply);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/text/detail/reply_text_inl.hpp>
#endif
