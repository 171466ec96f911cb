// SPDX-License-Identifier: Apache-2.0
// `automix report`: the page on a log small enough for a pencil, all options of evaluate, and what it refuses.
#include "program/runner.hpp"

#include <string>
#include <vector>

namespace {

using namespace program;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

class ReportLog {
 public:
    explicit ReportLog(const std::vector<json>& records = hand_records())
        : path_(directory_.write("log.jsonl", lines(records))) {}

    [[nodiscard]] Arguments line(const Arguments& arguments = {}) const {
        return Arguments{
                   "report", path_,   "--router", "exact",       "--costs", "1,9", "--verification-cost",
                   "1",      "--out", page(),     "--resamples", "50"} +
               arguments;
    }
    [[nodiscard]] std::string page() const { return directory_.path("page.html"); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const files::Directory& directory() const { return directory_; }

 private:
    files::Directory directory_;
    std::string path_;
};

}  // namespace

TEST_CASE("report writes a page with the figures of evaluate") {
    const ReportLog log;
    const std::string text = text_of(log.line());
    CHECK_THAT(text, ContainsSubstring("report saved to " + log.page() + ", with "));
    // Data set a is routed: score (1 + 1 + 1 + 0.5) / 4, cost 2 + 4.5.
    const std::string page = files::read(log.page());
    CHECK_THAT(page, StartsWith("<!DOCTYPE html>") &&
                         ContainsSubstring("<span class=\"value\">0.875</span>") &&
                         ContainsSubstring("<span class=\"value\">6.50</span>") &&
                         ContainsSubstring("4 test queries, trained on 4 others"));
    // The same every time, and in place of the page before.
    CHECK(text_of(log.line()) == text);
    CHECK(files::read(log.page()) == page);
}

TEST_CASE("report takes the options of evaluate, and shows further routers beside the first") {
    const ReportLog log;
    Arguments line = log.line({"--test-split", "train", "--seed", "3", "--unit", "EUR"});
    line[3] = "always_large,exact";
    const std::string text = text_of(line);
    CHECK_THAT(text, StartsWith("always_large asks large every time"));
    const std::string page = files::read(log.page());
    CHECK_THAT(page, ContainsSubstring("EUR per query") && ContainsSubstring("<th scope=\"row\">exact</th>"));
}

TEST_CASE("texts of a log are text in the page") {
    std::vector<json> records = hand_records();
    for (json& record : records) {
        record["question"] = "</script><script>alert(1)</script>";
        record["dataset"] = record["dataset"].get<std::string>() + "\u202e<b>";
    }
    const ReportLog log(records);
    CHECK_THAT(text_of(log.line()), ContainsSubstring("report saved"));
    const std::string page = files::read(log.page());
    CHECK_THAT(page, ContainsSubstring("&lt;/script&gt;&lt;script&gt;alert(1)") &&
                         ContainsSubstring("\\u202e&lt;b&gt;"));
    CHECK(page.find("alert(1)</script>") == std::string::npos);
}

TEST_CASE("what report refuses") {
    const ReportLog log;
    const std::string kept = log.path();
    check_refused({"report", kept}, 2, "--out is required");
    check_refused(log.line({"--out", kept}), 2, "--out");
    Arguments onto = log.line();
    onto[9] = kept;
    check_refused(onto, 2, "--out: expected another file than");
    onto[9] = log.directory().path("none/page.html");
    check_refused(onto, 1, "none/page.html");
    onto[9] = log.directory().write("other.jsonl", lines(hand_records()));
    check_refused(onto, 1, "is a log, which would be lost");
    check_refused(log.line({"--test-split", "dev"}), 1, "no rows with split \"dev\"");
    check_refused(log.line({"--resamples", "0"}), 2, "resamples");
    check_refused(log.line({"--mix", "0.5"}) + Arguments{"--objective", "base"}, 2, "--objective: no effect");
    Arguments infeasible = log.line({"--objective", "quality=0.999"});
    infeasible[3] = "fixed_k";
    CHECK(run_automix(infeasible).code != 0);
}

TEST_CASE("report shows the certificate of a promise") {
    std::vector<json> records;
    for (int i = 0; i < 400; ++i) {
        const int right = i % 2;
        records.push_back(record("q" + std::to_string(i), "", i % 4 < 2 ? "train" : "test", right, 1, 0));
        records.back()["models"][0].erase("confidence");
        records.back()["models"][0]["verdicts"] = {right, right, right};
    }
    const ReportLog log(records);
    Arguments line =
        log.line({"--objective", "promise:quality=0.9,confidence=0.9", "--calibrate-share", "0.5"});
    line[3] = "pomdp";
    CHECK_THAT(text_of(line), ContainsSubstring("report saved to "));
    const std::string page = files::read(log.page());
    CHECK_THAT(page, ContainsSubstring("What is promised") &&
                         ContainsSubstring("<li>at least 90 % of the last") &&
                         ContainsSubstring("proven with confidence 90 % on"));
    CHECK_THAT(text_of(log.line()), ContainsSubstring("report saved to "));
    CHECK_THAT(files::read(log.page()), !ContainsSubstring("What is promised"));
}
