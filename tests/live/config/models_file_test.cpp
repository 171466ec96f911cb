// SPDX-License-Identifier: Apache-2.0
#include <automix/live/config/models_file.hpp>
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/verdict.hpp>
#include <automix/model/model_price.hpp>
#include <automix/model/request.hpp>

#include <chrono>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

const std::string example =
    R"({"models":[{"name":"small","base_url":"http://127.0.0.1:8080/v1","model":"automix-mini","api_key_env":"SMALL_KEY",)"
    R"("price":{"call":1,"verification":0.125},"generation":{"temperature":0.7,"max_tokens":64},)"
    R"("prompts":{"answer":"..{context}..{question}..","verify":"..{context}..{question}..{answer}.."},)"
    R"("verdict":{"positive":"verdict:\\s*correct\\b","negative":"verdict:\\s*incorrect\\b"},)"
    R"("timeout_s":30,"concurrency":8,"requests_per_minute":600}]})";

/// A models file with two models, a field a line; the lines of a test are put in place of those of the second.
const std::vector<std::string> second_field = {
    R"("name": "large")",                   // 6
    R"("base_url": "http://host/v1")",      // 7
    R"("price": {"call": 50})",             // 8
    R"("generation": {"max_tokens": 64})",  // 9
};

std::string file_of(const std::vector<std::string>& fields) {
    std::string text =
        "{\"models\": [\n{\"name\": \"small\", \"base_url\": \"http://host/v1\",\n"
        "\"price\": {\"call\": 1}, \"generation\": {\"max_tokens\": 8}},\n\n{\n";
    for (std::size_t i = 0; i < fields.size(); ++i)
        text += fields[i] + (i + 1 < fields.size() ? ",\n" : "\n");
    return text + "}\n]}\n";
}

/// The second model with one more field.
std::vector<ModelConfig> with(const std::string& field) {
    std::vector<std::string> fields = second_field;
    fields.push_back(field);
    return parse_models(file_of(fields), "models.json");
}

}  // namespace

TEST_CASE("the example of a models file is read") {
    const std::vector<ModelConfig> models = parse_models(example, "models.json");
    REQUIRE(models.size() == 1);
    const ModelConfig& model = models[0];
    CHECK(model.name == "small");
    CHECK(model.base_url == "http://127.0.0.1:8080/v1");
    CHECK(model.model == "automix-mini");
    CHECK(model.api_key_env == "SMALL_KEY");
    CHECK(model.price == ModelPrice{.call = 1.0, .verification = 0.125});
    CHECK(model.generation == Sampling{.temperature = 0.7, .max_tokens = 64});
    CHECK(model.verification == model.generation);
    REQUIRE(model.prompts.answer);
    CHECK(model.prompts.answer->render({"c", "q", ""}).text == "..c..q..");
    REQUIRE(model.prompts.verify);
    CHECK(model.prompts.verify->render({"c", "q", "a"}).text == "..c..q..a..");
    CHECK(model.dataset_prompts.empty());
    REQUIRE(model.verdict);
    CHECK((*model.verdict)("Verdict: Correct") == Verdict::positive);
    CHECK((*model.verdict)("Verdict: incorrect.") == Verdict::negative);
    CHECK((*model.verdict)("correct") == Verdict::unparsed);
    CHECK(model.timeout == std::chrono::seconds(30));
    CHECK_FALSE(model.connect_timeout);
    CHECK(model.limits.concurrency == 8);
    CHECK(model.limits.requests_per_minute == 600);
}

