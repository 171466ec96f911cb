// SPDX-License-Identifier: Apache-2.0
// Texts of HTML and SVG. Whatever a log holds is shown as text: no character of it can end a tag, an attribute, a comment or a
// script, and none turns the direction of the text around it.
#pragma once

#include <string>
#include <string_view>

namespace automix::detail {

/// Escapes text for use between tags and in attributes in quotes. Line feeds stay. Other control characters and marks
/// that turn the direction of text are shown as `\x1b` or `\u202e`, and bytes that are not UTF-8 as U+FFFD.
std::string markup_text(std::string_view text);

/// Returns ` name="value"` with the value escaped.
std::string attribute(std::string_view name, std::string_view value);

/// Returns an element with content that is markup. `attributes` is empty or begins with a blank.
std::string element(std::string_view tag, std::string_view attributes, std::string_view content);

/// Returns an element whose content is text.
std::string text_element(std::string_view tag, std::string_view text, std::string_view attributes = {});

/// Returns an estimate of the width of a text in a proportional font of that size, in pixels, rather too large.
double text_pixels(std::string_view text, double font_size);

/// Cuts a text so that its estimated width fits, with an ellipsis at its end if it was cut.
std::string fit_text(std::string_view text, double font_size, double width);

}  // namespace automix::detail

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/markup_inl.hpp>
#endif
