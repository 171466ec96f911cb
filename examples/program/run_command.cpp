// SPDX-License-Identifier: Apache-2.0
#include "run_command.hpp"

#include "command.hpp"

#include <automix/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace automix::program {
namespace {

/// Returns the text as one word of a shell.
std::string shell_word(const std::string& text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
    return word + '\'';
}

}  // namespace

std::string answer_line(const Query& query, const std::string& model, const std::string& answer) {
    OrderedJson json{{"id", query.id}, {"question", query.question}};
    if (!query.context.empty()) json["context"] = query.context;
    if (query.reference) {
        json["reference"] = *query.reference;
        if (!query.other_references.empty()) {
            json["reference"] = OrderedJson::array({*query.reference});
            for (const std::string& reference : query.other_references)
                json["reference"].push_back(reference);
        }
    }
    if (!model.empty()) json["model"] = model;
    json["answer"] = answer;
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + '\n';
}

void write_private(const std::string& file, const std::string& text) {
    std::ofstream output(file, std::ios::binary | std::ios::trunc);
    std::error_code ignored;
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
    output << text;
    output.flush();
    if (!output) throw DataError(Place{file, 0, {}}, "cannot be written");
}

std::string output_of(const std::string& command, const std::string& file) {
    std::fflush(nullptr);
    std::FILE* pipe = popen(("( " + command + "\n) < " + shell_word(file)).c_str(), "r");
    if (pipe == nullptr) throw ArgumentError("cannot be started");
    std::string output;
    std::array<char, 4096> buffer{};
    for (std::size_t read = 0; (read = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        output.append(buffer.data(), read);
    const int status = pclose(pipe);
    if (status != 0) {
        constexpr int bits = 8;
        throw ArgumentError("the command failed with " + (status >= 1 << bits
                                                              ? "exit code " + std::to_string(status >> bits)
                                                              : "signal " + std::to_string(status)));
    }
    return output;
}

}  // namespace automix::program
