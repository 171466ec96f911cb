// SPDX-License-Identifier: Apache-2.0
// Logs of the benchmarks on disk, and nlohmann/json alone parsing their lines from memory into documents that are thrown
// away, which the work on the same log is compared with.
#pragma once

#include <benchmark/benchmark.h>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace benchmarks {

using Lines = std::vector<std::string>;

/// A log on disk for as long as this lives.
class LogFile {
 public:
    explicit LogFile(const Lines& lines) {
        std::ofstream file(path_, std::ios::binary);
        for (const std::string& line : lines) file << line << '\n';
        if (!file.flush()) throw std::runtime_error("cannot write " + path_.string());
    }
    ~LogFile() { std::filesystem::remove(path_); }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    [[nodiscard]] std::string path() const { return path_.string(); }

 private:
    std::filesystem::path path_ = std::filesystem::temp_directory_path() / "automix_benchmarks.jsonl";
};

inline void set_bytes(benchmark::State& state, const Lines& lines) {
    std::size_t bytes = 0;
    for (const std::string& line : lines) bytes += line.size() + 1;
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
    state.counters["bytes"] = static_cast<double>(bytes);
}

inline void parse_lines(benchmark::State& state, const Lines& lines) {
    for (auto _ : state) {
        for (const std::string& line : lines) benchmark::DoNotOptimize(nlohmann::json::parse(line));
    }
    set_bytes(state, lines);
}

}  // namespace benchmarks
