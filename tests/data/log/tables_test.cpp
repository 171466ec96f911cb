// SPDX-License-Identifier: Apache-2.0
// Tables in CSV and TSV, and what a mapping can say: verdicts in columns or lists, words, draws behind a confidence.
#include <automix/core/error.hpp>
#include <automix/data/log/log.hpp>
#include <automix/data/log/log_reader.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/log/mapping.hpp>
#include <automix/data/log/read_options.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using automix::Verdict;
using Catch::Matchers::ContainsSubstring;

struct CsvTable {
    files::Directory directory{};
    automix::ReadOptions options{};

    explicit CsvTable(const std::string& mapping) {
        if (!mapping.empty()) options.mapping = automix::parse_mapping(mapping, "map.json");
    }
    [[nodiscard]] automix::Log read(const std::string& bytes, const std::string& name = "t.csv") const {
        return automix::read_log(directory.write(name, bytes), options);
    }
    [[nodiscard]] std::string error(const std::string& bytes, const std::string& name = "t.csv") const {
        try {
            (void)read(bytes, name);
        } catch (const automix::DataError& error) {
            return std::string(error.what()).substr(directory.path(name).size());
        }
        return "(no error)";
    }
};

std::vector<Verdict> verdicts_of(const automix::Log& log, automix::Index row) {
    const auto verdicts = log.data.verdicts(row, 0);
    return {verdicts.begin(), verdicts.end()};
}

constexpr auto plus = Verdict::positive;
constexpr auto minus = Verdict::negative;
constexpr auto none = Verdict::unparsed;

const std::string wide =
    R"({"id":"sample_id","dataset":"eval_name","split":"part","models":[
        {"name":"mixtral","score":"mixtral","cost":"mixtral|total_cost"},{"name":"gpt-4","score":"gpt-4","cost":"gpt-4|total_cost"}]})";

}  // namespace

TEST_CASE("a wide table in CSV is read by its header, with quotes, a byte-order mark and Windows line ends") {
    const CsvTable table(wide);
    const std::string bytes =
        "\xEF\xBB\xBFsample_id,prompt,eval_name,gpt-4,mixtral,gpt-4|total_cost,mixtral|total_cost,part\r\n"
        "mmlu.1,\"a \"\"b\"\",\r\nc\",mmlu,1.0,0.0,0.01,2e-4,train\r\n"
        "\r\n"
        "mmlu.2,x,mmlu,True,FALSE,0.02,3e-4,\r\n";
    const automix::Log log = table.read(bytes);
    REQUIRE(log.data.rows() == 2);
    CHECK(log.data.id(0) == "mmlu.1");
    CHECK(log.data.split(0) == "train");
    CHECK(log.data.split(1).empty());
    CHECK(log.data.dataset(1) == "mmlu");
    CHECK(log.data.scores(0)(0) == 0.0);
    CHECK(log.data.scores(1)(1) == 1.0);
    CHECK(log.data.recorded_costs(0)(1) == 3e-4);
    std::string tabs = bytes;
    std::replace(tabs.begin(), tabs.end(), ',', '\t');
    CHECK(table.read(tabs, "t.tsv").data.id(1) == "mmlu.2");
    std::string semicolons = bytes;
    std::replace(semicolons.begin(), semicolons.end(), ',', ';');
    CHECK(table.read(semicolons, "t.txt").data.recorded_costs(1)(0) == 0.01);
}

TEST_CASE("a table without a mapping is refused with its columns") {
    const CsvTable table("");
    CHECK(table.error("id,score\n1,0\n") ==
          ":1: a table needs a mapping that names its columns (--map); it has \"id\", \"score\"");
    CHECK_THAT(table.error("id\tscore\n1\t0\n", "t.log"), ContainsSubstring(":1: a table needs a mapping"));
}

