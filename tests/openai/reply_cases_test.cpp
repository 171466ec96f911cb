// SPDX-License-Identifier: Apache-2.0
// What the field sends: each script of `replies` is a server's replies and fields for the models file. A table has the
// outcome of one recorded query: the answer or the kind of the failure, the number of calls, and what they cost.
#include "openai/gzip.hpp"
#include "support/catch.hpp"
#include "support/fault_server.hpp"

#include <automix/core/error.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/live/config/configured_models.hpp>
#include <automix/live/config/models_file.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/record_query.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/metered_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/retry.hpp>
#include <automix/model/splitting_model.hpp>
#include <automix/openai/configured_models.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace automix;
using namespace nlohmann::literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string replies_folder = AUTOMIX_TESTS_DIR "/openai/replies/";

nlohmann::json script_of(const std::string& name) {
    std::ifstream file(replies_folder + name + ".json");
    REQUIRE(file);
    return nlohmann::json::parse(file);
}

/// The replies of a script, each list in its order and the last one repeated.
class ScriptedServer {
 public:
    explicit ScriptedServer(nlohmann::json script)
        : script_(std::move(script)),
          server_([this](const ReceivedRequest& request) { return reply(request); }) {}

    [[nodiscard]] const FaultServer& server() const noexcept { return server_; }
    [[nodiscard]] std::size_t asked(const std::string& kind) const {
        const std::lock_guard lock(mutex_);
        return kind == "verify" ? verifications_ : answers_;
    }

 private:
    ServerReply reply(const ReceivedRequest& request) {
        const auto body = nlohmann::json::parse(request.body);
        const std::string prompt = body["messages"].back()["content"];
        const bool verifies = prompt.find("VERIFY") != std::string::npos;
        std::size_t number = 0;
        {
            const std::lock_guard lock(mutex_);
            number = (verifies ? verifications_ : answers_)++;
        }
        const auto refused = script_.value("/require/refuse"_json_pointer, nlohmann::json::object());
        for (const auto& [field, message] : refused.items()) {
            if (!body.contains(field)) continue;
            return {
                .status = 400,
                .body = nlohmann::json{{"error", {{"message", message}, {"code", "unsupported_parameter"}}}}
                            .dump()};
        }
        const auto& list = script_[verifies && script_.contains("verify") ? "verify" : "answer"];
        return made(list[std::min(number, list.size() - 1)]);
    }

    static ServerReply made(const nlohmann::json& said) {
        ServerReply reply{.status = said.value("status", 200), .headers = {}};
        if (said.contains("json")) {
            reply.body = said["json"].dump();
        } else if (said.contains("text")) {
            reply.body = said["text"];
        } else {
            reply.body =
                nlohmann::json{
                    {"model", "m"},
                    {"choices",
                     {{{"message", {{"content", said.value("content", "Paris")}}},
                       {"finish_reason", "stop"}}}},
                    {"usage", {{"prompt_tokens", 10}, {"completion_tokens", 5}, {"total_tokens", 15}}}}
                    .dump();
        }
        const auto headers = said.value("headers", nlohmann::json::object());
        if (!headers.contains("Content-Type")) reply.headers.emplace_back("Content-Type: application/json");
        for (const auto& [name, value] : headers.items())
            reply.headers.push_back(name + ": " + value.get<std::string>());
        if (said.value("gzip", false)) {
            reply.body = gzip::stored(reply.body);
            reply.headers.emplace_back("Content-Encoding: gzip");
        }
        if (said.value("http10", false)) {
            reply.protocol = "HTTP/1.0";
            reply.end = ServerReply::End::closed;
        }
        reply.delay = std::chrono::milliseconds(static_cast<int>(1000 * said.value("delay", 0.0)));
        return reply;
    }

    nlohmann::json script_;
    mutable std::mutex mutex_;
    std::size_t answers_ = 0;
    std::size_t verifications_ = 0;
    FaultServer server_;
};

