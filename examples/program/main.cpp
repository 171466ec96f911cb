// SPDX-License-Identifier: Apache-2.0
// The program `automix`. Exit codes: 0 done, 1 bad data, 2 bad usage; errors go to standard error, one message each.
#include "command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/version.hpp>

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

namespace {

constexpr int bad_data = 1;
constexpr int bad_usage = 2;

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "automix: %s\n", message.c_str());
    return code;
}

/// Writes all of `text`, or says that it could not.
int print(const std::string& text) {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    return written ? 0 : fail(bad_data, "standard output cannot be written");
}

/// The command whose help tells more.
std::string help_of(const CLI::App& app) {
    const auto commands = app.get_subcommands();
    return commands.empty() ? "automix --help" : "automix " + commands.front()->get_name() + " --help";
}

/// What `--help` or `--version` asked for.
std::string answer(const CLI::App& app, const CLI::Success& request) {
    std::ostringstream out;
    app.exit(request, out, out);
    return out.str();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Mix language models: which query may keep the small model's answer, which one is worth the large "
        "one.");
    app.name("automix");
    app.set_version_flag("--version", "automix " AUTOMIX_VERSION_STRING);
    app.require_subcommand(1);
    app.footer(std::string("automix COMMAND --help tells the options of a command.\n") +
               automix::program::exit_codes);
    automix::program::Command command;
    automix::program::add_describe(app, command);
    automix::program::add_evaluate(app, command);
    try {
        app.parse(argc, argv);
        return print(command());
    } catch (const CLI::Success& help) {
        return print(answer(app, help));
    } catch (const CLI::ParseError& error) {
        return fail(bad_usage, std::string(error.what()) + "; see " + help_of(app));
    } catch (const automix::ArgumentError& error) {
        return fail(bad_usage, error.what());
    } catch (const std::exception& error) {
        return fail(bad_data, error.what());
    }
}
