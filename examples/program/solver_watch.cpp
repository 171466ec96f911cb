// SPDX-License-Identifier: Apache-2.0
#include "solver_watch.hpp"

#include <array>
#include <csignal>
#include <cstddef>

namespace automix::program {
namespace {

#ifdef SIGHUP
constexpr std::array<int, 3> signals = {SIGINT, SIGTERM, SIGHUP};
#else
constexpr std::array<int, 2> signals = {SIGINT, SIGTERM};
#endif

volatile std::sig_atomic_t interruptions_noted = 0;
volatile std::sig_atomic_t interruptions_left = 0;
volatile std::sig_atomic_t last_signal = 0;
volatile std::sig_atomic_t left_ignored = 0;  // SIGHUP under nohup; 0: none

extern "C" void note_interrupt(int signal) {
    last_signal = signal;
    interruptions_noted = interruptions_noted + 1;
    interruptions_left = interruptions_left - 1;
    // Some systems take the handler away with the first signal.
    for (const int each : signals) {
        if (each != left_ignored) std::signal(each, interruptions_left > 0 ? note_interrupt : SIG_DFL);
    }
}

}  // namespace

InterruptWatch::InterruptWatch(int noted) {
    last_signal = 0;
    interruptions_noted = 0;
    interruptions_left = noted;
    left_ignored = 0;
    for (const int each : signals) {
        before_.push_back(std::signal(each, note_interrupt));
        if (each == SIGINT || each == SIGTERM || before_.back() != SIG_IGN) continue;
        left_ignored = each;
        std::signal(each, SIG_IGN);
    }
}

InterruptWatch::~InterruptWatch() {
    for (std::size_t i = 0; i < before_.size(); ++i) {
        if (before_[i] != SIG_ERR) std::signal(signals[i], before_[i]);
    }
}

int InterruptWatch::interruptions() const { return interruptions_noted; }

int InterruptWatch::signal() const { return last_signal; }

}  // namespace automix::program
