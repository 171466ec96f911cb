// SPDX-License-Identifier: Apache-2.0
#include <automix/core/verdict.hpp>
#include <automix/data/log/detail/read_warnings.hpp>
#include <automix/data/log/log_record.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using automix::LogRecord;
using automix::Place;
using automix::Verdict;
using automix::detail::ReadWarnings;

LogRecord note_record(const std::vector<Verdict>& verdicts, std::optional<double> confidence = {}) {
    LogRecord log;
    log.model_names = {"s", "l"};
    log.record.models.resize(2);
    log.record.models[0].verdicts = verdicts;
    log.record.models[0].confidence = confidence;
    return log;
}

constexpr auto yes = Verdict::positive;
constexpr auto no = Verdict::negative;
constexpr auto unread = Verdict::unparsed;

}  // namespace

TEST_CASE("verdicts are counted by model") {
    ReadWarnings notes;
    CHECK(notes.verdicts().empty());
    notes.add(note_record({yes, unread, no}), {"f", 1, {}});
    notes.add(note_record({unread}), {"f", 2, {}});
    REQUIRE(notes.verdicts().size() == 2);
    CHECK(notes.verdicts()[0].drawn == 4);
    CHECK(notes.verdicts()[0].unparsed == 2);
    CHECK(notes.verdicts()[1].drawn == 0);
    CHECK(notes.warnings({"s", "l"}, {}) ==
          std::vector<std::string>{"s: 2 of 4 verdicts could not be parsed"});
}

TEST_CASE("a stored confidence may be rounded to a thousandth and no more") {
    const auto warnings = [](double confidence) {
        ReadWarnings notes;
        notes.add(note_record({yes, no, unread, no}, confidence), {"f", 1, {}});
        return notes.warnings({"s", "l"}, {}).size();
    };
    // The share is 1 of 3; one of the four is unread, which is a warning of its own.
    CHECK(warnings(0.333) == 1);
    CHECK(warnings(0.3343) == 1);
    CHECK(warnings(0.3344) == 2);
    CHECK(warnings(0.25) == 2);
}

TEST_CASE(
    "warnings come once for each kind: truncated lines, contradictions with their first place, unparsed "
    "verdicts") {
    ReadWarnings notes;
    notes.add(note_record({yes, no}, 0.5), {"f", 1, {}});
    notes.add(note_record({yes, no}, 1.0), {"f", 2, {}});
    CHECK(notes.warnings({"s", "l"}, {}) ==
          std::vector<std::string>{
              "f:2: s: stored confidence 1 is not the share of positive verdicts, 0.5, which is used"});
    notes.add(note_record({yes, unread}, 0.0), {"g", 1, {}});
    CHECK(notes.warnings({"s", "l"}, {{"f", 9, {}}, {"g", 3, {}}}) ==
          std::vector<std::string>{"f:9: truncated last line skipped", "g:3: truncated last line skipped",
                                   "f:2: s: stored confidence 1 is not the share of positive verdicts, 0.5, "
                                   "which is used; 2 such in all",
                                   "s: 1 of 6 verdicts could not be parsed"});
}
