// SPDX-License-Identifier: Apache-2.0
// `automix serve` as a process: its answers are those of `automix answer`, a signal drains it, another one takes a new
// policy, and a kill loses no line of the log but the last.
#include "program/runner.hpp"
#include "support/catch.hpp"
#include "support/fault_server.hpp"
#include "support/files.hpp"
#include "support/raw_client.hpp"

#include <nlohmann/json.hpp>

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using Catch::Matchers::ContainsSubstring;

namespace {

using namespace program;

/// Answers with the last word; a verdict is positive if that word is easy.
std::string serve_text(const std::string& prompt, int /*choice*/) {
    if (!prompt.starts_with("check")) return "re " + prompt;
    return prompt.find("easy") != std::string::npos ? " Verdict: correct" : " Verdict: incorrect";
}

json served_model(const std::string& name, const std::string& url, double call) {
    return {{"name", name},
            {"base_url", url},
            {"price", {{"call", call}, {"verification", 0.25}}},
            {"generation", {{"max_tokens", 8}}},
            {"verification", {{"max_tokens", 8}, {"seed", 3}}},
            {"prompts", {{"answer", "{question}"}, {"verify", "check {question} {answer}"}}},
            {"attempts", 1}};
}

/// Checks that two policies have the same numbers up to rounding. Their logs, which one has in parts, are left out.
void check_alike(const json& one, const json& other, const std::string& at) {
    INFO(at);
    if (one.is_number()) {
        REQUIRE(other.is_number());
        CHECK(one.get<double>() == Approx(other.get<double>()).epsilon(1e-9).margin(1e-12));
    } else if (one.is_structured()) {
        REQUIRE(one.type() == other.type());
        REQUIRE(one.size() == other.size());
        for (const auto& part : one.items()) {
            if (part.key() == "logs" || part.key() == "checksum") continue;
            if (one.is_object()) {
                REQUIRE(other.contains(part.key()));
                check_alike(part.value(), other[part.key()], at + "." + part.key());
            } else {
                const auto place = static_cast<std::size_t>(std::stoi(part.key()));
                check_alike(part.value(), other[place], at + "." + part.key());
            }
        }
    } else {
        CHECK(one == other);
    }
}

/// A log of which a policy learns to believe verdicts.
std::string rows_to_learn(double large_score) {
    std::vector<json> rows;
    for (int i = 0; i < 200; ++i) {
        const bool right = i % 2 == 0;
        const int verdict = (i % 20 < 18) == right ? 1 : 0;
        rows.push_back({{"schema", "automix-log/1"},
                        {"id", "q" + std::to_string(i)},
                        {"models",
                         {{{"name", "small"}, {"score", right ? 1 : 0}, {"verdicts", {verdict, verdict}}},
                          {{"name", "large"}, {"score", large_score}}}}});
    }
    return lines(rows);
}

/// A server of the program that runs until the test ends it.
class Serving {
 public:
    explicit Serving(Arguments arguments) : out_(directory_.path("out")), err_(directory_.path("err")) {
        arguments.insert(arguments.begin(), {AUTOMIX_PROGRAM, "serve", "--port", "0"});
        std::vector<char*> argv;
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(), O_WRONLY | O_CREAT, 0600);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), O_WRONLY | O_CREAT, 0600);
        REQUIRE(posix_spawn(&child_, AUTOMIX_PROGRAM, &actions, nullptr, argv.data(), environ) == 0);
        posix_spawn_file_actions_destroy(&actions);
        for (int tries = 0; tries < 1000 && port_ == 0; ++tries) {
            const std::string said = files::read(out_);
            const std::size_t at = said.rfind("127.0.0.1:");
            if (said.ends_with("/v1\n") && at != std::string::npos) port_ = std::stoi(said.substr(at + 10));
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        INFO(errors());
        REQUIRE(port_ != 0);
    }
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving() {
        if (child_ > 0) end(SIGKILL);
    }

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string errors() const { return files::read(err_); }
    void signal(int number) const { ::kill(child_, number); }

    /// Waits until standard error holds a text.
    [[nodiscard]] bool says(const std::string& text) const {
        for (int tries = 0; tries < 1000; ++tries) {
            if (errors().find(text) != std::string::npos) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

    /// Sends a signal and returns the exit code; -1 where a signal ended it.
    int end(int number) {
        signal(number);
        int status = 0;
        waitpid(std::exchange(child_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    [[nodiscard]] loopback::Reply ask(const std::string& question, const std::string& id) const {
        const json body{{"model", "automix"}, {"messages", {{{"role", "user"}, {"content", question}}}}};
        return loopback::ask_once(port_, body.dump(), "X-Request-Id: " + id + "\r\n");
    }

    /// Sends a score and returns the status of the reply.
    [[nodiscard]] int score(const std::string& id, const std::string& model, int score) const {
        const json body{{"id", id}, {"model", model}, {"score", score}};
        loopback::Client client(port_);
        client.post(body.dump(), "", "/v1/feedback");
        return client.receive().status;
    }

 private:
    files::Directory directory_{};
    std::string out_;
    std::string err_;
    pid_t child_ = 0;
    int port_ = 0;
};

/// Models behind a server, and policies over them.
struct ServeShop {
    files::Directory directory{};
    FaultServer server{[](const ReceivedRequest& request) { return chat_reply(request, serve_text); }};
    std::string models =
        directory.write("models.json", json{{"models",
                                             {served_model("small", server.base_url(), 1.0),
                                              served_model("large", server.base_url(), 20.0)}}}
                                           .dump());
    std::string policy = train("policy.json", 1.0, "base");
    std::string log = directory.path("requests.jsonl");

    [[nodiscard]] std::string train(const std::string& name, double score,
                                    const std::string& objective) const {
        const std::string rows = directory.write(name + ".log.jsonl", rows_to_learn(score));
        Arguments arguments{"train",     rows,   "--models",    "small,large",
                            "--costs",   "1,20", "--draw-cost", "0.25",
                            "--context", "none", "--out",       directory.path(name)};
        if (objective != "base") arguments.insert(arguments.end(), {"--objective", "lambda=" + objective});
        const Outcome outcome = run_automix(arguments);
        INFO(outcome.err);
        REQUIRE(outcome.code == 0);
        return directory.path(name);
    }

    [[nodiscard]] Arguments serving() const { return {"--policy", policy, "--models", models}; }
};

}  // namespace

TEST_CASE("serve answers as answer does for the same query, id and seed") {
    const ServeShop shop;
    const Serving serving(shop.serving());
    std::string queries;
    for (int i = 0; i < 10; ++i)
        queries +=
            json{{"id", "q" + std::to_string(i)}, {"question", i % 2 == 0 ? "easy" : "hard"}}.dump() + '\n';
    std::istringstream answers(text_of({"answer", "--policy", shop.policy, "--models", shop.models,
                                        "--queries", shop.directory.write("queries.jsonl", queries)}));
    int number = 0;
    for (std::string line; std::getline(answers, line); ++number) {
        const json expected = json::parse(line);
        const loopback::Reply reply =
            serving.ask(number % 2 == 0 ? "easy" : "hard", expected["id"].get<std::string>());
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        const json got = json::parse(reply.body);
        CHECK(got["choices"][0]["message"]["content"] == expected["answer"]);
        CHECK(got["model"] == expected["model"]);
        CHECK(got["automix"]["verdicts"] == expected["verdicts"]);
        CHECK(got["automix"]["cost"] == expected["cost"]);
    }
    CHECK(number == 10);
}

TEST_CASE("serve takes a new policy by a signal and by its file, and refuses a bad one") {
    const ServeShop shop;
    const Serving serving(Arguments{"--reload"} + shop.serving());
    const auto model = [&] { return json::parse(serving.ask("hard", "a").body)["model"].get<std::string>(); };
    CHECK(model() == "large");
    { std::ofstream(shop.policy) << "{}"; }
    serving.signal(SIGHUP);
    CHECK(serving.says("the policy is refused"));
    CHECK(model() == "large");
    std::filesystem::rename(shop.train("cheap.json", 1.0, "1000"), shop.policy);
    CHECK(serving.says("took the policy"));
    CHECK(model() == "small");
}

TEST_CASE("serve drains at a signal, and a kill loses no line but the last") {
    const ServeShop shop;
    {
        Serving serving(Arguments{"--log", shop.log, "--explore", "0.5"} + shop.serving());
        std::atomic<int> answered{0};
        std::atomic<bool> ended{false};
        std::vector<std::thread> clients;
        for (int c = 0; c < 4; ++c) {
            clients.emplace_back([&, c] {
                for (int i = 0; !ended; ++i) {
                    const auto reply = serving.ask("easy", "k" + std::to_string(c) + "." + std::to_string(i));
                    if (reply.status == 200) ++answered;
                }
            });
        }
        while (answered < 50) std::this_thread::yield();
        serving.end(SIGKILL);
        ended = true;
        for (std::thread& client : clients) client.join();
        // Each answer that a client has stands in the log, explored or not. What was under way may stand there too.
        std::ifstream file(shop.log);
        int whole = 0;
        int drawn = 0;
        int explored = 0;
        for (std::string line; std::getline(file, line);) {
            if (!json::accept(line)) continue;
            const json one = json::parse(line);
            whole += one.contains("id") ? 1 : 0;
            drawn += one.contains("exploring") ? 1 : 0;
            explored += one.contains("exploration_of") ? 1 : 0;
        }
        CHECK(whole >= answered);
        CHECK(drawn >= explored);
        CHECK(drawn > 0);
    }
    const std::string before = files::read(shop.log);
    std::ofstream(shop.log, std::ios::app) << R"({"schema":"automix-requests/1","id":"cut)";
    Serving serving(Arguments{"--log", shop.log, "--log-text"} + shop.serving());
    CHECK(serving.ask("easy", "last").status == 200);
    CHECK(serving.end(SIGTERM) == 0);
    const std::string after = files::read(shop.log);
    REQUIRE(after.starts_with(before));
    CHECK(json::parse(after.substr(before.size()))["id"] == "last");
    CHECK(json::parse(after.substr(before.size()))["question"] == "easy");
}

TEST_CASE("sixteen processes share a budget and learn one policy, that of one log", "[property]") {
    const ServeShop shop;
    const std::string folder = shop.directory.path("shared");
    std::filesystem::create_directory(folder);
    constexpr int processes = 16;
    constexpr double budget = 2400.0;  // a lease is more than a call
    std::vector<std::unique_ptr<Serving>> serving;
    std::vector<std::string> logs;
    for (int p = 0; p < processes; ++p) {
        logs.push_back(shop.directory.path("requests" + std::to_string(p) + ".jsonl"));
        serving.push_back(std::make_unique<Serving>(
            Arguments{"--log", logs.back(), "--explore", "0.5", "--share", folder, "--merge-every", "0.5",
                      "--budget", "2400", "--budget-file", shop.directory.path("budget.json")} +
            shop.serving()));
    }
    std::atomic<int> unscored{0};
    std::vector<std::thread> clients;
    for (int p = 0; p < processes; ++p) {
        clients.emplace_back([&, p] {
            for (int i = 0; i < 16; ++i) {
                const std::string id = std::to_string(p) + "." + std::to_string(i);
                const bool easy = i % 2 == 0;
                (void)serving[static_cast<std::size_t>(p)]->ask(easy ? "easy" : "hard", id);
                for (const std::string model : {"small", "large"}) {
                    const int score = easy || model == "large" ? 1 : 0;
                    if (serving[static_cast<std::size_t>(p)]->score(id, model, score) != 200) ++unscored;
                }
            }
        });
    }
    for (std::thread& client : clients) client.join();
    CHECK(unscored == 0);
    for (const auto& process : serving) CHECK(process->says("learnt the policy"));
    for (const auto& process : serving) CHECK(process->end(SIGTERM) == 0);

    double spent = 0.0;
    for (const ReceivedRequest& request : shop.server.requests()) {
        const json body = json::parse(request.body);
        const bool verifies = body["messages"].back()["content"].get<std::string>().starts_with("check");
        const int samples = body.value("n", 1);
        spent += verifies ? 0.25 * samples : body["model"] == "large" ? 20.0 : 1.0;
    }
    CHECK(spent <= budget);
    CHECK(spent > 0.5 * budget);

    // The last one to end has learnt from all.
    const std::string learnt = shop.directory.path("learnt.json");
    const Outcome outcome =
        run_automix(Arguments{"learn"} + logs + Arguments{"--policy", shop.policy, "--out", learnt});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    check_alike(json::parse(files::read(folder + "/policy.json")), json::parse(files::read(learnt)), "");
}

TEST_CASE("serve says what is wrong with its options") {
    const ServeShop shop;
    const auto refused = [&](const Arguments& more, int code, const std::string& message) {
        check_refused(Arguments{"serve"} + shop.serving() + more, code, message);
    };
    refused({"--host", "0.0.0.0"}, 2, "give --api-key-env");
    refused({"--per", "day"}, 2, "give --budget");
    refused({"--explore", "0.1"}, 2, "give --log");
    refused({"--log-text"}, 2, "give --log");
    refused({"--share", shop.directory.path("none")}, 2, "give --log");
    refused({"--share", shop.directory.path("none"), "--log", shop.log, "--reload"}, 2, "give no --reload");
    refused({"--share", shop.directory.path("none"), "--log", shop.log}, 1, "cannot be read");
    refused({"--budget-file", "budget.json"}, 2, "give --budget");
    refused({"--unverified", "none"}, 2, "there is no model");
    refused({"--shadow", shop.models}, 1, "models.json");
    refused({"--api-key-env", "AUTOMIX_NO_SUCH_KEY"}, 2, "AUTOMIX_NO_SUCH_KEY");
    check_refused({"serve", "--policy", shop.policy}, 2, "--models");
    check_refused({"serve", "--policy", "none.json", "--models", shop.models}, 1, "none.json");
}
