// SPDX-License-Identifier: Apache-2.0
// Definitions of the room verify.
#include <automix/verify/detail/few_shot_prompt_inl.hpp>
#include <automix/verify/detail/prompt_template_inl.hpp>
#include <automix/verify/detail/verdict_parser_inl.hpp>
#include <automix/verify/detail/verdict_rules_inl.hpp>
