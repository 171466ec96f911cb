// SPDX-License-Identifier: Apache-2.0
// Large logs and many draws, from the file to the result, as the commands `train`, `evaluate` and `frontier` work: reading,
// prices, training with its guard, and the intervals of a thousand resamples. Beside each, nlohmann/json alone parses the
// same lines.
#include "benchmarks/heap.hpp"
#include "benchmarks/log_file.hpp"
#include "benchmarks/suites.hpp"

#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/price_table.hpp>
#include <automix/data/split.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/frontier.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/context_choice.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace benchmarks {
namespace {

/// What a generated log holds.
struct Shape {
    std::size_t models = 2;
    int draws = 8;  ///< 0: confidences with nine digits, as good as all distinct
    std::size_t rows = 0;
    int words = 0;  ///< of the question; if there are any, the log has data sets and recorded prices too

    friend bool operator==(const Shape&, const Shape&) = default;
};

/// Verdicts, and confidences on average, tell right from wrong with 75 %.
std::string verification(automix::Random& random, bool right, int draws) {
    if (draws == 0) {
        std::array<char, 40> text{};
        const double confidence = 0.5 * random.uniform() + (right ? 0.5 * random.uniform() : 0.0);
        std::snprintf(text.data(), text.size(), R"(,"confidence":%.9f)", confidence);
        return text.data();
    }
    std::string text = R"(,"verdicts":[)";
    for (int k = 0; k < draws; ++k) {
        text += k == 0 ? "" : ",";
        text += random.bernoulli(right ? 0.75 : 0.25) ? '1' : '0';
    }
    return text + ']';
}

/// A question of words of a long-tailed vocabulary, some of which belong to the query's data set.
std::string question(automix::Random& random, std::uint64_t dataset, int words) {
    constexpr double vocabulary = 20'000.0;
    std::string text = R"("dataset":"d)" + std::to_string(dataset) + R"(","question":")";
    for (int word = 0; word < words; ++word) {
        const double u = random.uniform();
        text += random.bernoulli(0.1) ? "d" + std::to_string(dataset) + "x" + std::to_string(random.index(50))
                                      : "w" + std::to_string(static_cast<int>(vocabulary * u * u * u));
        text += ' ';
    }
    return text + R"(",)";
}

/// Recorded prices of an answer and of a draw, which differ by data set and from row to row.
std::string recorded_prices(automix::Random& random, std::size_t model, std::uint64_t dataset) {
    const double price = (model == 0 ? 1.0 : 50.0) * (0.5 + random.uniform() + static_cast<double>(dataset));
    return R"(,"cost":)" + std::to_string(price) + R"(,"draw_cost":)" + std::to_string(0.125 * price);
}

Lines make_lines(const Shape& shape) {
    automix::Random random(1);
    Lines lines;
    lines.reserve(shape.rows);
    for (std::size_t row = 0; row < shape.rows; ++row) {
        std::string line = R"({"schema":"automix-log/1","id":"q)" + std::to_string(row) + R"(",)";
        const std::uint64_t dataset = shape.words > 0 ? random.index(4) : 0;
        if (shape.words > 0) line += question(random, dataset, shape.words);
        line += R"("models":[)";
        for (std::size_t m = 0; m < shape.models; ++m) {
            const bool last = m + 1 == shape.models;
            const double able = 0.5 + 0.3 * static_cast<double>(m) / static_cast<double>(shape.models - 1);
            const bool right = random.bernoulli(able - (m == 0 ? 0.1 : 0.02) * static_cast<double>(dataset));
            line += (m == 0 ? R"({"name":"m)" : R"(,{"name":"m)") + std::to_string(m) + R"(","score":)" +
                    (right ? "1" : "0") + (last ? "" : verification(random, right, shape.draws)) +
                    (shape.words > 0 ? recorded_prices(random, m, dataset) : "") + '}';
        }
        lines.push_back(line + "]}");
    }
    return lines;
}

/// The lines of that log. Only the last one asked for is kept.
const Lines& lines_of(const Shape& shape) {
    static Shape kept;
    static Lines lines;
    if (!(kept == shape)) {
        lines = make_lines(shape);
        kept = shape;
    }
    return lines;
}

