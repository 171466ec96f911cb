// SPDX-License-Identifier: Apache-2.0
#include "solver_watch.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace automix::program {
namespace {

bool has_terminal() {
#if __has_include(<unistd.h>)
    return isatty(STDERR_FILENO) == 1;
#else
    return false;
#endif
}

volatile std::sig_atomic_t interrupt_noted = 0;

extern "C" void note_interrupt(int signal) {
    interrupt_noted = 1;
    std::signal(signal, SIG_DFL);
}

}  // namespace

LiveLine::LiveLine() : is_terminal_(has_terminal()) {}

LiveLine::~LiveLine() {
    if (width_ > 0) std::fprintf(stderr, "\r%s\r", std::string(width_, ' ').c_str());
}

void LiveLine::show(std::string text, double seconds) {
    constexpr std::size_t columns = 79;
    constexpr double interval = 0.1;
    text.resize(std::min(text.size(), columns));
    const std::size_t width = text.size();
    text.resize(std::max(width, width_), ' ');
    std::fprintf(stderr, "\r%s", text.c_str());
    width_ = width;
    next_ = seconds + interval;
}

InterruptWatch::InterruptWatch() {
    interrupt_noted = 0;
    before_ = std::signal(SIGINT, note_interrupt);
}

InterruptWatch::~InterruptWatch() {
    if (before_ != SIG_ERR) std::signal(SIGINT, before_);
}

bool InterruptWatch::interrupted() const { return interrupt_noted != 0; }

}  // namespace automix::program