/// What became of the query.
struct CaseOutcome {
    std::string outcome{};  ///< the answer, or the kind of the failure, or `config`
    std::size_t answers = 0;
    std::size_t verifications = 0;
    double answer_cost = 0.0;
    double verification_cost = 0.0;
    std::string verdicts{};  ///< + - ?
    std::string message{};   ///< of the failure
    std::vector<std::chrono::milliseconds> waits{};
    std::optional<FinishReason> finish{};
};

/// Records one query with two verdicts through the model of a script, with `further` fields for the models file.
CaseOutcome outcome_of(const std::string& name, const nlohmann::json& further = nlohmann::json::object()) {
    const nlohmann::json script = script_of(name);
    ScriptedServer scripted(script);
    nlohmann::json model{{"name", "small"},
                         {"base_url", "http://127.0.0.1:PORT/" + name + "/v1"},
                         {"price", {{"call", 1}, {"verification", 0.25}}},
                         {"generation", {{"max_tokens", 16}}},
                         {"prompts", {{"answer", "{question}"}, {"verify", "VERIFY {question} {answer}"}}},
                         {"attempts", 4}};
    model.update(script.value("model", nlohmann::json::object()));
    model.update(further);
    std::string address = model["base_url"];
    if (const auto at = address.find("PORT"); at != std::string::npos)
        address.replace(at, 4, std::to_string(scripted.server().port()));
    model["base_url"] = address;
    CaseOutcome came;
    try {
        const ModelConfig config =
            parse_models(nlohmann::json{{"models", {model}}}.dump(), "models.json").front();
        const auto ledger = std::make_shared<Ledger>();
        std::mutex mutex;
        RetryOptions retry{.attempts = config.attempts, .rate_limit_attempts = config.rate_limit_attempts};
        retry.wait = [&](std::chrono::milliseconds wait, const std::stop_token&) {
            const std::lock_guard lock(mutex);
            came.waits.push_back(wait);
        };
        const AnyModel paid =
            RetryingModel(MeteredModel(openai_backend(config), config.price, ledger), retry);
        const LiveModel asked = live_model(SplittingModel(paid, config.samples_per_call, 2), config);
        const std::vector<ModelConfig> configs{config};
        const ConfiguredVerifiers verifiers(configs);
        const std::vector<LiveModel> models{asked};
        const Query query{.id = "q", .question = "What is the capital of France?", .reference = "Paris"};
        LiveSource source(models, verifiers, query);
        source.answer(0);
        if (!source.failure()) {
            source.draw(0, 2);
            came.outcome = source.failure() ? "" : *source.shares()[0].answer;
            came.finish = source.shares()[0].finish;
            for (const Verdict verdict : source.shares()[0].verdicts)
                came.verdicts += verdict == Verdict::positive   ? '+'
                                 : verdict == Verdict::negative ? '-'
                                                                : '?';
        }
        if (const auto& failure = source.failure()) {
            came.outcome = std::string(to_string(failure->kind.value_or(FailureKind::cancelled)));
            came.message = failure->message;
        }
        for (const auto& [_, spent] : ledger->spending()) {
            came.answer_cost = spent.answers;
            came.verification_cost = spent.verification;
        }
        CHECK(came.answer_cost == Approx(source.shares()[0].answer_cost));
        CHECK(came.verification_cost == Approx(source.shares()[0].verification_cost));
    } catch (const Error& error) {
        came.outcome = "config";
        came.message = error.what();
    }
    came.answers = scripted.asked("answer");
    came.verifications = scripted.asked("verify");
    return came;
}

/// A row of the table: script, outcome, calls for the answer and for verdicts, their costs, verdicts, and a part of the
/// message.
struct ReplyCase {
    const char* name;
    const char* outcome;
    std::size_t answers;
    std::size_t verifications;
    double answer_cost;
    double verification_cost;
    const char* verdicts;
    const char* message;
};

