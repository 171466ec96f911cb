// SPDX-License-Identifier: Apache-2.0
// Logs of the field and tables on the command line: exit code 0 with warnings in the answer, or 1 with one message.
#include "program/runner.hpp"

#include <string>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;

std::string log_case(const std::string& name) {
    std::string path = AUTOMIX_TESTS_DIR "/data/log/cases/";
    return path += name;
}

}  // namespace

TEST_CASE("logs of the field are described, or refused with exit code 1") {
    for (const char* name :
         {"ok.jsonl", "bool-score.jsonl", "int-id.jsonl", "crlf.jsonl", "reference-list.jsonl"})
        CHECK(json_of({"describe", log_case(name)})["rows"] == 12);
    const json odd = json_of({"describe", log_case("latin1.jsonl")});
    CHECK_THAT(odd["warnings"][0].get<std::string>(), ContainsSubstring("0xE9"));
    check_refused({"describe", log_case("gz.jsonl.gz")}, 1, "run `gunzip` on it");
    check_refused({"describe", log_case("utf16.jsonl")}, 1, "UTF-16");
    check_refused({"evaluate", log_case("json-array.jsonl"), "--router", "pomdp"}, 1, "jq -c '.[]'");
    check_refused({"evaluate", log_case("nan-score.jsonl"), "--router", "pomdp"}, 1, "found NaN");
    check_refused({"train", log_case("score-percent.jsonl"), "--out", "/dev/null"}, 1,
                  "divide per cent by 100");
}

TEST_CASE("a log without verification is said to have none") {
    const json found = json_of({"describe", log_case("router-no-verdicts.jsonl")});
    CHECK_THAT(found["warnings"].dump(), ContainsSubstring("no model is verified in any row"));
}

TEST_CASE("bad rows are skipped on request") {
    const json found = json_of({"describe", "--skip-bad-rows", log_case("nan-score.jsonl")});
    CHECK(found["rows"] == 11);
    CHECK_THAT(found["warnings"][0].get<std::string>(), ContainsSubstring("1 bad row skipped"));
}

TEST_CASE("tables are read through a mapping") {
    const files::Directory directory;
    const std::string table =
        directory.write("t.csv", "qid,small,large,check 1\na,1,TRUE,yes\nb,0,TRUE,no\n");
    const std::string map = directory.write(
        "m.json",
        R"({"id":"qid","words":{"yes":1,"no":0},"models":[{"name":"s","score":"small","verdicts":["check 1"]},{"name":"l","score":"large"}]})");
    const json found = json_of({"describe", table, "--map", map});
    CHECK(found["rows"] == 2);
    CHECK(found["models"][0]["draws"]["fewest"] == 1);
    CHECK(found["models"][0]["confidence"] == 0.5);
    check_refused({"describe", table}, 1, "a table needs a mapping");
    CHECK_THAT(text_of({"describe", "--help"}),
               ContainsSubstring("\"verdicts\":[\"v1\",\"v2\"]") && ContainsSubstring("--skip-bad-rows"));
}
