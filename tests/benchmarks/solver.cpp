// SPDX-License-Identifier: Apache-2.0
// Bounds of the solvers on the field's standard problems, as a Markdown table: after 1, 5 and 20 seconds on one core, and
// where SARSOP's bounds are those of precision 1e-6 also the time to that gap, beside
// those that SARSOP (APPL 0.96, precision 1e-3) reached in at most 20 seconds on one core of a comparable machine, and the
// value of point-based value iteration at 200 beliefs beside AI-Toolbox's. Usage: automix_solver_benchmark FOLDER [NAME...]
#include <automix/core/format.hpp>
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/solution.hpp>
#include <automix/pomdp/solvers/point_based.hpp>
#include <automix/pomdp/solvers/sarsop.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using automix::format_fixed;
using namespace automix::pomdp;

/// What others reach, in their own runs.
struct Peer {
    const char* problem;
    double lower, upper, seconds;           ///< SARSOP
    double toolbox_value, toolbox_seconds;  ///< AI-Toolbox, PBVI at 200 beliefs

    /// SARSOP ran to precision 1e-6.
    [[nodiscard]] bool closed() const noexcept { return lower == upper; }
};

constexpr std::array<Peer, 15> peers{{{"tiger.95", 19.3714, 19.3714, 0.01, 19.37118, 0.05},
                                      {"tiger.aaai", 1.93344, 1.93344, 0.0, 1.93342, 0.01},
                                      {"1d", 1.26034, 1.26034, 0.0, 1.26032, 0.01},
                                      {"paint.95", 3.2936, 3.2936, 0.04, 3.29341, 0.03},
                                      {"network", 293.185, 293.398, 20.0, 293.1851, 0.22},
                                      {"parr95.95", 7.20104, 7.20104, 0.0, 7.20097, 0.05},
                                      {"shuttle.95", 32.8897, 32.8897, 0.02, 32.88954, 0.19},
                                      {"4x3.95", 1.88988, 1.88988, 11.3, 1.88956, 0.74},
                                      {"cheese.95", 3.48621, 3.48621, 0.03, 3.48602, 0.19},
                                      {"mini-hall2", 2.71428, 2.71428, 0.08, 2.71410, 0.23},
                                      {"tiger-grid", 2.2247, 2.5354, 20.0, 1.590, 15.0},
                                      {"hallway", 0.9848, 1.2103, 20.0, 0.843, 28.0},
                                      {"hallway2", 0.3224, 0.9143, 20.0, 0.358, 46.0},
                                      {"RockSample_4_4", 17.9245, 17.9245, 0.22, 11.90, 4.6},
                                      {"tagavoid", -6.3168, -1.6112, 20.6, -9.75, 43.0}}};

constexpr std::array<double, 3> marks{1.0, 5.0, 20.0};

std::string bounds(const Progress& progress) {
    return format_fixed(progress.lower, 4) + " / " + format_fixed(progress.upper, 4);
}

/// The bounds at each mark, or where the gap was closed before.
std::vector<std::string> sarsop_cells(const Model& model) {
    std::vector<std::string> cells;
    SarsopOptions options;
    options.stop.time_limit = marks.back();
    options.stop.on_progress = [&](const Progress& progress) {
        while (cells.size() + 1 < marks.size() && progress.seconds >= marks[cells.size()])
            cells.push_back(bounds(progress));
        return true;
    };
    const Solution solution = solve_sarsop(model, options);
    const bool closed = solution.stopped == Stopped::gap;
    while (cells.size() < marks.size()) {
        cells.push_back(bounds(solution) + (closed ? " in " + format_fixed(solution.seconds, 3) + " s" : ""));
        if (closed) break;
    }
    cells.resize(marks.size());
    return cells;
}

/// The bounds at a gap of 1e-6, or where time ran out.
std::string closing_cell(const Model& model) {
    SarsopOptions options;
    options.stop.gap = 1e-6;
    options.stop.time_limit = 60.0;
    const Solution solution = solve_sarsop(model, options);
    return format_fixed(solution.lower, 7) + " / " + format_fixed(solution.upper, 7) + " in " +
           format_fixed(solution.seconds, 3) + " s";
}

/// Seconds until PBVI at 200 beliefs exceeds a value: the median of five seeds; infinite for a seed that never does.
std::string pbvi_cell(const Model& model, double value, double limit) {
    std::vector<double> seconds;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        PointBasedOptions options;
        options.seed = seed;
        options.stop.gap = 0.0;
        options.stop.time_limit = limit;
        options.stop.on_progress = [&](const Progress& progress) { return progress.lower < value; };
        const Solution solution = solve_pbvi(model, options);
        seconds.push_back(solution.lower >= value ? solution.seconds : INFINITY);
    }
    std::sort(seconds.begin(), seconds.end());
    return std::isfinite(seconds[2]) ? format_fixed(seconds[2], 3) + " s" : "not reached";
}

long peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

void print_row(const std::filesystem::path& folder, const Peer& peer) {
    const Model model = automix::read_pomdp((folder / (std::string(peer.problem) + ".pomdp")).string()).model;
    std::string row = std::string("| ") + peer.problem + " | ";
    for (const std::string& cell : sarsop_cells(model)) row += cell + " | ";
    row += (peer.closed() ? closing_cell(model) : std::string()) + " | ";
    row += format_fixed(peer.lower, 4) + " / " + format_fixed(peer.upper, 4) + " in " +
           format_fixed(peer.seconds, 2) + " s | ";
    row += pbvi_cell(model, peer.toolbox_value, std::max(1.0, peer.toolbox_seconds)) + " | ";
    row += format_fixed(peer.toolbox_value, 4) + " in " + format_fixed(peer.toolbox_seconds, 2) + " s | ";
    std::printf("%s%ld |\n", row.c_str(), peak_megabytes());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: automix_solver_benchmark FOLDER [NAME...]\n", stderr);
        return 2;
    }
    const std::vector<std::string> names(argv + 2, argv + argc);
    std::puts(
        "| problem | lower / upper after 1 s | 5 s | 20 s | to gap 1e-6 | SARSOP | PBVI, 200 beliefs, "
        "reaches | "
        "AI-Toolbox's PBVI | "
        "peak MB so far |\n|---|---|---|---|---|---|---|---|---|");
    try {
        for (const Peer& peer : peers) {
            if (names.empty() || std::find(names.begin(), names.end(), peer.problem) != names.end()) {
                print_row(argv[1], peer);
            }
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
