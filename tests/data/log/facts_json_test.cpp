// SPDX-License-Identifier: Apache-2.0
#include <automix/data/log/facts_json.hpp>
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/query_facts.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace automix;

StoredFacts facts_of(const std::string& text) {
    const std::string name = "f.json";
    return detail::FactsParser(name).parse(nlohmann::json::parse(text), "query", 2);
}

}  // namespace

TEST_CASE("facts on a query are read, and each may be missing") {
    const StoredFacts facts =
        facts_of(R"({"question":"Where?","context":"The map.","dataset":"maps",)"
                 R"("features":{"long":true,"turns":3,"kind":"proof","none":null},"prior":[0.25,1]})");
    CHECK(facts.view().question == "Where?");
    CHECK(facts.view().context == "The map.");
    CHECK(facts.view().dataset == "maps");
    CHECK(facts.features ==
          std::vector<QueryFeature>{{"kind", 0.0, "proof"}, {"long", 1.0, {}}, {"turns", 3.0, {}}});
    CHECK(facts.prior == std::vector<double>{0.25, 1.0});
    CHECK(facts_of("{}").view().question.empty());
    CHECK(facts_of(R"({"question":null,"prior":null})").prior.empty());
}

TEST_CASE("bad facts on a query are refused with their field") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]", "query: expected an object"},
        {R"({"text":"a"})", "query.text: unknown key"},
        {R"({"question":1})", "query.question: expected a string, found 1"},
        {R"({"features":[1]})", "query.features: expected an object of numbers and short texts"},
        {R"({"features":{"":1}})", "query.features: expected names, found an empty one"},
        {R"({"features":{"a":[1]}})", "query.features.a: expected a number, a boolean or a text"},
        {R"({"features":{"a":")" + std::string(257, 'x') + "\"}}", "query.features.a: expected"},
        {R"({"prior":[0.5]})", "query.prior: expected one number for each of 2 models, found 1"},
        {R"({"prior":[0.5,1.5]})", "query.prior[1]: expected a number of 0 to 1, found 1.5"},
        {R"({"prior":[]})", "query.prior: expected at least one number, found 0"}};
    for (const auto& [text, message] : cases) {
        INFO(message);
        CHECK_THROWS_WITH(facts_of(text), Catch::Matchers::ContainsSubstring("f.json: " + message));
    }
}
