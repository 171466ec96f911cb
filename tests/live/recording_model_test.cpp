// SPDX-License-Identifier: Apache-2.0
#include <automix/file/append_file.hpp>
#include <automix/live/recording_model.hpp>
#include "live/calls.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/live/replay_model.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace automix;
using calls::asking;
using calls::texts_of;
using Catch::Matchers::ContainsSubstring;
using Texts = std::vector<std::string>;

namespace {

/// A model that says the prompt back and counts its calls.
AnyModel echo(std::atomic<int>& asked, const std::string& name = "m") {
    return CallableModel(name, [&asked](const GenerateRequest& request) {
        ++asked;
        GenerateReply reply{.usage = Usage{3, 1}, .cost = 0.5};
        for (int i = 0; i < request.samples; ++i)
            reply.completions.push_back({.text = request.messages.back().text + "!"});
        return reply;
    });
}

std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    const std::string text = files::read(path);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::shared_ptr<CallReplay> replay_at(const std::string& path) {
    auto replay = std::make_shared<CallReplay>();
    read_calls(path, *replay, true);
    return replay;
}

}  // namespace

TEST_CASE("calls are recorded line by line, each before its reply is handed on") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    std::atomic<int> asked{0};
    RecordingModel model(echo(asked), std::make_shared<CallRecorder>(path));
    CHECK(model.name() == "m");
    CHECK(files::read(path).empty());
    CHECK(texts_of(model.generate(asking("a"))) == Texts{"a!"});
    const std::string first =
        R"({"schema":"automix-calls/1","model":"m","request":{"messages":[{"role":"user","content":"a"}],)"
        R"("temperature":0.0,"top_p":1.0,"max_tokens":8,"stop":[],"seed":null},"samples":1,)"
        R"("completions":[{"text":"a!","finish":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1},"cost":0.5})";
    CHECK(files::read(path) == first + "\n");
    CHECK(texts_of(model.generate(asking("b", 2))) == Texts{"b!", "b!"});
    REQUIRE(lines_of(path).size() == 2);
    CHECK(lines_of(path)[0] == first);
    ReplayModel again("m", replay_at(path));
    CHECK(again.generate(asking("b", 2)).cost == 0.5);
    CHECK(again.generate(asking("a")).usage == Usage{3, 1});
}

TEST_CASE("a call that fails is not recorded") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    const auto recorder = std::make_shared<CallRecorder>(path);
    RecordingModel failing(CallableModel("m",
                                         [](const GenerateRequest&) -> GenerateReply {
                                             throw ModelError("m", {.kind = FailureKind::server}, "down");
                                         }),
                           recorder);
    CHECK_THROWS_WITH(failing.generate(asking("a")), "m: down");
    RecordingModel short_of(
        CallableModel("m", [](const GenerateRequest&) { return GenerateReply{.cost = 2.0}; }), recorder);
    try {
        (void)short_of.generate(asking("a"));
        FAIL("a reply without completions was recorded");
    } catch (const ModelError& error) {
        CHECK(error.kind() == FailureKind::bad_reply);
        CHECK(error.failure().cost == 2.0);
    }
    std::atomic<int> asked{0};
    RecordingModel stopped(echo(asked), recorder);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(stopped.generate(asking("a"), stop.get_token()), ModelError);
    CHECK(asked == 0);
    CHECK(files::read(path).empty());
}

TEST_CASE("what an earlier recording holds is served from there and not asked again") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    std::atomic<int> asked{0};
    {
        RecordingModel model(echo(asked), std::make_shared<CallRecorder>(path));
        (void)model.generate(asking("a", 2));
        (void)model.generate(asking("b"));
    }
    CHECK(asked == 2);
    const auto recorder = std::make_shared<CallRecorder>(path);
    RecordingModel resumed(echo(asked), recorder, replay_at(path));
    CHECK(resumed.generate(asking("a")).cost == 0.25);
    CHECK(resumed.generate(asking("b")).cost == 0.5);
    CHECK(resumed.generate(asking("a")).cost == 0.25);
    CHECK(asked == 2);
    CHECK(lines_of(path).size() == 2);
    // Used up, and not there.
    CHECK(texts_of(resumed.generate(asking("a"))) == Texts{"a!"});
    CHECK(texts_of(resumed.generate(asking("c"))) == Texts{"c!"});
    CHECK(asked == 4);
    CHECK(lines_of(path).size() == 4);
    RecordingModel other(echo(asked, "n"), recorder, replay_at(path));
    (void)other.generate(asking("a"));
    CHECK(asked == 5);
}

TEST_CASE("replies that are not UTF-8 are recorded with replacements and served") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    const std::string bytes = "caf\xE9 \xFF\xFE";
    RecordingModel model(
        CallableModel("m", [&](const GenerateRequest&) { return bytes + std::string(1, '\0'); }),
        std::make_shared<CallRecorder>(path));
    CHECK(texts_of(model.generate(asking("a"))) == Texts{bytes + std::string(1, '\0')});
    (void)model.generate(asking("prompt \xC3"));
    ReplayModel again("m", replay_at(path));
    CHECK(texts_of(again.generate(asking("a"))) ==
          Texts{"caf\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD" + std::string(1, '\0')});
    CHECK_NOTHROW(again.generate(asking("prompt \xC3")));
}

