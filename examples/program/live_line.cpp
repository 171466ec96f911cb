// SPDX-License-Identifier: Apache-2.0
#include "live_line.hpp"

#include "command.hpp"

#include <automix/core/format.hpp>
#include <automix/core/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
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

/// Returns `3 s`, `2 min 10 s` or `1 h 5 min`.
std::string duration_text(double seconds) {
    constexpr int minute = 60;
    constexpr double longest = 1e8;
    const int all = static_cast<int>(std::min(longest, std::ceil(seconds)));
    if (all < minute) return std::to_string(all) + " s";
    const int minutes = all / minute;
    if (minutes < minute) return std::to_string(minutes) + " min " + std::to_string(all % minute) + " s";
    return std::to_string(minutes / minute) + " h " + std::to_string(minutes % minute) + " min";
}

}  // namespace

LiveLine::LiveLine() : is_terminal_(has_terminal()) {}

LiveLine::~LiveLine() {
    if (width_ > 0) std::fprintf(stderr, "\r%s\r", std::string(width_, ' ').c_str());
}

void LiveLine::show(std::string text, double seconds) {
    constexpr std::size_t columns = 79;
    constexpr double interval = 0.2;
    text.resize(first_bytes(text, columns).size());
    const std::size_t width = text.size();
    text.resize(std::max(width, width_), ' ');
    std::fprintf(stderr, "\r%s", text.c_str());
    width_ = width;
    next_ = seconds + interval;
}

std::string progress_text(const Progress& progress, double seconds) {
    std::string text = printable(progress.step);
    if (!progress.detail.empty()) text += ", " + printable(progress.detail);
    std::string figures;
    const auto add = [&](const std::string& figure) { figures += (figures.empty() ? "" : ", ") + figure; };
    const double share = progress.total > 0.0 ? std::min(1.0, progress.done / progress.total) : 0.0;
    if (progress.total > 0.0) add(format_fixed(100.0 * share, 0) + " %");
    constexpr double known = 0.5;  // seconds after which a rate means something
    if (seconds > known && progress.done > 0.0) {
        if (!progress.unit.empty())
            add(format_significant(progress.done / seconds, 2) + " " + progress.unit + "/s");
        if (share > 0.0 && share < 1.0) add(duration_text(seconds * (1.0 - share) / share) + " left");
    }
    return figures.empty() ? text + " ..." : text + ": " + figures;
}

void ProgressLine::show(const Progress& progress) {
    if (progress.step != step_) {
        step_ = progress.step;
        step_begin_ = Clock::now();
    }
    const double seconds = since(begin_);
    if (line_.is_due(seconds)) line_.show(progress_text(progress, since(step_begin_)), seconds);
}

}  // namespace automix::program