TEST_CASE("what a models file leaves out has defaults") {
    const std::vector<ModelConfig> models = parse_models(file_of(second_field), "models.json");
    REQUIRE(models.size() == 2);
    const ModelConfig& model = models[1];
    CHECK(model.name == "large");
    CHECK(model.model == "large");
    CHECK(model.api_key_env.empty());
    CHECK(model.price == ModelPrice{.call = 50.0, .verification = 50.0});
    CHECK(model.generation == Sampling{.max_tokens = 64});
    CHECK(model.verification == Sampling{.temperature = 0.7, .max_tokens = 64});
    CHECK_FALSE(model.prompts.answer);
    CHECK_FALSE(model.prompts.verify);
    CHECK_FALSE(model.verdict);
    CHECK_FALSE(model.timeout);
    CHECK_FALSE(model.limits.concurrency);
    CHECK_FALSE(model.limits.requests_per_minute);
    CHECK(model.samples_per_call == 1);
    CHECK(model.attempts == 4);
    CHECK(model.render.max_bytes == std::numeric_limits<std::size_t>::max());
    CHECK(model.extra.empty());
    CHECK(model.rate_limit_attempts == 12);
    CHECK(model.max_tokens_field == "max_tokens");
    CHECK(model.leave_out.empty());
    CHECK(model.api_key_header.empty());
    CHECK(model.headers.empty());
    CHECK(model.query.empty());
    CHECK(model.ca_file.empty());
    CHECK(model.reasoning_effort.empty());
}

