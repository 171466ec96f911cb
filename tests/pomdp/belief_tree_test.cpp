// SPDX-License-Identifier: Apache-2.0
#include <automix/core/random.hpp>
#include <automix/pomdp/detail/belief_tree.hpp>

#include <vector>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

using namespace automix::pomdp;
using Catch::Matchers::WithinAbs;

namespace {}  // namespace

TEST_CASE("a tree begins with the initial belief") {
    const Model tiger = models::tiger();
    const detail::BeliefTree<Model> tree(tiger, false);
    CHECK(tree.size() == 1);
    CHECK(tree.opened() == 0);
    CHECK_FALSE(tree.opened(0));
    CHECK(tree[0].belief == tiger.start());
    CHECK(tree[0].step == 0);
}

TEST_CASE("equal beliefs are met once, beliefs that differ by rounding too") {
    const Model tiger = models::tiger();
    detail::BeliefTree<Model> tree(tiger, false);
    CHECK(tree.add(models::pair(0.5), 0) == 0);
    CHECK(tree.add(models::pair(0.5 + 1e-14), 0) == 0);
    CHECK(tree.add(models::pair(0.25), 0) == 1);
    CHECK(tree.add(models::pair(0.25 - 1e-14), 0) == 1);
    CHECK(tree.add(models::pair(0.25 + 1e-11), 0) == 2);
    CHECK(tree.add(models::pair(1.0), 0) == 3);
    CHECK(tree.add(models::pair(0.0), 0) == 4);
    CHECK(tree.size() == 5);
}

TEST_CASE("beliefs of different steps are different") {
    const Model tiger = models::tiger();
    detail::BeliefTree<Model> tree(tiger, true);
    CHECK(tree.add(models::pair(0.5), 1) == 1);
    CHECK(tree.add(models::pair(0.5), 2) == 2);
    CHECK(tree.add(models::pair(0.5), 0) == 0);
    CHECK(tree.add(models::pair(0.5), 1) == 1);
    CHECK(tree[2].step == 2);
}

TEST_CASE("opening gives a belief its actions, with their rewards") {
    const Model tiger = models::tiger();
    detail::BeliefTree<Model> tree(tiger, false);
    tree.open(0);
    tree.open(0);
    CHECK(tree.opened(0));
    CHECK(tree.opened() == 1);
    REQUIRE(tree[0].branches.size() == 3);
    CHECK(tree[0].branches[0].reward == -1.0);
    CHECK(tree[0].branches[1].reward == -45.0);
    CHECK(tree[0].branches[2].reward == -45.0);
    for (const detail::Branch& branch : tree[0].branches) CHECK_FALSE(branch.expanded());
    CHECK(tree.size() == 1);
}

TEST_CASE("expanding finds the successors of an action, old ones and new") {
    const Model tiger = models::tiger();
    detail::BeliefTree<Model> tree(tiger, false);
    tree.open(0);
    tree.expand(0, 0);
    tree.expand(0, 0);
    CHECK(tree.size() == 3);
    CHECK_FALSE(tree[0].branches[1].expanded());
    const std::vector<detail::Edge> heard = tree[0].branches[0].edges;
    REQUIRE(heard.size() == 2);
    for (const int side : {0, 1}) {
        const detail::Edge& edge = heard[static_cast<std::size_t>(side)];
        CHECK(edge.observation == side);
        CHECK(edge.to == 1 + side);
        CHECK_THAT(edge.probability, WithinAbs(0.5, 1e-15));
        CHECK_THAT(tree[edge.to].belief.dense(2)(side), WithinAbs(0.85, 1e-15));
        CHECK(tree[edge.to].step == 0);
    }
    // Opening a door: both observations lead back to even beliefs.
    tree.expand(0, 1);
    CHECK(tree.size() == 3);
    REQUIRE(tree[0].branches[1].edges.size() == 2);
    CHECK(tree[0].branches[1].edges[0].to == 0);
    CHECK(tree[0].branches[1].edges[1].to == 0);
    // Hearing the other side afterwards does, too.
    tree.open(1);
    tree.expand(1, 0);
    CHECK(tree.size() == 4);
    CHECK(tree[1].branches[0].edges[0].to == 3);
    CHECK(tree[1].branches[0].edges[1].to == 0);
    CHECK(tree.opened() == 2);
}

TEST_CASE("with steps the successors are a step later") {
    const Model tiger = models::tiger();
    detail::BeliefTree<Model> tree(tiger, true);
    tree.open(0);
    for (int action = 0; action < 3; ++action) tree.expand(0, action);
    // Heard left, heard right, and even again a step later.
    CHECK(tree.size() == 4);
    for (int node = 1; node < 4; ++node) CHECK(tree[node].step == 1);
    CHECK(tree[0].branches[1].edges[0].to == 3);
    CHECK(tree[0].branches[2].edges[1].to == 3);
}

TEST_CASE("observations that are impossible have no edge") {
    models::Dense dense = models::dense_tiger();
    dense.start = Eigen::Vector2d(1.0, 0.0);
    dense.observations[0] = Eigen::MatrixXd::Identity(2, 2);
    const Model model = dense.model();
    detail::BeliefTree<Model> tree(model, false);
    tree.open(0);
    tree.expand(0, 0);
    REQUIRE(tree[0].branches[0].edges.size() == 1);
    CHECK(tree[0].branches[0].edges[0].probability == 1.0);
    CHECK(tree[0].branches[0].edges[0].to == 0);
}

TEST_CASE("beliefs that were dropped are found anew to the bit") {
    automix::Random random(73);
    const Model model = models::random_model(random, 0.9).model();
    detail::BeliefTree<Model> all(model, false);
    detail::BeliefTree<Model> few(model, false, 1);
    for (int node = 0; node < 40; ++node) {
        for (detail::BeliefTree<Model>* tree : {&all, &few}) {
            tree->open(node);
            for (int action = 0; action < model.actions(); ++action) {
                tree->expand(node, action);
                tree->drop_stale();
            }
        }
    }
    REQUIRE(few.size() == all.size());
    int dropped = 0;
    for (int node = 0; node < all.size(); ++node) {
        CAPTURE(node);
        if (few[node].belief.empty()) {
            ++dropped;
            CHECK_FALSE(few.opened(node));
        }
        CHECK(few.belief(node) == all[node].belief);
    }
    CHECK(dropped > 0);
}

TEST_CASE("beliefs that were given or opened are not dropped") {
    const Model tiger = models::tiger();
    detail::BeliefTree<Model> tree(tiger, false, 0);
    CHECK(tree.add(models::pair(0.25), 0) == 1);
    tree.open(0);
    tree.expand(0, 0);
    tree.open(2);
    tree.drop_stale();
    CHECK(tree[0].belief == models::pair(0.5));
    CHECK(tree[1].belief == models::pair(0.25));
    CHECK_THAT(tree[2].belief.dense(2)(0), WithinAbs(0.85, 1e-15));
    CHECK(tree[3].belief.empty());
    CHECK_THAT(tree.belief(3).dense(2)(1), WithinAbs(0.85, 1e-15));
    CHECK(tree.add(models::pair(0.15), 0) == 3);
}