TEST_CASE("calls are appended to nothing but calls") {
    const files::Directory directory;
    const std::string log = R"({"schema":"automix-log/1","id":"q"})";
    for (const detail::AppendMode mode : {detail::AppendMode::append, detail::AppendMode::repair}) {
        const std::string path = directory.write("log.jsonl", "\n" + log + "\n");
        CHECK_THROWS_WITH(CallRecorder(path, mode),
                          ContainsSubstring("log.jsonl:2: ") && ContainsSubstring("; nothing is appended"));
        CHECK(files::read(path) == "\n" + log + "\n");
    }
    CHECK_THROWS_WITH(CallRecorder(directory.write("text", "hello"), detail::AppendMode::repair),
                      ContainsSubstring("is no record"));
    CHECK_NOTHROW(CallRecorder(directory.write("old.jsonl", log), detail::AppendMode::create));
}

TEST_CASE("a recording that was cut off is refused, or repaired and gone on with") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    std::atomic<int> asked{0};
    {
        RecordingModel model(echo(asked), std::make_shared<CallRecorder>(path));
        (void)model.generate(asking("a"));
        (void)model.generate(asking("b"));
    }
    const std::string whole = files::read(path);
    (void)directory.write("calls.jsonl", whole.substr(0, whole.size() - 20));
    CHECK_THROWS_WITH(CallRecorder(path), ContainsSubstring("truncated last line"));
    const auto earlier = replay_at(path);
    {
        RecordingModel model(echo(asked), std::make_shared<CallRecorder>(path, detail::AppendMode::repair),
                             earlier);
        (void)model.generate(asking("a"));
        CHECK(asked == 2);
        (void)model.generate(asking("b"));
        CHECK(asked == 3);
    }
    CHECK(files::read(path) == whole);
    // All that there is was cut off.
    (void)directory.write("calls.jsonl", whole.substr(0, 20));
    CHECK_NOTHROW(CallRecorder(path, detail::AppendMode::repair));
    CHECK(files::read(path).empty());
}

TEST_CASE("a writer that is killed loses at most the line that it was writing") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    const std::string text(20'000, 'x');
    for (int round = 0; round < 5; ++round) {
        std::size_t before = 0;
        if (round > 0) before = lines_of(path).size();
        const pid_t writer = fork();
        REQUIRE(writer >= 0);
        if (writer == 0) {
            CallRecorder recorder(path, detail::AppendMode::repair);
            for (int i = 0;; ++i) recorder.write(calls::call("m", asking(std::to_string(i)), {text}));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20 + 7 * round));
        kill(writer, SIGKILL);
        int status = 0;
        REQUIRE(waitpid(writer, &status, 0) == writer);
        CHECK(WIFSIGNALED(status));
        const std::vector<std::string> lines = lines_of(path);
        std::size_t whole = 0;
        for (const std::string& line : lines) whole += nlohmann::json::accept(line) ? 1 : 0;
        CHECK(whole + 1 >= lines.size());
        CHECK(whole >= before - (before > 0 ? 1 : 0));
        CHECK_NOTHROW(replay_at(path));
    }
    CHECK(replay_at(path)->take("m", asking("0")));
}

TEST_CASE("threads record to one file, line by line", "[threads]") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    const auto recorder = std::make_shared<CallRecorder>(path);
    constexpr int threads = 16;
    constexpr int each = 40;
    std::atomic<int> asked{0};
    {
        std::vector<std::jthread> pool;
        for (int t = 0; t < threads; ++t) {
            pool.emplace_back([&, t] {
                RecordingModel model(echo(asked, "m" + std::to_string(t % 2)), recorder);
                for (int i = 0; i < each; ++i)
                    (void)model.generate(asking(std::to_string(t) + " " + std::to_string(i), 1 + i % 3));
            });
        }
    }
    CHECK(asked == threads * each);
    CHECK(lines_of(path).size() == threads * each);
    const auto replay = replay_at(path);
    for (int t = 0; t < threads; ++t) {
        ReplayModel model("m" + std::to_string(t % 2), replay);
        for (int i = 0; i < each; ++i)
            CHECK_NOTHROW(model.generate(asking(std::to_string(t) + " " + std::to_string(i), 1 + i % 3)));
    }
}

TEST_CASE("a call that brings fewer samples than a partial request is recorded with those", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    const AnyModel one = CallableModel("m", [](const GenerateRequest&) {
        GenerateReply reply{
            .completions = {{.text = "a", .thinking = "b"}}, .cost = 0.5, .served_model = "m-1"};
        return reply;
    });
    GenerateRequest request = asking("?", 4);
    request.partial = true;
    {
        RecordingModel recording(one, std::make_shared<CallRecorder>(path));
        CHECK(recording.generate(request).completions.size() == 1);
        request.partial = false;
        CHECK_THROWS_AS(recording.generate(request), ModelError);
    }
    const auto lines = lines_of(path);
    REQUIRE(lines.size() == 1);
    const RecordedCall call = parse_call_line(lines[0], path);
    CHECK(call.request.samples == 1);
    CHECK(call.reply.completions[0].thinking == "b");
    CHECK(call.reply.served_model == "m-1");
}
