// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <automix/core/format.hpp>

#include <cmath>
#include <cstddef>

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

/// Bytes of the control character that `text` begins with; 0 where it begins with another one.
std::size_t control_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x20U || byte(0) == 0x7FU) return 1;
    return byte(0) == 0xC2U && text.size() > 1 && byte(1) >= 0x80U && byte(1) < 0xA0U ? 2 : 0;
}

/// Number of the control character at the front, of that many bytes, as two hexadecimal digits.
std::string control_number(std::string_view text, std::size_t length) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto number = static_cast<unsigned char>(text[length - 1]);
    return {hex[number >> 4U], hex[number & 15U]};
}

/// `text` with `prefix` and the number in place of each control character but those in `kept`.
std::string escaped(std::string_view text, const char* prefix, std::string_view kept) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length =
            kept.find(text.front()) == std::string_view::npos ? control_length(text) : 0;
        if (length > 0) {
            (out += prefix) += control_number(text, length);
        } else {
            out += text.front();
        }
        text.remove_prefix(length > 0 ? length : 1);
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
    // Those that are left stand in texts, where an escape means the same.
    return escaped(json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + '\n', "\\u00", "\n");
}

std::string warnings_text(const std::vector<std::string>& warnings) {
    std::string text = warnings.empty() ? "" : "\nwarnings\n";
    for (const std::string& warning : warnings) text += "  " + printable(warning) + '\n';
    return text;
}

}  // namespace automix::program