TEST_CASE("every field of a models file is read") {
    CHECK(with(R"("verification": {"temperature": 0, "seed": 3})")[1].verification ==
          Sampling{.temperature = 0.0, .max_tokens = 64, .seed = 3});
    CHECK(with(R"("verification": {"max_tokens": 9, "top_p": 0.5, "stop": ["\n", "."]})")[1].verification ==
          Sampling{.temperature = 0.7, .top_p = 0.5, .max_tokens = 9, .stop = {"\n", "."}});
    CHECK(with(R"("timeout_s": 0.0001)")[1].timeout == std::chrono::milliseconds(1));
    CHECK(with(R"("connect_timeout_s": 2.5)")[1].connect_timeout == std::chrono::milliseconds(2500));
    CHECK(with(R"("samples_per_call": 16)")[1].samples_per_call == 16);
    CHECK(with(R"("attempts": 1)")[1].attempts == 1);
    CHECK(with(R"("attempts": 1)")[1].rate_limit_attempts == 1);
    CHECK(with(R"("attempts": 1, "rate_limit_attempts": 9)")[1].rate_limit_attempts == 9);
    CHECK(with(R"("rate_limit_attempts": 9)")[1].attempts == 4);
    CHECK(with(R"("max_tokens_field": "max_completion_tokens")")[1].max_tokens_field ==
          "max_completion_tokens");
    CHECK(with(R"("leave_out": ["temperature", "top_p"])")[1].leave_out ==
          std::vector<std::string>{"temperature", "top_p"});
    CHECK(with(R"("api_key_header": "api-key")")[1].api_key_header == "api-key");
    CHECK(with(R"("headers": {"X-Team": "a", "X-Empty": ""})")[1].headers ==
          std::map<std::string, std::string>{{"X-Team", "a"}, {"X-Empty", ""}});
    CHECK(with(R"("query": {"api-version": "1"})")[1].query ==
          std::map<std::string, std::string>{{"api-version", "1"}});
    CHECK(with(R"("ca_file": "ca.pem")")[1].ca_file == "ca.pem");
    CHECK(with(R"("reasoning_effort": "low")")[1].reasoning_effort == "low");
    CHECK(with(R"("max_prompt_bytes": 30000)")[1].render.max_bytes == 30'000);
    CHECK(with(R"("extra": {"top_k": 0, "a": {"b": [1]}})")[1].extra == R"({"a":{"b":[1]},"top_k":0})");
    std::vector<std::string> fields = second_field;
    fields[2] =
        R"("price": {"call": 1, "verification": 2, "prompt_per_million": 3, "completion_per_million": 4})";
    CHECK(parse_models(file_of(fields), "models.json")[1].price ==
          ModelPrice{.call = 1, .verification = 2, .prompt_per_million = 3, .completion_per_million = 4});
    fields[2] = R"("price": {"call": 1, "verification": 0})";
    CHECK(parse_models(file_of(fields), "models.json")[1].price == ModelPrice{.call = 1});
    fields[2] = R"("price": {"prompt_per_million": 3, "completion_per_million": 0})";
    CHECK(parse_models(file_of(fields), "models.json")[1].price == ModelPrice{.prompt_per_million = 3});
    fields[2] = R"("price": {"call": 0})";
    CHECK(parse_models(file_of(fields), "models.json")[1].price == ModelPrice{});
}

TEST_CASE("signals of a models file are probabilities of tokens or commands") {
    const ModelConfig model = with(
        R"("signals": [{"name": "mean", "of": "mean_probability"}, {"name": "least", "of": "min_probability"},
            {"name": "letter", "of": "choice_probability"}, {"name": "tests", "command": "./run-tests"}])")
        [1];
    REQUIRE(model.signals.size() == 4);
    CHECK(model.signals[0].name == "mean");
    CHECK(model.signals[0].origin == SignalOrigin::mean_probability);
    CHECK(model.signals[0].command.empty());
    CHECK(model.signals[1].origin == SignalOrigin::min_probability);
    CHECK(model.signals[2].origin == SignalOrigin::choice_probability);
    CHECK(model.signals[3].origin == SignalOrigin::command);
    CHECK(model.signals[3].command == "./run-tests");
    CHECK(asks_probabilities(model));
    CHECK(asked_alternatives(model) == 5);
    const ModelConfig mean = with(R"("signals": [{"name": "p", "of": "mean_probability"}])")[1];
    CHECK(asks_probabilities(mean));
    CHECK(asked_alternatives(mean) == 0);
    const ModelConfig tests = with(R"("signals": [{"name": "p", "command": "true"}])")[1];
    CHECK_FALSE(asks_probabilities(tests));
    CHECK_FALSE(asks_probabilities(with(R"("signals": [])")[1]));
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"3", "signals: expected an array, found 3"},
        {"[3]", "signals[0]: expected an object, found 3"},
        {R"([{"of": "mean_probability"}])", "signals[0].name: missing"},
        {R"([{"name": "", "command": "x"}])", "signals[0].name: expected a text, found an empty one"},
        {R"([{"name": "p"}])",
         R"(signals[0]: expected one of "of", the probability that it is, and "command")"},
        {R"([{"name": "p", "of": "mean_probability", "command": "x"}])", "signals[0]: expected one of"},
        {R"([{"name": "p", "of": "entropy"}])",
         "signals[0].of: expected one of mean_probability, min_probability, choice_probability, found "
         "\"entropy\""},
        {R"([{"name": "p", "command": ""}])", "signals[0].command: expected a text"},
        {R"([{"name": "p", "command": "x", "cost": 1}])", "signals[0].cost: unknown key"},
        {R"([{"name": "p", "command": "x"}, {"name": "p", "command": "y"}])",
         "signals[1].name: \"p\" stands twice"}};
    for (const auto& [signals, message] : wrong)
        CHECK_THROWS_WITH(with("\"signals\": " + signals), ContainsSubstring("models[1]." + message));
}

TEST_CASE("prompts may differ by data set") {
    const ModelConfig model = with(
        R"("prompts": {"answer": "all {question}", "squad.v1": {"verify": "V {question} {answer}"},
            "coqa": {"answer": "C {question}", "verify": "W {question} {answer}"}})")[1];
    CHECK(model.prompts.answer->render({"", "q", ""}).text == "all q");
    CHECK_FALSE(model.prompts.verify);
    REQUIRE(model.dataset_prompts.size() == 2);
    CHECK_FALSE(model.dataset_prompts.at("squad.v1").answer);
    CHECK(model.dataset_prompts.at("squad.v1").verify->render({"", "q", "a"}).text == "V q a");
    CHECK(model.dataset_prompts.at("coqa").answer->render({"", "q", ""}).text == "C q");
}

