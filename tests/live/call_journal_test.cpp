// SPDX-License-Identifier: Apache-2.0
#include <automix/live/call_journal.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/callable_model.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/request.hpp>

#include <memory>
#include <string>

using namespace automix;

namespace {

/// Says a number that counts its calls.
AnyModel journal_counter(int& asked) {
    return CallableModel("m", [&](const GenerateRequest& request) {
        return live::saying(request, std::to_string(++asked), 1.0);
    });
}

GenerateRequest journal_request(const std::string& text) {
    return {.messages = {{.text = text}}, .sampling = {.max_tokens = 8}};
}

std::string journal_reply(const AnyModel& model, const std::string& text) {
    return model.generate(journal_request(text)).completions.at(0).text;
}

}  // namespace

TEST_CASE("a journal serves what it holds, and asks and keeps the rest", "[live]") {
    const files::Directory directory;
    const std::string path = directory.path("calls.jsonl");
    int asked = 0;
    {
        const auto journal = std::make_shared<CallJournal>(path);
        const AnyModel model = keep_calls(journal_counter(asked), journal);
        CHECK(model.name() == "m");
        CHECK_FALSE(journal->is_open());
        try {
            (void)journal_reply(model, "a");
            FAIL("a model was asked before the journal was open");
        } catch (const ModelError& error) {
            CHECK(error.kind() == FailureKind::missing_recording);
        }
        CHECK(asked == 0);
        journal->open();
        CHECK(journal_reply(model, "a") == "1");
        CHECK(journal_reply(model, "a") == "2");
        CHECK(journal_reply(model, "b") == "3");
    }
    // A writer that was killed.
    CHECK(directory.write("calls.jsonl", files::read(path) + "{\"schema\":\"automix-ca") == path);
    const auto journal = std::make_shared<CallJournal>(path);
    const AnyModel model = keep_calls(journal_counter(asked), journal);
    CHECK(journal_reply(model, "a") == "1");
    journal->open();
    CHECK(journal_reply(model, "a") == "2");
    CHECK(journal_reply(model, "a") == "4");
    CHECK(journal_reply(model, "b") == "3");
    CHECK(asked == 4);
    CHECK(journal->path() == path);
}

TEST_CASE("a journal that is none is refused before anything is asked", "[live]") {
    const files::Directory directory;
    CHECK_THROWS_AS(CallJournal(directory.write("log.jsonl", "{\"id\":\"q\"}\n")), DataError);
}
