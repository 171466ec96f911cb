// SPDX-License-Identifier: Apache-2.0
// Verifies answers by a command of the user's, such as one that runs tests. It runs once for each round of verdicts.
#pragma once

#include <automix/live/config/models_file.hpp>
#include <automix/live/further_verifier.hpp>

namespace automix::program {

/// Returns the verifier of a command. The command reads a line of JSON, as that of a score command without the model. It
/// writes one line: a verdict, 1, 0 or null, or {"verdict":..}; or the probability that the answer is right, a number in
/// [0, 1] or {"probability":..}. A command that fails or writes anything else fails the verification.
AnyVerifier command_verifier(const VerifierConfig& config);

}  // namespace automix::program