TEST_CASE("bad tables are refused with line, column and what was found") {
    const CsvTable table(R"({"id":"i","models":[{"name":"m","score":"s","verdicts":["v"]}]})");
    const std::string columns = "i,s,v\n";
    CHECK(table.error("i,score,v\n") ==
          ":1: s: no such column, but named in the mapping; the columns are \"i\", \"score\", \"v\"");
    CHECK(table.error("i,s,s,v\n") == ":1: s: stands twice in the header");
    CHECK(table.error(columns) == ": no records");
    CHECK(table.error(columns + "1,0\n") == ":2: expected 3 fields, as there are columns, found 2");
    CHECK(table.error(columns + "1,0.5,1\n2,50,1\n") ==
          ":3: s: expected a number in [0, 1], found 50; divide per cent by 100");
    CHECK(table.error(columns + "1,,1\n") ==
          ":2: s: expected a number in [0, 1], found an empty field; leave out rows without a value");
    CHECK_THAT(table.error(columns + "1,1,maybe\n"),
               ContainsSubstring(":2: v: expected 0, 1, true, false, null or one"));
    CHECK(table.error(columns + "\n1,1,\"0\n2,1,1\n") == ":3: field 3: a quoted field does not end");
    CHECK(table.error(columns + "1,\"1\"x,0\n") == ":2: field 2: text after a quoted field");
    CHECK_THAT(table.error(columns + "caf\xE9,1,0\n"), ContainsSubstring(":2: i: ill-formed UTF-8"));
    CHECK(table.error(columns + ",1,0\n") ==
          ":2: i: expected a non-empty string or a whole number, found null");
    CsvTable skipping("");
    skipping.options = table.options;
    skipping.options.skip_bad_rows = true;
    const automix::Log log = skipping.read(columns + "1,\"1\"x,0\n2,1,0\n3,1,1\n3,0,0\n4,1,1\n");
    CHECK(log.data.rows() == 3);
    CHECK(log.skipped == 2);
    CHECK_THAT(skipping.error(columns + "1,1,0\n2,1,\"0\n3,1,1\n"), ContainsSubstring("does not end"));
}

TEST_CASE("verdicts stand in a column each, or in one list, as words or numbers") {
    const CsvTable each(
        R"({"words":{"Yes":1,"no":0,"not sure":null},"models":[{"name":"m","score":"s","verdicts":["v1","v2","v3"]}]})");
    const automix::Log log = each.read("s,v3,v1,v2\nyes,1,no,YES\n0,,not sure,false\n");
    CHECK(log.data.scores(0)(0) == 1.0);
    CHECK(verdicts_of(log, 0) == std::vector<Verdict>{minus, plus, plus});
    CHECK(verdicts_of(log, 1) == std::vector<Verdict>{none, minus, none});
    const CsvTable list(
        R"({"words":{"correct":true,"incorrect":false},"models":[{"name":"m","score":"s","verdicts":"v"}]})");
    const automix::Log lists = list.read(
        "s,v\n1,\"[1, 0, None]\"\n1,\"['correct', 'incorrect']\"\n1,True\n1,correct|incorrect;0\n1,\n1,[]\n");
    CHECK(verdicts_of(lists, 0) == std::vector<Verdict>{plus, minus, none});
    CHECK(verdicts_of(lists, 1) == std::vector<Verdict>{plus, minus});
    CHECK(verdicts_of(lists, 2) == std::vector<Verdict>{plus});
    CHECK(verdicts_of(lists, 3) == std::vector<Verdict>{plus, minus, minus});
    CHECK(verdicts_of(lists, 4).empty());
    CHECK(verdicts_of(lists, 5).empty());
    const automix::Log json =
        list.read("{\"s\":true,\"v\":[1,\"incorrect\",null]}\n{\"s\":0,\"v\":null}\n", "t.jsonl");
    CHECK(verdicts_of(json, 0) == std::vector<Verdict>{plus, minus, none});
    CHECK(verdicts_of(json, 1).empty());
    CHECK_THAT(list.error("{\"s\":1,\"v\":[[1]]}\n", "t.jsonl"),
               ContainsSubstring(":1: v: expected 0, 1, true"));
}

