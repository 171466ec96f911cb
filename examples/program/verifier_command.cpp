// SPDX-License-Identifier: Apache-2.0
#include "verifier_command.hpp"

#include "command.hpp"
#include "run_command.hpp"

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/verdict.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/query.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include <unistd.h>

namespace automix::program {
namespace {

/// A file in the directory for temporary files, removed at the end.
class TemporaryFile {
 public:
    TemporaryFile() {
        static std::atomic<std::uint64_t> number{0};
        path_ = (std::filesystem::temp_directory_path() /
                 ("automix-verify-" + std::to_string(::getpid()) + "-" + std::to_string(number++) + ".json"))
                    .string();
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
    std::string path_;
};

/// Runs the command of a verifier or a signal on an answer. Returns the JSON that it writes, or the member of that name
/// of its object. Throws `DataError`, naming `what` it is of, unless it writes one JSON value.
OrderedJson reply_of(const std::string& what, const std::string& command, const char* member,
                     const Query& query, const std::string& answer) {
    const TemporaryFile file;
    std::string output;
    try {
        write_private(file.path(), answer_line(query, {}, answer));
        output = output_of(command, file.path());
    } catch (const Error& error) {
        throw DataError(what + ": " + error.what());
    }
    OrderedJson json = OrderedJson::parse(output, nullptr, false);
    if (json.is_discarded()) throw DataError(what + ": expected a line of JSON, found " + in_quotes(output));
    return json.is_object() && json.contains(member) ? json.at(member) : json;
}

Verdict verdict_of(const VerifierConfig& config, const OrderedJson& json) {
    if (json.is_null()) return Verdict::unparsed;
    if (json == true || json == 1) return Verdict::positive;
    if (json == false || json == 0) return Verdict::negative;
    throw DataError("verifier " + config.name + ": expected a verdict, 1, 0 or null, found " + json.dump());
}

double probability_of(const VerifierConfig& config, const OrderedJson& json) {
    const double value = json.is_number() ? json.get<double>() : -1.0;
    if (value >= 0.0 && value <= 1.0) return value;
    throw DataError("verifier " + config.name + ": expected a probability in [0, 1], found " + json.dump());
}

}  // namespace

AnyVerifier command_verifier(const VerifierConfig& config) {
    if (config.gives_probability) {
        return [config](const Query& query, const std::string& answer) {
            return probability_of(
                config, reply_of("verifier " + config.name, config.command, "probability", query, answer));
        };
    }
    return [config](const Query& query, const std::string& answer) {
        return verdict_of(config,
                          reply_of("verifier " + config.name, config.command, "verdict", query, answer));
    };
}

AnySignal command_signal(const SignalConfig& config) {
    return [config](const Query& query, const std::string& answer) -> std::optional<double> {
        const std::string what = "signal " + config.name;
        const OrderedJson json = reply_of(what, config.command, "value", query, answer);
        if (json.is_null()) return std::nullopt;
        if (json.is_boolean()) return json.get<bool>() ? 1.0 : 0.0;
        if (json.is_number()) return json.get<double>();
        throw DataError(what + ": expected a number, a boolean or null, found " + json.dump());
    };
}

}  // namespace automix::program
