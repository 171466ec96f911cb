// SPDX-License-Identifier: Apache-2.0
// Verifies answers, or makes a signal of them, by a command of the user's, such as one that runs tests. A verifier runs
// once for each round of verdicts, a signal once for each answer.
#pragma once

#include <automix/live/answer_signals.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/further_verifier.hpp>

namespace automix::program {

/// Returns the verifier of a command. The command reads a line of JSON, as that of a score command without the model. It
/// writes one line: a verdict, 1, 0 or null, or {"verdict":..}; or the probability that the answer is right, a number in
/// [0, 1] or {"probability":..}. A command that fails or writes anything else fails the verification.
AnyVerifier command_verifier(const VerifierConfig& config);

/// Returns the signal of a command. The command reads the same line. It writes one line: a number, a boolean, or null if the answer does not
/// have the signal; or {"value":..}. If it fails or writes anything else, the answer lacks the signal.
AnySignal command_signal(const SignalConfig& config);

}  // namespace automix::program