TEST_CASE("lists of Python and NumPy are read, and what stands in place of a number is named") {
    const CsvTable list(
        R"({"models":[{"name":"m","score":"s","verdicts":"v","cost":"c"},{"name":"l","score":"t"}]})");
    const automix::Log log = list.read(
        "s;t;v;c\r1;0;[1 0  1];2\r1;0;[True, False];\r1;0;(1, 0);\r1;0;array([1, 0]);\r1;0;[ True False];\r",
        "t.csv");
    REQUIRE(log.data.rows() == 5);
    CHECK(verdicts_of(log, 0) == std::vector<Verdict>{plus, minus, plus});
    for (const automix::Index row : {1, 2, 3, 4})
        CHECK(verdicts_of(log, row) == std::vector<Verdict>{plus, minus});
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"100%;0;1;", ":2: s: expected a number in [0, 1], found \"100%\"; write a per cent as a number"},
        {"0,5;0;1;", ":2: s: expected a number in [0, 1], found \"0,5\"; write a decimal point"},
        {"N/A;0;1;", ":2: s: expected a number in [0, 1], found \"N/A\"; leave out rows without a value"},
        {"good;0;1;", ":2: s: expected a number in [0, 1], found \"good\"; give words a value in \"words\""},
        {"1;0;[1, x];", "found \"x\"; give words a value in \"words\""},
        {"1;0;1;$3",
         ":2: c: expected a finite price of at least 0, below 1e100, found \"$3\"; write the number"},
    };
    for (const auto& [row, message] : cases)
        CHECK_THAT(list.error("s;t;v;c\n" + row + "\n"), ContainsSubstring(message));
}

TEST_CASE("two models cannot share a column of scores") {
    CHECK_THROWS_WITH(
        automix::parse_mapping(R"({"models":[{"name":"a","score":"s"},{"name":"b","score":"s"}]})", "m.json"),
        "m.json: models[1].score: \"s\" is the score of model \"a\" already; each model needs a column of "
        "its own");
}

TEST_CASE("a column of scores has no other use, and one of costs bills one model") {
    const auto error = [](const std::string& first, const std::string& second) -> std::string {
        try {
            (void)automix::parse_mapping(R"({"models":[{"name":"a","score":"s",)" + first +
                                             R"(},{"name":"b","score":"t",)" + second + "}]}",
                                         "m.json");
        } catch (const automix::DataError& e) {
            return e.what();
        }
        return "(no error)";
    };
    const std::string end = "; each needs a column of its own";
    CHECK(error(R"("verdicts":["v","s"])", R"("cost":"d")") ==
          "m.json: models[0].verdicts[1]: \"s\" is the verdict of model \"a\" and the score of model \"a\"" +
              end);
    CHECK(error(R"("confidence":"t")", R"("cost":"d")") ==
          "m.json: models[1].score: \"t\" is the score of model \"b\" and the confidence of model \"a\"" +
              end);
    CHECK(error(R"("cost":"c")", R"("cost":"c")") ==
          "m.json: models[1].cost: \"c\" is the cost of model \"b\" and the cost of model \"a\"" + end);
    CHECK(error(R"("draw_cost":"c")", R"("draw_cost":"c")") == "(no error)");
}

TEST_CASE("rows without content are counted, and a second header and a cut number are named") {
    CsvTable table(R"({"id":"i","models":[{"name":"m","score":"s"},{"name":"l","score":"t"}]})");
    const automix::Log log = table.read("i,s,t\nq1,0,1\n,,\nq2,1,1\n , ,\n");
    CHECK(log.data.rows() == 2);
    REQUIRE(log.warnings.size() == 1);
    CHECK_THAT(log.warnings[0], ContainsSubstring("2 rows without content skipped, the first at ") &&
                                    ContainsSubstring("t.csv:3"));
    CHECK(table.error("i,s,t\nq1,0,1\ni,s,t\n") ==
          ":3: the header again, as of tables that were joined; delete this line");
    CHECK(table.error("i,s,t\nq1,0,1\nq2,1,0.") == ":3: truncated last line");
    CHECK(table.read("i,s,t\nq1,0,1\nq2,1,0.\n").data.rows() == 2);
    table.options.allow_truncated = true;
    CHECK(table.read("i,s,t\nq1,0,1\nq2,1,0.").data.rows() == 1);
}

