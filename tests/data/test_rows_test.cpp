// SPDX-License-Identifier: Apache-2.0
#include "data/records.hpp"
#include "support/catch.hpp"

#include <automix/core/error.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/record.hpp>
#include <automix/data/test_rows.hpp>

using namespace automix;
using records::model;
using records::row;
using records::table;

namespace {

Record by_confidence(const char* id) {
    Record record = row(id, {model(0.0), model(1.0)});
    record.models[0].confidence = 0.5;
    return record;
}

/// One row on line 9 of a file.
Dataset on_line_nine(const Record& record) {
    Dataset data({"m0", "m1"});
    data.append(record, Place{"test.jsonl", 9, {}});
    return data;
}

}  // namespace

TEST_CASE("a row to test on without what all training rows have is named with file and line") {
    const Dataset verdicts =
        table({row("a", {model(0.0, "+-"), model(1.0)}), row("b", {model(1.0, "+"), model(1.0)})});
    const Dataset confidences = table({by_confidence("a")});
    const Dataset neither =
        table({row("a", {model(0.0, "+-"), model(1.0)}), row("b", {model(1.0), model(1.0)})});
    const Dataset bare = on_line_nine(row("t", {model(0.0), model(1.0)}));
    CHECK_THROWS_WITH(
        require_verification_of(verdicts, bare),
        "test.jsonl:9: model \"m0\", id \"t\": neither verdicts nor a confidence, which all rows to train "
        "on have");
    CHECK_THROWS_AS(require_verification_of(confidences, bare), DataError);
    CHECK_THROWS_WITH(
        require_verification_of(verdicts, on_line_nine(by_confidence("t"))),
        "test.jsonl:9: model \"m0\", id \"t\": a confidence without verdicts, while the rows to train on "
        "have verdicts");
    CHECK_THROWS_WITH(
        require_verification_of(confidences, on_line_nine(row("t", {model(0.0, "+"), model(1.0)}))),
        "test.jsonl:9: model \"m0\", id \"t\": verdicts, while the rows to train on have a confidence "
        "alone");
    // Nothing is asked of rows if training uses no verdicts, or cannot.
    CHECK_NOTHROW(require_verification_of(verdicts, bare, {0}));
    CHECK_NOTHROW(require_verification_of(neither, bare));
    CHECK_NOTHROW(require_verification_of(verdicts, on_line_nine(row("t", {model(0.0, "?"), model(1.0)}))));
}
