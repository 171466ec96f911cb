// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <automix/core/format.hpp>

#include <charconv>
#include <cstddef>
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

std::optional<double> parse_number(std::string_view text) {
    double number = 0.0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{} || end != last) return std::nullopt;
    return number;
}

std::string to_text(const OrderedJson& json) {
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
}

std::string warnings_text(const std::vector<std::string>& warnings) {
    std::string text = warnings.empty() ? "" : "\nwarnings\n";
    for (const std::string& warning : warnings) text += "  " + warning + '\n';
    return text;
}

}  // namespace automix::program