TEST_CASE("lists of NumPy 2 are read, and an empty item is named") {
    const CsvTable table(R"({"models":[{"name":"m","score":"s","verdicts":["v"]}]})");
    const automix::Log log =
        table.read("s,v\n1,\"[np.int64(0), np.float64(1.0), np.True_, np.str_('1'), None]\"\n0,\"(1,)\"\n");
    CHECK(verdicts_of(log, 0) == std::vector<Verdict>{minus, plus, plus, plus, none});
    CHECK(verdicts_of(log, 1) == std::vector<Verdict>{plus});
    CHECK(table.error("s,v\n1,0;1;1;\n") ==
          ":2: v: item 4 of the list is empty; write null for a verdict that could not be parsed");
    CHECK_THAT(table.error("s,v\n1,0;;1\n"), ContainsSubstring("item 2 of the list is empty"));
}

TEST_CASE("a table that pandas wrote by columns is refused with the call that writes rows") {
    const CsvTable table("");
    CHECK_THAT(table.error(R"({"id":{"0":"q1","1":"q2"},"s":{"0":1,"1":0}})", "t.json"),
               ContainsSubstring(R"(`to_json(path, orient="records", lines=True)`)"));
}

TEST_CASE("a confidence of several draws is read as so many verdicts, each charged") {
    const CsvTable fixed(
        R"({"models":[{"name":"m","score":"s","confidence":"p","draws":8,"draw_cost":"d"},{"name":"l","score":"t"}]})");
    const automix::Log log = fixed.read("s,p,d,t\n1,0.75,0.1,1\n0,0.571,0.1,1\n0,,0.1,1\n");
    const auto counts = [&](automix::Index row, Verdict verdict) {
        const auto verdicts = verdicts_of(log, row);
        return std::count(verdicts.begin(), verdicts.end(), verdict);
    };
    CHECK(counts(0, plus) == 6);
    CHECK(counts(0, minus) == 2);
    CHECK(counts(1, plus) == 4);  // 4 of 7, and one that could not be parsed
    CHECK(counts(1, minus) == 3);
    CHECK(counts(1, none) == 1);
    CHECK(verdicts_of(log, 2).empty());
    CHECK(log.data.recorded_draw_costs(0)(0) == 0.1);
    CHECK(log.warnings.empty() == false);  // one of sixteen verdicts is more than a twentieth
    CHECK_THAT(fixed.error("s,p,d,t\n1,0.55,0,1\n"),
               ContainsSubstring(":2: p: expected the mean of 8 draws or fewer, found 0.55"));
    const CsvTable column(R"({"models":[{"name":"m","score":"s","confidence":"p","draws":"n"}]})");
    CHECK(verdicts_of(column.read("s,p,n\n1,1,3\n"), 0) == std::vector<Verdict>{plus, plus, plus});
    CHECK_THAT(column.error("s,p,n\n1,1,2.5\n"), ContainsSubstring(":2: n: expected a number of draws"));
}

TEST_CASE("texts of a table are kept on request, and answers can be flagged") {
    CsvTable table(
        R"({"question":"q","context":"c","reference":"r","models":[{"name":"m","score":"s","answer":"a"}]})");
    table.options.keep_texts = true;
    automix::LogReader reader(
        table.directory.write("t.csv", "q,c,r,s,a\nWhere?,\"Here,\nthere\",42,1,Oslo\n"), table.options);
    automix::LogRecord record;
    REQUIRE(reader.next(record));
    CHECK(record.question == "Where?");
    CHECK(record.context == "Here,\nthere");
    CHECK(record.reference == "42");
    CHECK(record.texts[0].answer == "Oslo");
    CHECK_FALSE(reader.next(record));
    table.options.keep_texts = false;
    table.options.fixed_answers = {"unanswerable"};
    const automix::Log log = table.read("q,c,r,s,a\nx,,,1,Unanswerable\ny,,,1,Oslo\n");
    CHECK(log.data.flagged(0, 0));
    CHECK_FALSE(log.data.flagged(1, 0));
}

