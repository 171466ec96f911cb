// SPDX-License-Identifier: Apache-2.0
// Writing a model and reading it back gives the same numbers to the bit: of models drawn at random, of
// numbers that are hard to print, and of the field's standard problems where they can be had.
#include <automix/core/error.hpp>
#include <automix/core/random.hpp>
#include <automix/pomdp/format/reader.hpp>
#include <automix/pomdp/format/writer.hpp>
#include <automix/pomdp/model.hpp>
#include <automix/pomdp/sparse_rows.hpp>

#include <cstddef>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using automix::DataError;
using automix::PomdpFile;
using automix::pomdp::Entry;
using automix::pomdp::Model;
using automix::pomdp::ModelTables;
using automix::pomdp::SparseRows;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

bool same_tables(const std::vector<SparseRows>& a, const std::vector<SparseRows>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].rows() != b[i].rows() || a[i].columns() != b[i].columns() ||
            a[i].entries() != b[i].entries())
            return false;
        for (int r = 0; r < a[i].rows(); ++r) {
            const auto left = a[i].row(r);
            const auto right = b[i].row(r);
            if (left.size() != right.size()) return false;
            for (std::size_t e = 0; e < left.size(); ++e) {
                if (left[e].column != right[e].column || left[e].value != right[e].value) return false;
            }
        }
    }
    return true;
}

void check_same(const Model& a, const Model& b) {
    CHECK(a.discount() == b.discount());
    CHECK(a.tables().start == b.tables().start);
    CHECK(same_tables(a.tables().transitions, b.tables().transitions));
    CHECK(same_tables(a.tables().observations, b.tables().observations));
    CHECK(a.tables().rewards == b.tables().rewards);
    CHECK(a.tables().names.states == b.tables().names.states);
    CHECK(a.tables().names.actions == b.tables().names.actions);
    CHECK(a.tables().names.observations == b.tables().names.observations);
}

void check_round_trip(const Model& model) {
    for (const bool costs : {false, true}) {
        const PomdpFile read = automix::parse_pomdp(automix::to_pomdp_text(model, costs), "written");
        CHECK(read.costs == costs);
        CHECK(read.notices.empty());
        check_same(model, read.model);
    }
}

/// One state, one action, one observation.
ModelTables single() {
    ModelTables tables;
    SparseRows one(1);
    one.append({{0, 1.0}});
    tables.transitions = {one};
    tables.observations = {one};
    tables.rewards = Eigen::MatrixXd::Zero(1, 1);
    tables.start = Eigen::VectorXd::Ones(1);
    return tables;
}

SparseRows random_rows(automix::Random& random, int rows, int columns) {
    SparseRows table(columns);
    for (int r = 0; r < rows; ++r) {
        std::vector<Entry> row;
        double sum = 0.0;
        for (int c = 0; c < columns; ++c) {
            if (c != r % columns && !random.bernoulli(0.5)) continue;
            row.push_back({c, random.uniform() + 1e-3});
            sum += row.back().value;
        }
        for (Entry& entry : row) entry.value /= sum;
        table.append(row);
    }
    return table;
}

Model random_model(automix::Random& random) {
    const auto size = [&] { return static_cast<int>(random.index(5)) + 1; };
    const int states = size();
    const int actions = size();
    const int observations = size();
    ModelTables tables;
    for (int a = 0; a < actions; ++a) {
        tables.transitions.push_back(random_rows(random, states, states));
        tables.observations.push_back(random_rows(random, states, observations));
    }
    tables.rewards = Eigen::MatrixXd::NullaryExpr(states, actions, [&] { return random.normal() * 100.0; });
    tables.start = Eigen::VectorXd::NullaryExpr(states, [&] { return random.uniform() + 1e-3; });
    tables.start /= tables.start.sum();
    tables.discount = 1.0 - random.uniform();
    if (random.bernoulli(0.5)) {
        for (int s = 0; s < states; ++s) tables.names.states.push_back("s" + std::to_string(s));
    }
    return Model(tables);
}

}  // namespace

