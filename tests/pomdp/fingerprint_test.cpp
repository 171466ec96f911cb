// SPDX-License-Identifier: Apache-2.0
#include <automix/pomdp/detail/fingerprint.hpp>

#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "pomdp/models.hpp"
#include "support/catch.hpp"

TEST_CASE("fingerprints tell tables apart, and nothing else") {
    const models::Dense tiger = models::dense_tiger();
    const std::uint64_t own = automix::pomdp::detail::fingerprint(tiger.model());
    CHECK(automix::pomdp::detail::fingerprint(models::tiger()) == own);
    models::Dense other = tiger;
    other.discount = 0.5;
    other.start = Eigen::Vector2d(0.25, 0.75);
    CHECK(automix::pomdp::detail::fingerprint(other.model()) == own);

    std::set<std::uint64_t> seen{own};
    const auto check_new = [&](const models::Dense& changed) {
        CHECK(seen.insert(automix::pomdp::detail::fingerprint(changed.model())).second);
    };
    models::Dense reward = tiger;
    reward.rewards(1, 2) += 1e-6;
    check_new(reward);
    models::Dense negated = tiger;
    negated.rewards = -negated.rewards;
    check_new(negated);
    models::Dense heard = tiger;
    heard.observations[0] << 0.8, 0.2, 0.2, 0.8;
    check_new(heard);
    models::Dense stays = tiger;
    stays.transitions[1] = Eigen::MatrixXd::Identity(2, 2);
    check_new(stays);
    models::Dense swapped = tiger;
    std::swap(swapped.transitions[0], swapped.transitions[1]);
    check_new(swapped);
}

TEST_CASE("fingerprints do not depend on how the last bits are rounded") {
    models::Dense tiger = models::dense_tiger();
    const std::uint64_t own = automix::pomdp::detail::fingerprint(tiger.model());
    tiger.rewards = tiger.rewards.unaryExpr([](double reward) { return std::nextafter(reward, 1e9); });
    tiger.transitions[1](0, 0) = std::nextafter(0.5, 0.0);
    CHECK(automix::pomdp::detail::fingerprint(tiger.model()) == own);
    tiger.rewards = Eigen::MatrixXd::Zero(2, 3);
    const std::uint64_t none = automix::pomdp::detail::fingerprint(tiger.model());
    tiger.rewards.setConstant(-0.0);
    CHECK(automix::pomdp::detail::fingerprint(tiger.model()) == none);
}
