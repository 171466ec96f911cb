// SPDX-License-Identifier: Apache-2.0
// Definitions of stream/json/stream_state_json.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/json/document_checks.hpp>
#include <automix/json/field_line.hpp>
#include <automix/json/json_document.hpp>
#include <automix/stream/json/stream_state_json.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

inline constexpr std::string_view paced_schema = "automix-paced/1";
inline constexpr std::string_view e_process_schema = "automix-e-process/1";

class StreamStateParser : DocumentChecks {
 public:
    StreamStateParser(const nlohmann::json& json, const std::string& name)
        : DocumentChecks(name), json_(json) {}

    PacedState paced() const {
        require_keys(json_, "", std::array{"schema", "queries", "spent", "due", "base", "excess", "dearest"});
        require_schema(json_, "", paced_schema);
        return {count("queries"), amount("spent"),  amount("due"),
                amount("base"),   amount("excess"), amount("dearest")};
    }

    EProcessState e_process() const {
        require_keys(json_, "", std::array{"schema", "values", "highest", "log_wealth"});
        require_schema(json_, "", e_process_schema);
        EProcessState state{count("values"), amount("highest"), {}};
        for (const nlohmann::json& wealth : array(member(json_, "", "log_wealth"), "log_wealth"))
            state.log_wealth.push_back(finite(wealth, element("log_wealth", state.log_wealth.size())));
        return state;
    }

 private:
    std::uint64_t count(const char* key) const {
        const nlohmann::json& value = member(json_, "", key);
        if (!value.is_number_unsigned()) fail_expected(key, "a whole number of at least 0", value);
        return value.get<std::uint64_t>();
    }

    double amount(const char* key) const {
        const double value = finite(member(json_, "", key), key);
        require_least(value, key, 0.0);
        return value;
    }

    const nlohmann::json& json_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_state_text(const PacedState& state) {
    return nlohmann::ordered_json{{"schema", detail::paced_schema},
                                  {"queries", state.queries},
                                  {"spent", state.spent},
                                  {"due", state.due},
                                  {"base", state.base},
                                  {"excess", state.excess},
                                  {"dearest", state.dearest}}
               .dump() +
           '\n';
}

AUTOMIX_INLINE std::string to_state_text(const EProcessState& state) {
    return nlohmann::ordered_json{{"schema", detail::e_process_schema},
                                  {"values", state.values},
                                  {"highest", state.highest},
                                  {"log_wealth", state.log_wealth}}
               .dump() +
           '\n';
}

AUTOMIX_INLINE PacedState parse_paced_state(std::string_view text, const std::string& name) {
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::with_line_of_field(text, name,
                                      [&] { return detail::StreamStateParser(json, name).paced(); });
}

AUTOMIX_INLINE EProcessState parse_e_process_state(std::string_view text, const std::string& name) {
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::with_line_of_field(text, name,
                                      [&] { return detail::StreamStateParser(json, name).e_process(); });
}

}  // namespace automix
