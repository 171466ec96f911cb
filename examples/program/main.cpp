// SPDX-License-Identifier: Apache-2.0
// The program `automix`. Exit codes: 0 done, 1 bad data, 2 bad usage, 3 something watched has changed; errors go to standard error, one message each.
#include "command.hpp"
#include "live_models.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/version.hpp>

#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int bad_data = 1;
constexpr int bad_usage = 2;
constexpr int found_change = 3;

int fail(int code, const std::string& message) {
    std::fprintf(stderr, "automix: %s\n", automix::program::printable(message).c_str());
    return code;
}

/// Returns the message for a command line that could not be parsed, with the help to read.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    if (!chosen.empty()) return error.what() + ("; see automix " + chosen.front()->get_name() + " --help");
    const std::vector<std::string> unknown = app.remaining();
    std::string text = unknown.empty()               ? "no command given"
                       : unknown[0].starts_with('-') ? "unknown option " + automix::in_quotes(unknown[0])
                                                     : "unknown command " + automix::in_quotes(unknown[0]);
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(command->get_name());
    return text + "; commands are " + automix::joined(names) + "; see automix --help";
}

/// Throws `ArgumentError` for an argument without text, as a shell variable that is unset leaves. The value of
/// --fixed-answer may be empty.
void require_texts(const std::vector<std::string_view>& arguments) {
    const auto refuse = [](const std::string& what) {
        throw automix::ArgumentError(what +
                                     ": expected a value, found an empty text; is a shell variable unset?");
    };
    constexpr std::string_view may_be_empty = "--fixed-answer";
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        const std::string_view before = arguments[i - 1];
        const bool named = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
        if (named && argument.substr(0, argument.size() - 1) != may_be_empty)
            refuse(std::string(argument.substr(0, argument.size() - 1)));
        if (!argument.empty() || before == may_be_empty) continue;
        refuse(before.starts_with("--") ? std::string(before) : "argument " + std::to_string(i));
    }
}

/// Returns the text that `--help` or `--version` asks for.
std::string answer(const CLI::App& app, const CLI::Success& request) {
    std::ostringstream out;
    app.exit(request, out, out);
    return out.str();
}

}  // namespace

int main(int argc, char** argv) {
#ifdef SIGXFSZ
    // A write beyond the limit of a file's size then fails with an error to report, as on a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
#endif
    CLI::App app(
        "Mix language models: which query may keep the small model's answer, which one is worth the large "
        "one.");
    app.name("automix");
    app.set_version_flag("--version", "automix " AUTOMIX_VERSION_STRING);
    app.require_subcommand(1);
    app.footer(std::string("automix COMMAND --help tells the options of a command.\n") +
               automix::program::exit_codes);
    automix::program::Command command;
    automix::program::add_answer(app, command);
    automix::program::add_compare(app, command);
    automix::program::add_decide(app, command);
    automix::program::add_describe(app, command);
    automix::program::add_evaluate(app, command);
    automix::program::add_frontier(app, command);
    automix::program::add_learn(app, command);
    automix::program::add_record(app, command);
    automix::program::add_rehearse(app, command);
    automix::program::add_report(app, command);
    automix::program::add_score(app, command);
    automix::program::add_serve(app, command);
    automix::program::add_simulate(app, command);
    automix::program::add_solve(app, command);
    automix::program::add_train(app, command);
    automix::program::add_watch(app, command);
    try {
        require_texts({argv, argv + argc});
        try {
            app.parse(argc, argv);
        } catch (const CLI::Success& help) {
            command = [text = answer(app, help)] { return text; };
        }
        automix::program::write_output(command());
        return 0;
    } catch (const CLI::ParseError& error) {
        return fail(bad_usage, complaint(app, error));
    } catch (const automix::program::Interrupted& end) {
        constexpr int of_signals = 128;
        return fail(of_signals + end.signal(), end.what());
    } catch (const automix::program::Alarm& alarm) {
        return fail(found_change, alarm.what());
    } catch (const automix::ArgumentError& error) {
        return fail(bad_usage, error.what());
    } catch (const std::exception& error) {
        return fail(bad_data, error.what());
    }
}
