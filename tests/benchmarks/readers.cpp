// SPDX-License-Identifier: Apache-2.0
// Times reading one log by the compiled library, as it is built, beside nlohmann/json parsing its lines from memory. Prints
// seconds of processor time as JSON. `readers.py` runs it and sets other readers beside it.
#include "benchmarks/log_file.hpp"

#include <automix/data/collect_statistics.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/price_table.hpp>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <limits>
#include <string>

namespace {

/// Returns the least processor time of three runs, in seconds.
template <class Work>
double seconds(Work work) {
    double least = std::numeric_limits<double>::max();
    for (int run = 0; run < 3; ++run) {
        const std::clock_t begin = std::clock();
        work();
        least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return least;
}

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fputs("usage: automix_readers_benchmark LOG\n", stderr);
        return 2;
    }
    const std::string path = words[1];
    benchmarks::Lines lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);

    const double parse = seconds([&] {
        for (const std::string& line : lines) benchmark::DoNotOptimize(nlohmann::json::parse(line));
    });
    const double stream = seconds([&] {
        automix::LogReader reader(path);
        automix::LogRecord record;
        while (reader.next(record)) benchmark::DoNotOptimize(record);
    });
    const double read = seconds([&] { benchmark::DoNotOptimize(automix::read_log(path)); });

    const automix::Dataset data = automix::read_dataset(path);
    automix::Prices prices;
    prices.answers.assign(static_cast<std::size_t>(data.models()), 1.0);
    prices.draws = {0.125};
    const automix::PriceTable table = automix::resolve_prices(data, prices);
    const double collect =
        seconds([&] { benchmark::DoNotOptimize(automix::collect_statistics(data, table)); });
    std::printf(R"({"rows":%zu,"parse":%.4f,"stream":%.4f,"read":%.4f,"collect":%.4f})"
                "\n",
                lines.size(), parse, stream, read, collect);
    return 0;
}