TEST_CASE("unknown keys of a mapping list the known ones, and words are checked") {
    const auto error = [](const std::string& text) -> std::string {
        try {
            (void)automix::parse_mapping(text, "map.json");
        } catch (const automix::DataError& e) {
            return e.what();
        }
        return "(no error)";
    };
    CHECK(error(R"({"ids":"x","models":[]})") ==
          "map.json: ids: unknown key, did you mean \"id\"?; known keys are id, split, dataset, category, "
          "question, context, "
          "reference, features, prior, "
          "words, models");
    CHECK(error(R"({"models":[{"verdict":"v"}]})") ==
          "map.json: models[0].verdict: unknown key, did you mean \"verdicts\"?; known keys are name, score, "
          "verdicts, confidence, "
          "draws, cost, "
          "draw_cost, answer, signals, verifiers");
    CHECK(error(R"({"words":{"yes":2},"models":[]})") ==
          "map.json: words.yes: expected a number in [0, 1], a boolean or null, found 2");
    CHECK_THAT(error(R"({"words":{"yes":1,"Yes":0},"models":[]})"), ContainsSubstring("stands twice"));
    CHECK_THAT(error(R"({"models":[{"name":"m","score":"s","draws":3}]})"),
               ContainsSubstring("draws: expected a column of confidences"));
    CHECK_THAT(error(R"({"models":[{"name":"m","score":"s","confidence":"p","draws":0}]})"),
               ContainsSubstring("a number from 1 to 255"));
    CHECK_THAT(error(R"({"models":[{"name":"m","score":"s","verdicts":[]}]})"),
               ContainsSubstring("a list of columns"));
}

TEST_CASE("RouterBench's tables are read by the map among the examples") {
    // Three queries in its format: a column of scores for each model, then replies, then costs.
    const std::vector<std::string> models = {"WizardLM/WizardLM-13B-V1.2",
                                             "claude-instant-v1",
                                             "claude-v1",
                                             "claude-v2",
                                             "gpt-3.5-turbo-1106",
                                             "gpt-4-1106-preview",
                                             "meta/code-llama-instruct-34b-chat",
                                             "meta/llama-2-70b-chat",
                                             "mistralai/mistral-7b-chat",
                                             "mistralai/mixtral-8x7b-chat",
                                             "zero-one-ai/Yi-34B-Chat"};
    std::string table = "sample_id,prompt,eval_name";
    for (const std::string& model : models) table += "," + model;
    for (const std::string& model : models) table += "," + model + "|model_response";
    for (const std::string& model : models) table += "," + model + "|total_cost";
    table += ",oracle_model_to_route_to\n";
    for (int row = 0; row < 3; ++row) {
        table += "task." + std::to_string(row) + ",\"['Name a, b or c.']\",task";
        for (std::size_t m = 0; m < models.size(); ++m) table += m % 2 == 0 ? ",1.0" : ",0.0";
        for (std::size_t m = 0; m < models.size(); ++m) table += ",\"['a']\"";
        for (std::size_t m = 0; m < models.size(); ++m)
            table += "," + std::to_string(0.001 * static_cast<double>(m + 1));
        table += ",no_model_correct\n";
    }
    CsvTable reader("");
    reader.options.mapping = automix::read_mapping(AUTOMIX_EXAMPLES_DIR "/maps/routerbench.json");
    reader.options.keep_facts = true;
    const automix::Log log = reader.read(table);
    CHECK(log.warnings.empty());
    REQUIRE(log.data.rows() == 3);
    REQUIRE(log.data.models() == 11);
    CHECK(log.data.id(2) == "task.2");
    CHECK(log.data.dataset(0) == "task");
    CHECK(log.data.facts(0).question == "['Name a, b or c.']");
    for (std::size_t m = 0; m < models.size(); ++m) {
        const automix::Index model = log.data.model_index(models[m]);
        CHECK(log.data.scores(model)(1) == (m % 2 == 0 ? 1.0 : 0.0));
        CHECK(log.data.recorded_costs(model)(1) == Approx(0.001 * static_cast<double>(m + 1)));
    }
}
