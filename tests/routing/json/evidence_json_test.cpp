// SPDX-License-Identifier: Apache-2.0
#include <automix/routing/json/evidence_json.hpp>
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/verification.hpp>

#include <string>
#include <vector>

using namespace automix;

TEST_CASE("a line of evidence is read, and its id is known even if it cannot be") {
    const EvidenceForm form{
        {{"small", VerificationKind::verdicts, 4}, {"large", VerificationKind::none, 0}}, false, 0};
    const EvidenceRequest read = parse_evidence_line(
        R"({"id":"q1","current":"small","models":[{"name":"small","verdicts":[1,0,null]}]})", form, "line 7");
    CHECK(read.id == "q1");
    CHECK(read.evidence.current == 0);
    CHECK(read.evidence.models[0].drawn == 3);
    CHECK(read.evidence.models[0].parsed == 2);
    CHECK(read.evidence.models[0].positive == 1);

    const std::string wrong = R"({"id":"q2","current":"huge"})";
    CHECK_THROWS_AS(parse_evidence_line(wrong, form, "line 8"), DataError);
    CHECK(evidence_id(wrong) == "q2");
    CHECK(evidence_id(R"({"id":7})") == "7");
    CHECK_FALSE(evidence_id(R"({"id":7.5})"));
    CHECK_FALSE(evidence_id("[1]"));
    CHECK_FALSE(evidence_id("{\"id\":"));
    // The line within the line is no place.
    try {
        (void)parse_evidence_line("{\"id\":", form, "line 9");
        FAIL("read what is no JSON");
    } catch (const DataError& error) {
        CHECK(error.place().file == "line 9");
        CHECK(error.place().line == 0);
    }
}

TEST_CASE("the facts on a query are read beside its evidence") {
    const EvidenceForm form{
        {{"small", VerificationKind::verdicts, 4}, {"large", VerificationKind::none, 0}}, false, 0};
    const EvidenceRequest read = parse_evidence_line(
        R"({"id":"q1","current":null,"query":{"question":"Where?","dataset":"maps","prior":[0.5,0.75]}})",
        form, "line 1");
    REQUIRE(read.query);
    CHECK(read.query->question == "Where?");
    CHECK(read.query->dataset == "maps");
    CHECK(read.query->prior == std::vector<double>{0.5, 0.75});
    CHECK_FALSE(read.evidence.forecast);
    CHECK_FALSE(parse_evidence_line(R"({"id":"q1","current":null})", form, "line 2").query);
    CHECK_THROWS_WITH(
        parse_evidence_line(R"({"id":"q1","current":null,"query":{"prior":[0.5]}})", form, "line 3"),
        "line 3: query.prior: expected one number for each of 2 models, found 1");
}
