// SPDX-License-Identifier: Apache-2.0
// Runs a command of the user's in a shell, with answers as its input.
#pragma once

#include <automix/live/query.hpp>

#include <string>

namespace automix::program {

/// Returns the line of JSON that a command reads of an answer:
/// {"id":..,"question":..,"context":..,"reference":..,"model":..,"answer":..}. Bytes that are no UTF-8 are replaced.
/// `model` is left out if it is empty.
std::string answer_line(const Query& query, const std::string& model, const std::string& answer);

/// Writes a file that only its owner can read. Throws `DataError` if it cannot be written.
void write_private(const std::string& file, const std::string& text);

/// Runs the command with the file as its standard input, so that one that writes before it has read everything does not
/// block. Returns its standard output. Throws `ArgumentError` with the reason if it cannot be started or fails.
std::string output_of(const std::string& command, const std::string& file);

}  // namespace automix::program