TEST_CASE("a field of a models file that is wrong is refused by file, line and field") {
    const auto check = [](std::vector<std::string> fields, std::size_t line, const std::string& message) {
        try {
            (void)parse_models(file_of(fields), "models.json");
            FAIL("read, in place of " << message);
        } catch (const DataError& error) {
            CHECK_THAT(error.what(),
                       StartsWith("models.json:" + std::to_string(line) + ": models[1]" + message));
            CHECK(error.place().file == "models.json");
            CHECK(error.place().line == line);
            CHECK_THAT(error.place().field, StartsWith("models[1]"));
        }
    };
    const std::vector<std::pair<std::string, std::string>> added = {
        {R"("model": "")", ".model: expected a text, found an empty one"},
        {R"("model": 3)", ".model: expected a string, found 3"},
        {R"("api_key_env": "")", ".api_key_env: expected a text, found an empty one"},
        {R"("api_key_env": "PATH")",
         ".api_key_env: expected a name with KEY, TOKEN or SECRET; if this variable holds a key, repeat its "
         "name "
         "in \"api_key_env_again\""},
        {R"("api_key_env_again": "PATH")", ".api_key_env_again: expected \"api_key_env\" beside it"},
        {R"("api_key_env": "HOME", "api_key_env_again": "PATH")",
         ".api_key_env_again: expected the name in \"api_key_env\", found another"},
        {R"("api_key": "sk-1")", ".api_key: unknown key; known are name, base_url, "},
        {R"("max_tokens_field": "tokens")",
         ".max_tokens_field: expected one of max_tokens, max_completion_tokens, found \"tokens\""},
        {R"("leave_out": ["temperature", "stop"])",
         ".leave_out[1]: expected one of temperature, top_p, found \"stop\""},
        {R"("leave_out": "top_p")", ".leave_out: expected an array, found \"top_p\""},
        {R"("headers": {"X-Team": 3})", ".headers.X-Team: expected a string, found 3"},
        {R"("headers": ["X-Team: a"])", ".headers: expected an object, found an array"},
        {R"("query": {"v": null})", ".query.v: expected a string, found null"},
        {R"("ca_file": "")", ".ca_file: expected a text, found an empty one"},
        {R"("api_key_header": 1)", ".api_key_header: expected a string, found 1"},
        {R"("reasoning_effort": 2)", ".reasoning_effort: expected a string, found 2"},
        {R"("rate_limit_attempts": 0)", ".rate_limit_attempts: expected a whole number from 1"},
        {R"("verification": 1)", ".verification: expected an object, found 1"},
        {R"("verification": {"temperature": -1})",
         ".verification.temperature: expected a number of at least 0, found -1"},
        {R"("verification": {"top_p": 0})", ".verification.top_p: expected a number in (0, 1], found 0"},
        {R"("verification": {"seed": -1})",
         ".verification.seed: expected a whole number from 0 to 2147483647, found -1"},
        {R"("verification": {"stop": "x"})", ".verification.stop: expected an array, found \"x\""},
        {R"("verification": {"stop": ["x", ""]})",
         ".verification.stop[1]: expected a text, found an empty one"},
        {R"("verification": {"n": 2})", ".verification.n: unknown key"},
        {R"("prompts": [])", ".prompts: expected an object, found an empty array"},
        {R"("prompts": {"answer": 1})", ".prompts.answer: expected a string, found 1"},
        {R"("prompts": {"answer": "{context}"})", ".prompts.answer: prompt template: lacks {question}"},
        {R"("prompts": {"verify": "{question}"})", ".prompts.verify: prompt template: lacks {answer}"},
        {R"("prompts": {"d": "x"})", ".prompts.d: expected an object, found \"x\""},
        {R"("prompts": {"d": {"verify": "{answer}"}})",
         ".prompts.d.verify: prompt template: lacks {question}"},
        {R"("prompts": {"d": {"ask": "x"}})", ".prompts.d.ask: unknown key"},
        {R"("verdict": {"positive": "x"})", ".verdict.negative: missing"},
        {R"("verdict": {"positive": "", "negative": "x"})",
         ".verdict.positive: expected a text, found an empty one"},
        {R"("verdict": {"positive": "x", "negative": "y", "other": "z"})", ".verdict.other: unknown key"},
        {R"("timeout_s": 0)", ".timeout_s: expected seconds above 0 and up to a day, found 0"},
        {R"("timeout_s": "30")", ".timeout_s: expected a number, found \"30\""},
        {R"("timeout_s": 86401)", ".timeout_s: expected seconds above 0 and up to a day, found 86401"},
        {R"("connect_timeout_s": -1)",
         ".connect_timeout_s: expected seconds above 0 and up to a day, found -1"},
        {R"("concurrency": 0)", ".concurrency: expected a whole number from 1 to 2147483647, found 0"},
        {R"("concurrency": 1.5)", ".concurrency: expected a whole number from 1 to 2147483647, found 1.5"},
        {R"("requests_per_minute": 0)",
         ".requests_per_minute: expected a whole number from 1 to 2147483647, found 0"},
        {R"("samples_per_call": 0)",
         ".samples_per_call: expected a whole number from 1 to 2147483647, found 0"},
        {R"("attempts": 0)", ".attempts: expected a whole number from 1 to 2147483647, found 0"},
        {R"("max_prompt_bytes": 0)",
         ".max_prompt_bytes: expected a whole number from 1 to 2147483647, found 0"},
        {R"("extra": [1])", ".extra: expected an object, found an array"},
    };
    for (const auto& [field, message] : added) {
        std::vector<std::string> fields = second_field;
        fields.push_back(field);
        check(fields, 10, message);
    }
    // In place of a field that must be there: its line, from 6, what stands there and what is said of it.
    const std::vector<std::pair<std::string, std::string>> replaced = {
        {R"("name": "")", ".name: expected a text, found an empty one"},
        {R"("name": "small")", ".name: \"small\" stands twice"},
        {R"("base_url": "")", ".base_url: expected a text, found an empty one"},
        {R"("base_url": null)", ".base_url: expected a string, found null"},
        {R"("price": 1)", ".price: expected an object, found 1"},
        {R"("price": {})", ".price: expected call, or prompt_per_million and completion_per_million"},
        {R"("price": {"verification": 1})",
         ".price: expected call, or prompt_per_million and completion_per_million"},
        {R"("price": {"prompt_per_million": 1})",
         ".price: expected call, or prompt_per_million and completion_per_million"},
        {R"("price": {"completion_per_million": 1})",
         ".price: expected call, or prompt_per_million and completion_per_million"},
        {R"("price": {"answer": 1})", ".price.answer: unknown key"},
        {R"("price": {"call": "1"})", ".price.call: expected a number, found \"1\""},
        {R"("price": {"call": -1})", ".price.call: expected a finite price of at least 0, found -1"},
        {R"("price": {"call": 1, "prompt_per_million": -1})",
         ".price.prompt_per_million: expected a finite price of at least 0, found -1"},
        {R"("generation": {})", ".generation.max_tokens: missing"},
        {R"("generation": 64)", ".generation: expected an object, found 64"},
        {R"("generation": {"max_tokens": 0})",
         ".generation.max_tokens: expected a whole number from 1 to 2147483647, found 0"},
        {R"("generation": {"max_tokens": 64, "temperature": "hot"})",
         ".generation.temperature: expected a number, found \"hot\""},
    };
    for (const auto& [field, message] : replaced) {
        std::vector<std::string> fields = second_field;
        const std::string key = field.substr(0, field.find(':'));
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (fields[i].substr(0, fields[i].find(':')) != key) continue;
            fields[i] = field;
            check(fields, 6 + i, message);
        }
    }
    for (const char* key : {"name", "base_url", "price", "generation"}) {
        std::vector<std::string> fields = second_field;
        std::erase_if(fields, [&](const std::string& f) { return f.find(key) == 1; });
        check(fields, 5, std::string(".") + key + ": missing");
    }
}

