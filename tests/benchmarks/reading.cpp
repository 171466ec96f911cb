// SPDX-License-Identifier: Apache-2.0
// Reading a log into columns, file and all, against nlohmann/json alone parsing the same lines from memory into
// documents that are thrown away. Two kinds of log: `recorded`, the examples' data (long records, mostly texts), as it is
// and repeated under new ids; `short`, the synthetic table with nothing but what training needs.
// Beside the speed: the heap that the data set keeps, and by how much the peak exceeds it.
#include "benchmarks/heap.hpp"
#include "benchmarks/log_file.hpp"
#include "benchmarks/suites.hpp"
#include "benchmarks/table.hpp"

#include <automix/core/verdict.hpp>
#include <automix/data/log/log.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace benchmarks {
namespace {

/// The lines of all logs among the examples, in the order of their names.
const Lines& recorded_lines() {
    static const Lines lines = [] {
        std::vector<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::directory_iterator(AUTOMIX_EXAMPLES_DIR "/data")) {
            if (entry.path().extension() == ".jsonl") paths.push_back(entry.path());
        }
        std::sort(paths.begin(), paths.end());
        Lines all;
        for (const auto& path : paths) {
            std::ifstream file(path);
            for (std::string line; std::getline(file, line);) all.push_back(line);
        }
        return all;
    }();
    return lines;
}

/// The recorded lines so many times, the copy's number before each id.
Lines repeated_lines(std::size_t copies) {
    const std::string field = R"("id":")";
    Lines all;
    for (std::size_t copy = 0; copy < copies; ++copy) {
        for (std::string line : recorded_lines()) {
            const auto position = line.find(field);
            if (position == std::string::npos) throw std::runtime_error("a record without an id");
            all.push_back(line.insert(position + field.size(), std::to_string(copy) + '-'));
        }
    }
    return all;
}

/// The synthetic table as a log.
Lines short_lines(std::size_t rows) {
    Lines all;
    for (std::size_t i = 0; i < rows; ++i) {
        const TableRow row = table_row(i);
        std::vector<int> verdicts;
        for (const automix::Verdict verdict : row.verdicts) verdicts.push_back(static_cast<int>(verdict));
        const nlohmann::ordered_json record = {
            {"schema", "automix-log/1"},
            {"id", std::to_string(i)},
            {"models",
             {{{"name", "small"}, {"score", row.small / 8.0}, {"verdicts", verdicts}},
              {{"name", "large"}, {"score", row.large / 8.0}}}}};
        all.push_back(record.dump());
    }
    return all;
}

void read(benchmark::State& state, const Lines& lines) {
    const LogFile file(lines);
    for (auto _ : state) benchmark::DoNotOptimize(automix::read_log(file.path()));
    set_bytes(state, lines);

    const HeapMeter meter;
    const automix::Log log = automix::read_log(file.path());
    state.counters["kept"] = static_cast<double>(HeapMeter::now());
    state.counters["beyond"] = static_cast<double>(HeapMeter::peak() - HeapMeter::now());
}

template <class Make>
void register_log(const std::string& kind, std::size_t rows, Make make) {
    const std::string suffix = '/' + kind + '/' + std::to_string(rows);
    benchmark::RegisterBenchmark(("read" + suffix).c_str(),
                                 [make](benchmark::State& state) { read(state, make()); });
    benchmark::RegisterBenchmark(("parse" + suffix).c_str(),
                                 [make](benchmark::State& state) { parse_lines(state, make()); });
}

}  // namespace

void register_reading() {
    for (const std::size_t copies : {1U, 16U}) {
        register_log("recorded", copies * recorded_lines().size(),
                     [copies] { return repeated_lines(copies); });
    }
    constexpr std::size_t short_rows = 100000;
    register_log("short", short_rows, [] { return short_lines(short_rows); });
}

}  // namespace benchmarks