/// At the prices by tokens of the scripts a reply of 10 and 5 tokens costs 20. Where nothing is reported, the reservation
/// stands: 30 bytes of prompt and 16 tokens, 30 + 2 * 16 = 62.
const std::vector<ReplyCase> reply_cases = {
    {"00-ordinary", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"01-max-completion-tokens", "bad_request", 1, 0, 0.0, 0.0, "", "use 'max_completion_tokens'"},
    {"01b-max-completion-tokens-extra", "config", 0, 0, 0.0, 0.0, "",
     "its name is given by max_tokens_field"},
    {"02-temperature-refused", "bad_request", 1, 0, 0.0, 0.0, "", "'temperature' is not supported"},
    {"03-content-parts", "Paris", 1, 2, 20.0, 40.0, "++", ""},
    {"04b-null-content-reasoning", "token_limit", 1, 0, 42.0, 0.0, "",
     "no answer within max_tokens, 16: no text, only thinking"},
    {"04c-empty-content-tool-calls", "no_answer", 1, 0, 1.0, 0.0, "", "no text, but tool calls"},
    {"04e-verdict-reasoning-only", "Paris", 1, 2, 1.0, 0.5, "??", ""},
    {"05-error-in-200-429", "rate_limited", 2, 0, 0.0, 0.0, "",
     "error in the reply (429): Provider returned error"},
    {"05c-error-in-choice", "server", 4, 0, 4.0, 0.0, "", "error in the reply (502): Upstream idle timeout"},
    {"06-empty-choices-usage", "no_answer", 1, 0, 10.0, 0.0, "", "found an empty array"},
    {"07-insufficient-quota", "quota", 1, 0, 0.0, 0.0, "", "No credit is left"},
    {"08-retry-after-float", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"08b-retry-after-ms", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"08c-retry-after-int", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"08e-retry-after-unit", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"09-think-answer", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"12-reply-lone-surrogate", "Paris \xEF\xBF\xBD", 1, 2, 20.0, 40.0, "++", ""},
    {"14b-one-sample-lost", "Paris", 1, 1, 1.0, 0.5, "+?", ""},
    {"15-gzip-unasked", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"15b-http10", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"16-azure", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"17-crlf-body", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"17b-bom-body", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"18-finish-reasons", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"18b-finish-int", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"18d-refusal-empty-content", "content_filter", 1, 0, 1.0, 0.0, "",
     "the model refused to answer: I cannot help with that."},
    {"19b-usage-null-completion", "Paris", 1, 2, 20.0, 40.0, "++", ""},
    {"19c-usage-float", "Paris", 1, 2, 20.0, 40.0, "++", ""},
    {"19d-usage-missing", "Paris", 1, 2, 62.0, 40.0, "++", ""},
    {"19e-usage-extra", "Paris", 1, 2, 20.0, 40.0, "++", ""},
    {"20-context-length-400", "bad_request", 1, 0, 0.0, 0.0, "", "maximum context length is 4096"},
    {"20b-413", "bad_request", 1, 0, 0.0, 0.0, "", "status 413: Request too large"},
    {"20c-529", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"20d-422-detail-list", "bad_request", 1, 0, 0.0, 0.0, "", "status 422: body model Field required"},
    {"20e-vllm-flat-error", "bad_request", 1, 0, 0.0, 0.0, "", "max_tokens is too large"},
    {"20g-403-region", "authentication", 1, 0, 0.0, 0.0, "", "Country not supported"},
    {"20h-azure-filter", "content_filter", 1, 0, 0.0, 0.0, "", "content policy"},
    {"20i-409", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"20j-402", "quota", 1, 0, 0.0, 0.0, "", "Insufficient credits"},
    {"20k-503-loading", "Paris", 2, 2, 1.0, 0.5, "++", ""},
    {"21-url-trailing-slash", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"21b-url-full-path", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"21c-url-no-scheme", "config", 0, 0, 0.0, 0.0, "", "base_url: expected http://HOST"},
    {"21d-url-newline", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"21e-url-space", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"22-key-newline", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"22b-key-space", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"22c-key-quotes", "config", 0, 0, 0.0, 0.0, "", "expected a key, found one in quotes"},
    {"22d-key-bearer", "config", 0, 0, 0.0, 0.0, "", "expected the key alone"},
    {"28-sse-unasked", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"28b-stream-false-extra", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"28c-html-200", "bad_request", 1, 0, 62.0, 0.0, "", "expected JSON, found a page; check base_url"},
    {"28d-404-html", "bad_request", 1, 0, 0.0, 0.0, "", "status 404: text/html"},
    {"29-timeout", "timeout", 3, 0, 3.0, 0.0, "", "no reply within 100 ms"},
    {"30-key-echo", "authentication", 1, 0, 0.0, 0.0, "", "Incorrect API key provided: [key]."},
    {"30b-key-in-200", "bad_request", 1, 0, 1.0, 0.0, "", "Bearer [key]"},
    {"31-keepalive-lines", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"32-text-choice", "Paris", 1, 2, 1.0, 0.5, "++", ""},
    {"36-usage-of-bad-reply", "token_limit", 1, 0, 16.0, 0.0, "", "no answer within max_tokens, 16"},
};