TEST_CASE("the line of a fault is that of the value, on however many lines the model stands") {
    std::vector<std::string> fields = second_field;
    fields[2] = "\"price\": {\n\"call\": 1,\n\"verification\":\n-1\n}";
    CHECK_THROWS_WITH(parse_models(file_of(fields), "m"), StartsWith("m:11: models[1].price.verification: "));
    fields = second_field;
    fields[3] = "\"generation\": {\n\"max_tokens\": 0\n}";
    CHECK_THROWS_WITH(parse_models(file_of(fields), "m"),
                      StartsWith("m:10: models[1].generation.max_tokens: "));
    fields[3] = "\"generation\":\n {\n\n}";
    CHECK_THROWS_WITH(parse_models(file_of(fields), "m"),
                      StartsWith("m:10: models[1].generation.max_tokens: missing"));
}

TEST_CASE("a pattern that is no regular expression is refused with its reason") {
    CHECK_THROWS_WITH(with(R"("verdict": {"positive": "(", "negative": "x"})"),
                      StartsWith("models.json:10: models[1].verdict: ") &&
                          ContainsSubstring("verdict.positive") && ContainsSubstring("\"(\""));
}

TEST_CASE("what stands twice or cannot be a number is shown with its line") {
    CHECK_THROWS_WITH(parse_models("{\"models\":[{\n\"name\":\"a\",\n\"name\":\"b\"}]}", "m"),
                      "m:3: name: stands twice in one object");
    CHECK_THROWS_WITH(parse_models("{\"models\":[\n\n{\"timeout_s\":1e999}]}", "m"),
                      StartsWith("m:3: not valid JSON: "));
    CHECK_THROWS_WITH(parse_models("{\"models\":\n" + std::string(100, '['), "m"),
                      "m:2: nested deeper than 64 levels");
}

TEST_CASE("a models file without models is refused") {
    CHECK_THROWS_WITH(parse_models("{}", "m"), "m:1: models: missing");
    CHECK_THROWS_WITH(parse_models("{\"models\":\n[]}", "m"),
                      "m:2: models: expected at least one model, found 0");
    CHECK_THROWS_WITH(parse_models("[]", "m"), "m:1: expected an object, found an empty array");
    CHECK_THROWS_WITH(parse_models("\n{\"models\":[1]}", "m"), "m:2: models[0]: expected an object, found 1");
    CHECK_THROWS_WITH(parse_models("{\"models\":[],\n\"more\":1}", "m"),
                      "m:2: more: unknown key; known are models, verifiers");
    CHECK_THROWS_WITH(parse_models("{\"models\":[\n", "m"), StartsWith("m:2: column 1: not valid JSON: "));
    CHECK_THROWS_WITH(parse_models("", "m"), StartsWith("m:1: column 1: not valid JSON: "));
    CHECK_THROWS_WITH(parse_models("{\"models\":1,\"models\":2}", "m"), ContainsSubstring("stands twice"));
}

TEST_CASE("a models file is read from its path") {
    const files::Directory directory;
    CHECK(read_models(directory.write("models.json", "\xEF\xBB\xBF" + example)).size() == 1);
    CHECK_THROWS_WITH(read_models(directory.path("none.json")),
                      ContainsSubstring("none.json: cannot be opened"));
    CHECK_THROWS_WITH(read_models(directory.write("bad.json", "{\"models\":\n{}}")),
                      ContainsSubstring("bad.json:2: models: expected an array, found an object"));
}
