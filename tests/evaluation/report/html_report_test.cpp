// SPDX-License-Identifier: Apache-2.0
// The page of a report: its structure, its numbers by hand, and texts that try to break out of it.
#include "evaluation/by_confidence.hpp"
#include "evaluation/report/page_tags.hpp"
#include "routing/belief/context_world.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <automix/core/error.hpp>
#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report/html_report.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/belief/pomdp_router.hpp>

#include <string>
#include <vector>

using namespace automix;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

ReportOptions quick_report() {
    ReportOptions options;
    options.evaluation.bootstrap = BootstrapOptions{0.95, 50, 0};
    options.learning.min_rows = 1;
    options.learning.halvings = 2;
    return options;
}

ReportContents report_by_hand() {
    const Dataset data = by_hand::queries();
    const PriceTable prices = by_hand::prices(data);
    return make_report(AnyRouter(by_hand::ByConfidence()), {data, prices}, data, prices, quick_report());
}

void check_page(const std::string& page) {
    CHECK(page_tags::nesting_error(page).empty());
    INFO(page_tags::nesting_error(page));
    CHECK(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    CHECK(page.ends_with("</html>\n"));
    for (const char* once : {"<title>", "<h1>", "<script>", "<style>", "<main>", "id=\"tip\""})
        CHECK(page_tags::count(page, once) == 1);
    // Nothing is loaded, and every section and chart has a name.
    for (const char* outside : {"http:", "https:", "src=", "url(", "@import", "<link", "<img", "<iframe"})
        CHECK(page_tags::count(page, outside) == 0);
    CHECK(page_tags::count(page, "<section ") == page_tags::count(page, "<h2 "));
    CHECK(page_tags::count(page, "<svg role=\"group\" aria-label=\"") +
              page_tags::count(page, "aria-hidden") ==
          page_tags::count(page, "<svg "));
}

}  // namespace

TEST_CASE("a report holds the figures that are known by hand") {
    const ReportContents report = report_by_hand();
    CHECK(report.models == std::vector<std::string>{"small", "large"});
    CHECK(report.train_rows == 4);
    REQUIRE(report.routers.size() == 1);
    CHECK(report.routers[0].name == "by_confidence");
    CHECK_THAT(report.routers[0].test.report.performance, WithinAbs(0.75, 1e-12));
    REQUIRE(report.frontier.has_value());
    CHECK(report.frontier->policies.size() == 1);
    CHECK(report.frontier->models.size() == 2);
    REQUIRE(report.routes.has_value());
    CHECK_THAT(report.routes->payments[1].answer, WithinAbs(4.5, 1e-12));
    CHECK(report.reliability.size() == 1);
    CHECK(report.verdicts.size() == 1);
    REQUIRE(report.learning.has_value());
    CHECK(report.learning->points.size() == 3);
    CHECK(report.queries.size() == 4);
    CHECK(!report.warnings.empty());  // few rows
}

TEST_CASE("the page of a report shows its numbers, and is complete in itself") {
    const ReportContents report = report_by_hand();
    const std::string page = to_html(report);
    check_page(page);
    CHECK_THAT(page,
               ContainsSubstring("by_confidence keeps 85.7 % of large&#39;s score at 72.2 % of its cost.") &&
                   ContainsSubstring("<span class=\"value\">0.750</span>") &&
                   ContainsSubstring("<span class=\"value\">6.50</span>") &&
                   ContainsSubstring("4 test queries, trained on 4 others"));
    // Of 6.5, 1 is paid for verdicts.
    CHECK_THAT(
        page, ContainsSubstring("Of its cost of 6.50 units of price per query, 15.4 % is paid for verdicts"));
    CHECK_THAT(page, ContainsSubstring(
                         "<th scope=\"row\">large</th><td>4.50</td><td>0</td><td>4.50</td><td>69.2 %</td>"));
    CHECK_THAT(page, ContainsSubstring("Brier score 0.320, calibration error 0.400"));
    for (const char* section : {"frontier", "figures", "paid", "routes", "belief", "verdicts", "context",
                                "learning", "warnings", "queries", "made"})
        CHECK(page_tags::count(page, "<section id=\"" + std::string(section) + '"') == 1);
    CHECK(page_tags::count(page, "class=\"query\"") == 4);
    CHECK(to_html(report) == page);
}

