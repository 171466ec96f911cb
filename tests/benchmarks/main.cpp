// SPDX-License-Identifier: Apache-2.0
// The benchmark program: automix_benchmarks [--rows=N[,N...]] [options of Google Benchmark].
#include "benchmarks/suites.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::vector<std::size_t> parse_sizes(const std::string& list) {
    std::vector<std::size_t> sizes;
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ',');) sizes.push_back(std::stoul(part));
    return sizes;
}

/// Takes `--rows=` out of the arguments.
std::vector<std::size_t> take_sizes(int& argc, char** argv) {
    constexpr std::string_view option = "--rows=";
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (!argument.starts_with(option)) continue;
        std::rotate(argv + i, argv + i + 1, argv + argc);
        --argc;
        return parse_sizes(std::string(argument.substr(option.size())));
    }
    return {1000, 10000, 100000, 1000000};
}

}  // namespace

int main(int argc, char** argv) {
    // The tables are made by the row count, so the benchmarks of one size stand together.
    for (const std::size_t rows : take_sizes(argc, argv)) {
        benchmarks::register_training(rows);
        benchmarks::register_decisions(rows);
        benchmarks::register_routing(rows);
    }
    benchmarks::register_context_decisions();
    benchmarks::register_policies();
    benchmarks::register_reading();
    benchmarks::register_live();
    benchmarks::register_large();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
