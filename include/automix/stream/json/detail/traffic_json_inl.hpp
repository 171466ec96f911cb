// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/json/traffic_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/statistics_json.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/json_document.hpp>
#include <automix/json/object_text.hpp>
#include <automix/stream/json/traffic_json.hpp>
#include <automix/stream/traffic_sums.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace automix::detail {

inline constexpr std::string_view traffic_schema = "automix-traffic/1";

inline std::string weighted_sums_text(const WeightedSums& sums) {
    if (!sums.statistics) return "null";
    return ObjectText()
        .add_count("rows", sums.rows)
        .add_number("weights", sums.weights)
        .add_number("squares", sums.squares)
        .add_json("statistics", sorted_statistics_text(*sums.statistics))
        .finish();
}

class TrafficParser : DocumentChecks {
 public:
    explicit TrafficParser(const std::string& name) : DocumentChecks(name), statistics_(name) {}

    [[nodiscard]] SharedTraffic parse(const nlohmann::json& json) const {
        require_keys(json, "",
                     std::array{"schema", "policy", "missed", "drawn", "finished", "by_policy", "explored",
                                "unexplorable"});
        require_schema(json, "", traffic_schema);
        SharedTraffic traffic;
        traffic.policy = text(member(json, "", "policy"), "policy");
        traffic.sums.missed = count(json, "", "missed");
        traffic.sums.drawn = count(json, "", "drawn");
        traffic.sums.finished = count(json, "", "finished");
        if (traffic.sums.finished > traffic.sums.drawn)
            fail("finished", "expected at most the number of those drawn");
        traffic.sums.by_policy = sums(json, "by_policy");
        traffic.sums.explored = sums(json, "explored");
        traffic.sums.unexplorable = sums(json, "unexplorable");
        return traffic;
    }

 private:
    [[nodiscard]] Index count(const nlohmann::json& json, const std::string& at, const char* key) const {
        const nlohmann::json& value = member(json, at, key);
        if (!value.is_number_unsigned())
            fail_expected(inside(at, key), "a whole number of at least 0", value);
        return static_cast<Index>(value.get<std::uint64_t>());
    }

    [[nodiscard]] WeightedSums sums(const nlohmann::json& json, const char* key) const {
        const nlohmann::json& part = member(json, "", key);
        WeightedSums read;
        if (part.is_null()) return read;
        require_keys(part, key, std::array{"rows", "weights", "squares", "statistics"});
        read.rows = count(part, key, "rows");
        for (const auto& [field, number] :
             {std::pair("weights", &read.weights), std::pair("squares", &read.squares)}) {
            *number = finite(member(part, key, field), inside(key, field));
            require_least(*number, inside(key, field), 0.0);
        }
        read.statistics = statistics_.parse(member(part, key, "statistics"), inside(key, "statistics"));
        return read;
    }

    StatisticsParser statistics_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_traffic_text(const SharedTraffic& traffic) {
    const TrafficSums& sums = traffic.sums;
    return detail::ObjectText()
               .add_text("schema", detail::traffic_schema)
               .add_text("policy", traffic.policy)
               .add_count("missed", sums.missed)
               .add_count("drawn", sums.drawn)
               .add_count("finished", sums.finished)
               .add_json("by_policy", detail::weighted_sums_text(sums.by_policy))
               .add_json("explored", detail::weighted_sums_text(sums.explored))
               .add_json("unexplorable", detail::weighted_sums_text(sums.unexplorable))
               .finish() +
           '\n';
}

AUTOMIX_INLINE SharedTraffic parse_traffic(std::string_view text, const std::string& name) {
    return detail::TrafficParser(name).parse(detail::parse_document(text, name));
}

}  // namespace automix
