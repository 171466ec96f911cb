// SPDX-License-Identifier: Apache-2.0
// Definitions of the room text.
#include <automix/text/detail/metric_inl.hpp>
#include <automix/text/detail/multiple_choice_inl.hpp>
#include <automix/text/detail/normalise_inl.hpp>
#include <automix/text/detail/reply_text_inl.hpp>
#include <automix/text/detail/unicode_inl.hpp>