TEST_CASE("pomdp_writer: the text of a small model", "[pomdp_writer]") {
    ModelTables tables = single();
    tables.discount = 0.75;
    tables.rewards(0, 0) = -2.5;
    tables.names.actions = {"wait"};
    CHECK(automix::to_pomdp_text(Model(tables)) ==
          "discount: 0.75\nvalues: reward\nstates: 1\nactions: wait\nobservations: 1\nstart: 1\n\n"
          "T: wait : 0 : 0 1\nO: wait : 0 : 0 1\nR: wait : 0 : * : * -2.5\n");
    const std::string costs = automix::to_pomdp_text(Model(tables), true);
    CHECK_THAT(costs, ContainsSubstring("values: cost\n"));
    CHECK_THAT(costs, ContainsSubstring("R: wait : 0 : * : * 2.5\n"));
}

TEST_CASE("pomdp_writer: numbers that are hard to print", "[pomdp_writer]") {
    using Limits = std::numeric_limits<double>;
    for (const double reward :
         {9.9e99, -9.9e99, Limits::min(), Limits::denorm_min(), 0.1, 1.0 / 3.0, 1e21, 1e-7}) {
        ModelTables tables = single();
        tables.rewards(0, 0) = reward;
        tables.discount = Limits::denorm_min();
        check_round_trip(Model(tables));
    }
    ModelTables tables = single();
    SparseRows row(2);
    row.append({{0, Limits::denorm_min()}, {1, 1.0 + 9e-10}});
    tables.observations = {row};
    check_round_trip(Model(tables));
}

TEST_CASE("pomdp_writer: models drawn at random come back to the bit", "[pomdp_writer]") {
    automix::Random random(3);
    for (int round = 0; round < 300; ++round) {
        INFO("round " << round);
        check_round_trip(random_model(random));
    }
}

TEST_CASE("pomdp_writer: names that the format cannot hold are refused", "[pomdp_writer]") {
    for (const std::string name : {"two words", "", "a:b", "a*", "#a", "3", "-a", ".a", "uniform", "identity",
                                   "reset", "include", "exclude", "a\n", "\x7F"}) {
        INFO(name);
        ModelTables tables = single();
        tables.names.observations = {name};
        CHECK_THROWS_AS(automix::to_pomdp_text(Model(tables)), DataError);
    }
    for (const std::string name : {"T", "start", "discount", "a-b", "\xC3\xA9", "a+1", "inf"}) {
        INFO(name);
        ModelTables tables = single();
        tables.names.states = {name};
        tables.names.actions = {name};
        tables.names.observations = {name};
        check_round_trip(Model(tables));
    }
    ModelTables twice = single();
    SparseRows row(2);
    row.append({{0, 1.0}});
    twice.observations = {row};
    twice.names.observations = {"a", "a"};
    CHECK_THROWS_WITH(
        automix::to_pomdp_text(Model(twice)),
        "POMDP: observations: expected different names that a .pomdp file can hold, found \"a\"");
}

TEST_CASE("pomdp_writer: files", "[pomdp_writer]") {
    const files::Directory directory;
    automix::Random random(4);
    const Model model = random_model(random);
    const std::string path = directory.path("model.pomdp");
    automix::write_pomdp(path, model, true);
    const PomdpFile read = automix::read_pomdp(path);
    CHECK(read.costs);
    check_same(model, read.model);
    const std::string missing = directory.path("none/model.pomdp");
    CHECK_THROWS_WITH(automix::write_pomdp(missing, model), StartsWith(missing + ": cannot be opened: "));
}

TEST_CASE("pomdp_writer: the field's standard problems come back to the bit", "[pomdp_writer]") {
    const std::filesystem::path folder = std::string(AUTOMIX_SHARED_DIR) + "/pomdp";
    if (!std::filesystem::exists(folder)) {
        std::cout << "skipped: no problems at " << folder << '\n';
        return;
    }
    int problems = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".pomdp") continue;
        INFO(file.path().string());
        ++problems;
        check_round_trip(automix::read_pomdp(file.path().string()).model);
    }
    CHECK(problems == 15);
}

TEST_CASE("rewards that are all 0 are written, so that a reader does not miss them") {
    ModelTables tables;
    tables.discount = 0.5;
    tables.start = Eigen::VectorXd::Ones(1);
    tables.transitions = {SparseRows(1)};
    tables.transitions.front().append({{0, 1.0}});
    tables.observations = tables.transitions;
    tables.rewards = Eigen::MatrixXd::Zero(1, 1);
    check_round_trip(Model(tables));
}