/// The key of a script, as a shell or a file might give it.
std::string key_of(const std::string& name) {
    const std::string key = "sk-live-abcdef123456";
    if (name == "22-key-newline") return key + "\n";
    if (name == "22b-key-space") return key + " ";
    if (name == "22c-key-quotes") return '"' + key + '"';
    if (name == "22d-key-bearer") return "Bearer " + key;
    return key;
}

}  // namespace

TEST_CASE("what the field sends is an answer or a failure that names its cause, and is paid as reported") {
    for (const ReplyCase& expected : reply_cases) {
        CAPTURE(expected.name);
        REQUIRE(setenv("H4_KEY", key_of(expected.name).c_str(), 1) == 0);
        const bool late = std::string(expected.name) == "29-timeout";
        const CaseOutcome came =
            outcome_of(expected.name, late ? nlohmann::json{{"timeout_s", 0.1}} : nlohmann::json::object());
        CAPTURE(came.message);
        CHECK(came.outcome == expected.outcome);
        CHECK(came.answers == expected.answers);
        CHECK(came.verifications == expected.verifications);
        CHECK(came.answer_cost == Approx(expected.answer_cost));
        CHECK(came.verification_cost == Approx(expected.verification_cost));
        CHECK(came.verdicts == expected.verdicts);
        CHECK_THAT(came.message, ContainsSubstring(expected.message) && !ContainsSubstring("sk-live"));
    }
    REQUIRE(unsetenv("H4_KEY") == 0);
}

TEST_CASE("the table has every script but those that need a server of their own") {
    std::set<std::string> known{"10-custom-ca", "33-ipv6"};
    for (const ReplyCase& listed : reply_cases) known.insert(listed.name);
    for (const auto& entry : std::filesystem::directory_iterator(replies_folder)) {
        if (entry.path().extension() == ".json") CHECK(known.erase(entry.path().stem().string()) == 1);
    }
    CHECK(known.empty());
}

TEST_CASE("requests are made as a model wants them") {
    const CaseOutcome tokens =
        outcome_of("01-max-completion-tokens", {{"max_tokens_field", "max_completion_tokens"}});
    CHECK(tokens.outcome == "Paris");
    CHECK(tokens.verdicts == "++");
    CHECK(outcome_of("02-temperature-refused", {{"leave_out", {"temperature"}}}).outcome == "Paris");
}

TEST_CASE("a wait that the server asks for is kept") {
    using std::chrono::milliseconds;
    CHECK(outcome_of("08-retry-after-float").waits == std::vector{milliseconds(2750)});
    for (const char* name : {"08b-retry-after-ms", "08c-retry-after-int", "08e-retry-after-unit"})
        CHECK(outcome_of(name).waits == std::vector{milliseconds(3000)});
}
