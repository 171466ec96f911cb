// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/watch.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/stream/drift.hpp>
#include <automix/stream/reference_rates.hpp>
#include <automix/stream/request_record.hpp>
#include <automix/stream/watch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The numbers of one thing that is watched, with the requests that they come from.
struct WatchedNumbers {
    Watched figures{};
    double reference_rows = 0.0;
    std::vector<double> values{};
    std::vector<const std::string*> ids{};

    void add(double value, const RequestRecord& request) {
        values.push_back(value);
        ids.push_back(&request.id);
    }
};

/// Returns the share of delta that is left to the test of a mean, beside the error of its reference.
inline constexpr double tested_share = 0.75;

/// Fills in the figures of numbers and tests them. `error` is the probability of a false alarm of this test alone, and
/// `tests` is the number of tests.
inline Watched tested(WatchedNumbers numbers, double error, double tests, std::uint64_t seed) {
    Watched& figures = numbers.figures;
    const std::vector<double>& values = numbers.values;
    figures.requests = std::ssize(values);
    if (values.empty()) return figures;
    const auto mean_from = [&](Index first) {
        return std::accumulate(values.begin() + first, values.end(), 0.0) /
               static_cast<double>(std::ssize(values) - first);
    };
    figures.mean = figures.recent = mean_from(0);
    const auto conclude = [&](const ChangeBets& bets, double of_reference) {
        figures.p_value = std::min(1.0, tests * (bets.p_value() + of_reference));
        figures.alarm = figures.p_value <= tests * error;
        if (!figures.alarm) return;
        figures.since = *numbers.ids[as_size(bets.since())];
        figures.recent = mean_from(bets.since());
    };
    if (figures.kind == WatchedKind::price || figures.kind == WatchedKind::latency) {
        RankChange test(seed);
        for (const double value : values) test.add(value);
        conclude(test.bets(), 0.0);
    } else {
        const double of_reference = (1.0 - tested_share) * error;
        MeanChange test(reference_interval(*figures.reference, numbers.reference_rows, of_reference));
        for (const double value : values) test.add(value);
        conclude(test.bets(), of_reference);
    }
    return figures;
}

/// Returns the requests in the order in which they came.
inline std::vector<const RequestRecord*> in_order_of_time(const std::vector<RequestRecord>& requests) {
    std::vector<const RequestRecord*> ordered;
    ordered.reserve(requests.size());
    for (const RequestRecord& request : requests) ordered.push_back(&request);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const RequestRecord* a, const RequestRecord* b) { return a->time < b->time; });
    return ordered;
}

/// Returns the names that the backend of a model gave. More than one is an alarm, and no matter of chance.
inline Watched served_names(const std::vector<const RequestRecord*>& requests, const std::string& model) {
    Watched figures;
    figures.kind = WatchedKind::name;
    figures.model = model;
    for (const RequestRecord* request : requests) {
        const RequestModel* seen = find_model(*request, model);
        if (seen == nullptr || !seen->served_model) continue;
        ++figures.requests;
        if (std::find(figures.names.begin(), figures.names.end(), *seen->served_model) != figures.names.end())
            continue;
        figures.names.push_back(*seen->served_model);
        if (figures.names.size() == 2) {
            figures.alarm = true;
            figures.p_value = 0.0;
            figures.since = request->id;
        }
    }
    return figures;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string_view name_of(WatchedKind kind) {
    constexpr std::array<std::string_view, 6> names = {"verdicts", "unparsed", "score",
                                                       "price",    "latency",  "name"};
    return names[static_cast<std::size_t>(kind)];
}

AUTOMIX_INLINE bool WatchReport::alarm() const {
    return std::any_of(watched.begin(), watched.end(), [](const Watched& part) { return part.alarm; });
}

AUTOMIX_INLINE WatchReport watch(const std::vector<RequestRecord>& requests, const PomdpRouter& policy,
                                 const Statistics& statistics, const WatchOptions& options) {
    if (!(options.delta > 0.0 && options.delta < 1.0))
        throw ArgumentError("delta: expected a probability between 0 and 1, found " +
                            format_number(options.delta));
    if (requests.empty()) throw DataError("no requests to watch");
    const std::vector<const RequestRecord*> ordered = detail::in_order_of_time(requests);
    const ReferenceRates reference = reference_rates(statistics);
    const bool reads = policy.reads().any() || !policy.signals().empty();
    std::vector<detail::WatchedNumbers> all;
    const auto track = [&](WatchedKind kind, const std::string& model, std::optional<double> mean,
                           double rows) {
        detail::WatchedNumbers& numbers = all.emplace_back();
        numbers.figures.kind = kind;
        numbers.figures.model = model;
        numbers.figures.reference = mean;
        numbers.reference_rows = rows;
        return all.size() - 1;
    };
    WatchReport report;
    report.delta = options.delta;
    Index explored = 0;
    for (const RequestRecord& request : requests) explored += request.explored ? 1 : 0;
    for (std::size_t m = 0; m < statistics.models.size(); ++m) {
        const ModelShape& shape = statistics.models[m];
        const bool verified = shape.kind == VerificationKind::verdicts;
        const ModelRates& rates = reference.models[m];
        const std::size_t first = all.size();
        if (verified) {
            track(WatchedKind::verdicts, shape.name, rates.verdicts, rates.verdict_rows);
            track(WatchedKind::unparsed, shape.name, rates.unparsed, reference.rows);
        }
        const std::size_t score = track(WatchedKind::score, shape.name, rates.score, reference.rows);
        const std::size_t price = track(WatchedKind::price, shape.name, rates.price, reference.rows);
        for (const RequestRecord* pointer : ordered) {
            const RequestRecord& request = *pointer;
            if (request.unverified) continue;
            const RequestModel* seen = find_model(request, shape.name);
            if (seen == nullptr) continue;
            const bool own =
                options.policy.empty() || request.policy.empty() || request.policy == options.policy;
            const bool asked_first = own && !request.route.empty() && request.route.front() == shape.name;
            if (seen->cost && seen->seen == 1.0 && own) all[price].add(*seen->cost, request);
            if (!(request.explored || (asked_first && !reads))) continue;
            if (seen->score) all[score].add(*seen->score, request);
            if (!verified || seen->verdicts.empty()) continue;
            const Verdict verdict = seen->verdicts.front();
            all[first + 1].add(verdict == Verdict::unparsed ? 1.0 : 0.0, request);
            if (verdict != Verdict::unparsed)
                all[first].add(verdict == Verdict::positive ? 1.0 : 0.0, request);
        }
    }
    const std::size_t latency = track(WatchedKind::latency, {}, {}, 0.0);
    for (const RequestRecord* request : ordered) {
        if (request->answered && !request->unverified) all[latency].add(request->latency, *request);
    }
    const auto tests = static_cast<double>(all.size());
    std::uint64_t seed = options.seed;
    for (detail::WatchedNumbers& numbers : all)
        report.watched.push_back(detail::tested(std::move(numbers), options.delta / tests, tests, seed++));
    for (const ModelShape& shape : statistics.models) {
        Watched names = detail::served_names(ordered, shape.name);
        if (names.requests > 0) report.watched.push_back(std::move(names));
    }
    if (reads && explored == 0)
        report.notes.emplace_back(
            "rates and scores are not watched: the policy reads the query or signals, so what it sees is a "
            "selection, and no request was explored");
    return report;
}

}  // namespace automix