TEST_CASE("nothing that a log holds breaks out of the page") {
    const std::string script = "</script><script>alert(1)</script>";
    const std::string broken = "x\" onload='1' \x1b[2J \xED\xA0\x80 \xE2\x80\xAE <!-- ]]>";
    Dataset data({"<b>small\"", "large&'"});
    const Dataset plain = by_hand::queries();
    for (Index row = 0; row < plain.rows(); ++row) {
        Record record = plain.record(row);
        record.id = script + record.id;
        record.dataset = broken + record.dataset;
        QueryFacts facts;
        facts.question = row % 2 == 0 ? script : broken;
        data.append(record, {}, facts);
    }
    const PriceTable prices = by_hand::prices(data);
    ReportOptions options = quick_report();
    options.unit = "</style><i>";
    ReportContents report =
        make_report(AnyRouter(by_hand::ByConfidence()), {data, prices}, data, prices, options);
    report.warnings.push_back(script + broken);
    report.routers.front().name = "<router>";
    const std::string page = to_html(report);
    check_page(page);
    for (const char* part : {"alert(1)</script>", "onload='", "<b>small", "<router>", "<i>", "<!--", "\x1b",
                             "\xED\xA0", "\xE2\x80\xAE"})
        CHECK(page_tags::count(page, part) == 0);
    CHECK_THAT(page,
               ContainsSubstring("&lt;/script&gt;&lt;script&gt;alert(1)") && ContainsSubstring("\\x1b[2J"));
}

TEST_CASE("an evaluation alone has a page of what it holds") {
    const Dataset data = by_hand::queries();
    const PriceTable prices = by_hand::prices(data);
    const Evaluation evaluation = evaluate(by_hand::ByConfidence(), data, prices);
    const std::string page = to_html(evaluation, "mine");
    check_page(page);
    CHECK_THAT(page, ContainsSubstring("mine keeps 85.7 %"));
    CHECK(page_tags::count(page, "<section id=\"figures\"") == 1);
    CHECK(page_tags::count(page, "<section id=\"routes\"") == 0);
    CHECK_THROWS_AS(to_html(ReportContents{}), ArgumentError);
}

TEST_CASE("several routers stand beside the first one") {
    ReportContents report = report_by_hand();
    report.routers.push_back(report.routers.front());
    report.routers.back().name = "other";
    const std::string page = to_html(report);
    check_page(page);
    CHECK_THAT(page, ContainsSubstring("<th scope=\"row\">other</th>") &&
                         ContainsSubstring(">other routers</text>"));
}

TEST_CASE("a page is saved, and never over a log") {
    const files::Directory directory;
    const ReportContents report = report_by_hand();
    HtmlOutput(directory.path("page.html")).write(report);
    CHECK(files::read(directory.path("page.html")) == to_html(report));
    const std::string log = directory.write("log.jsonl", R"({"schema":"automix-log/1","id":"a"})");
    CHECK_THROWS_WITH(HtmlOutput(log), ContainsSubstring("is a log, which would be lost"));
    CHECK_THROWS_AS(HtmlOutput(directory.path("none/page.html")), DataError);
}

TEST_CASE("the page of the POMDP router shows what the query tells and why it decides", "[property]") {
    test::World world;
    world.types = {{0.95, 0.95, 0.7, 1.0}, {0.2, 0.9, 0.9, 1.0}};
    world.type_in = test::TypeIn::words;
    const Dataset train = test::generated(world, 500, 1);
    const Dataset tested = test::generated(world, 500, 2);
    const PriceTable prices = resolve_prices(train);
    const PriceTable test_prices = resolve_prices(tested);
    std::vector<Progress> told;
    ReportOptions options;
    options.evaluation.bootstrap = BootstrapOptions{0.95, 100, 0};
    options.progress = [&](const Progress& progress) { told.push_back(progress); };
    const ReportContents report =
        make_report(AnyRouter(PomdpRouter()), {train, prices}, tested, test_prices, options);
    CHECK(told.size() > 10);
    REQUIRE(report.routes.has_value());
    CHECK(report.routes->strata.size() == 5);
    CHECK(report.queries.size() == 10);
    REQUIRE(report.learning.has_value());
    REQUIRE(report.learning->points.size() == 5);
    CHECK(report.learning->points.back().rows == 500);
    CHECK(report.learning->points.back().excess > 0.0);
    const std::string page = to_html(report);
    check_page(page);
    CHECK_THAT(page, ContainsSubstring("It forecasts each model&#39;s score from the query&#39;s text") &&
                         ContainsSubstring("From the query, small: Brier score") &&
                         ContainsSubstring("When deciding, small: Brier score") &&
                         ContainsSubstring("Words that move the forecast of small") &&
                         ContainsSubstring("What the query tells beforehand"));
    CHECK(page_tags::count(page, "class=\"query\"") == 10);
    CHECK(page.size() < 1'000'000);
}