automix::Prices prices_of(const Shape& shape) {
    automix::Prices prices;
    if (shape.words > 0) return prices;
    for (std::size_t m = 0; m < shape.models; ++m)
        prices.answers.push_back(std::pow(5.0, static_cast<double>(m)));
    prices.answers.back() = 50.0 * std::pow(5.0, static_cast<double>(shape.models - 2));
    prices.draws = {0.125};
    return prices;
}

/// Both parts of a log, with prices settled over the whole.
struct PricedParts {
    automix::Split rows;
    automix::PriceTable train;
    automix::PriceTable test;

    PricedParts(const automix::Dataset& data, const automix::Prices& prices)
        : rows(automix::split_by_hash(data, 0.5)),
          train(automix::resolve_prices(rows.train, prices)),
          test(automix::resolve_prices(rows.test, prices)) {}
};

void train(const std::string& path, const automix::Prices& prices) {
    const automix::Log log = automix::read_log(path);
    automix::PomdpRouter router;
    benchmark::DoNotOptimize(router.train({log.data, automix::resolve_prices(log.data, prices)}));
}

/// Trains with the facts on queries that a choice names.
void train_context(const std::string& path, const automix::ContextChoice& choice) {
    automix::ReadOptions options;
    options.keep_facts = true;
    const automix::Log log = automix::read_log(path, options);
    automix::PomdpOptions pomdp;
    pomdp.context = choice;
    automix::PomdpRouter router(pomdp);
    benchmark::DoNotOptimize(router.train({log.data, automix::resolve_prices(log.data)}));
}

void train_text(const std::string& path, const automix::Prices&) {
    train_context(path, {false, {.dataset = true, .text = true}});
}

void train_best(const std::string& path, const automix::Prices&) { train_context(path, {}); }

void evaluate(const std::string& path, const automix::Prices& prices) {
    const automix::Log log = automix::read_log(path);
    const PricedParts parts(log.data, prices);
    automix::PomdpRouter router;
    router.train({parts.rows.train, parts.train});
    const automix::Evaluator tests(parts.rows.test, parts.test, {});
    benchmark::DoNotOptimize(tests.evaluate_all(std::vector{router}));
}

void frontier(const std::string& path, const automix::Prices& prices) {
    const automix::Log log = automix::read_log(path);
    const PricedParts parts(log.data, prices);
    const automix::AnyRouter router = automix::AnyRouter::of(automix::PomdpRouter());
    benchmark::DoNotOptimize(
        automix::trace_frontier(router, {parts.rows.train, parts.train}, parts.rows.test, parts.test));
}

using Work = void (*)(const std::string& path, const automix::Prices& prices);

void add(const std::string& name, const Shape& shape, Work work) {
    const std::string suffix = '/' + name + '/' + std::to_string(shape.rows);
    benchmark::RegisterBenchmark(("large" + suffix).c_str(), [=](benchmark::State& state) {
        const LogFile file(lines_of(shape));
        const automix::Prices prices = prices_of(shape);
        std::ptrdiff_t peak = 0;
        for (auto _ : state) {
            const HeapMeter meter;
            work(file.path(), prices);
            peak = HeapMeter::peak();
        }
        state.counters["peak"] = static_cast<double>(peak);
    })->Iterations(1);
    benchmark::RegisterBenchmark(("parse" + suffix).c_str(), [=](benchmark::State& state) {
        parse_lines(state, lines_of(shape));
    })->Iterations(1);
}

}  // namespace

void register_large() {
    add("train, distinct confidences", {2, 0, 100'000}, train);
    add("train, distinct confidences", {2, 0, 1'000'000}, train);
    add("train, 8 verdicts", {2, 8, 1'000'000}, train);
    add("train, text of 60 words", {2, 8, 10'000, 60}, train_text);
    add("train, best of the facts, 60 words", {2, 8, 10'000, 60}, train_best);
    add("train, best of the facts, 100 words", {2, 8, 100'000, 100}, train_best);
    add("evaluate, 8 verdicts", {2, 8, 1'000'000}, evaluate);
    add("frontier, 8 verdicts", {2, 8, 1'000'000}, frontier);
    add("train, 5 models of 20 verdicts", {5, 20, 20'000}, train);
    add("train, 3 models of 64 verdicts", {3, 64, 20'000}, train);
}

}  // namespace benchmarks
