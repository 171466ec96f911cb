// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/evaluation/report/text_table.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace automix::program {
namespace {

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    for (;;) {
        const std::size_t comma = text.find(',');
        items.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return items;
        text.remove_prefix(comma + 1);
    }
}

/// Holds a character that a terminal acts on: its length in UTF-8, and its number in two or four hexadecimal digits.
struct ControlCharacter {
    std::size_t length = 0;  ///< 0: none
    std::string number{};
};

/// Returns the control character that `text` begins with. Marks that turn the direction of text count as one.
ControlCharacter control_character(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned char>(i < text.size() ? text[i] : '\0');
    };
    const auto of = [](std::size_t length, unsigned code) {
        std::array<char, 8> number{};
        std::snprintf(number.data(), number.size(), code < 0x100U ? "%02x" : "%04x", code);
        return ControlCharacter{length, number.data()};
    };
    const auto among = [](unsigned code, unsigned first, unsigned last) {
        return code >= first && code <= last;
    };
    if (byte(0) < 0x20U || byte(0) == 0x7FU) return of(1, byte(0));
    if (byte(0) == 0xC2U && among(byte(1), 0x80U, 0x9FU)) return of(2, byte(1));
    if (byte(0) == 0xD8U && byte(1) == 0x9CU) return of(2, 0x061CU);
    if (byte(0) != 0xE2U || !among(byte(1), 0x80U, 0x81U) || !among(byte(2), 0x80U, 0xBFU)) return {};
    const unsigned code = 0x2000U + ((byte(1) & 63U) << 6U) + (byte(2) & 63U);
    const bool turns =
        among(code, 0x200EU, 0x200FU) || among(code, 0x202AU, 0x202EU) || among(code, 0x2066U, 0x2069U);
    return turns ? of(3, code) : ControlCharacter{};
}

/// Writes control characters as `prefix` and two digits, or as `\u` and four, except those in `kept`.
std::string escaped(std::string_view text, const char* prefix, std::string_view kept) {
    std::string out;
    while (!text.empty()) {
        const ControlCharacter control = control_character(text);
        if (control.length > 0 && kept.find(text.front()) == std::string_view::npos) {
            (out += control.number.size() == 2 ? prefix : "\\u") += control.number;
        } else {
            out += text.front();
        }
        text.remove_prefix(std::max<std::size_t>(control.length, 1));
    }
    return out;
}

template <class Seed>
void add_seed_option(CLI::App& command, Seed& seed, const std::string& help) {
    const auto parse = [&seed](const std::string& text) {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size()) {
            throw CLI::ValidationError(
                "--seed", "expected a whole number from 0 to 18446744073709551615, found " + in_quotes(text));
        }
        seed = number;
    };
    command.add_option_function<std::string>("--seed", parse, help)->type_name("N")->default_str("0");
}

}  // namespace

void add_format(CLI::App& command, bool& json) {
    command
        .add_option_function<std::string>(
            "--format", [&json](const std::string& format) { json = format == "json"; }, "Form of the output")
        ->check(CLI::IsMember({"text", "json"}).description(""))
        ->type_name("text|json")
        ->default_str("text");
}

CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list,
                      const std::string& form, const std::string& help) {
    return command
        .add_option_function<std::string>(
            name, [&list](const std::string& text) { list = split_list(text); }, help)
        ->type_name(form);
}

CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<double>& list,
                      const std::string& form, const std::string& help) {
    const auto parse = [name, &list](const std::string& text) {
        list.clear();
        for (const std::string& item : split_list(text)) {
            const auto number = parse_number(item);
            if (!number) throw CLI::ValidationError(name, "expected a number, found " + in_quotes(item));
            list.push_back(*number);
        }
    };
    return command.add_option_function<std::string>(name, parse, help)->type_name(form);
}

void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& help) {
    add_seed_option(command, seed, help);
}

void add_seed(CLI::App& command, std::optional<std::uint64_t>& seed, const std::string& help) {
    add_seed_option(command, seed, help);
}

std::string finite_not_negative(const std::string& text) {
    const auto number = parse_number(text);
    const bool fits = number && std::isfinite(*number) && *number >= 0.0;
    return fits ? "" : "expected a finite number of at least 0, found " + text;
}

std::string printable(std::string_view text) { return escaped(text, "\\x", ""); }

std::vector<std::string> printable(const std::vector<std::string>& texts) {
    std::vector<std::string> shown;
    for (const std::string& text : texts) shown.push_back(printable(text));
    return shown;
}

std::string to_text(const OrderedJson& json) {
    // All control characters that are left stand in strings, where an escape means the same.
    return escaped(json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + '\n', "\\u00", "\n");
}

std::string cost_text(double cost) {
    return cost == 0.0 || cost >= 1.0 ? format_fixed(cost, 2) : format_price(cost);
}

std::string value_text(double value) {
    constexpr double small = 0.001;
    return value == 0.0 || std::abs(value) >= small ? format_fixed(value, 6) : format_significant(value, 3);
}

void require_other_file(const std::string& out, const std::vector<std::string>& inputs) {
    for (const std::string& path : inputs) {
        std::error_code ignored;
        if (std::filesystem::equivalent(path, out, ignored))
            throw ArgumentError("--out: expected another file than " + in_quotes(path) + ", which is read");
    }
}

void write_output(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
    const int reason = errno;
    throw DataError("standard output cannot be written: " + std::generic_category().message(reason));
}

void print_warnings(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
        std::fprintf(stderr, "automix: warning: %s\n", printable(warning).c_str());
}

std::string warnings_text(const std::vector<std::string>& warnings) {
    std::string text = warnings.empty() ? "" : "\nwarnings\n";
    for (const std::string& warning : warnings) text += wrap_text("  " + printable(warning), 4) + '\n';
    return text;
}

}  // namespace automix::program
