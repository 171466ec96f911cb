// SPDX-License-Identifier: Apache-2.0
#include <automix/live/query.hpp>
#include <automix/live/query_prior.hpp>
#include "support/catch.hpp"

#include <string>
#include <vector>

using automix::prior_for;
using automix::Query;

TEST_CASE("a prior is put in the order of the models that are asked") {
    using Names = std::vector<std::string>;
    Query query{.id = "q1"};
    CHECK(prior_for(query, {"a", "b"}).empty());
    query.prior = {0.25, 0.75};
    CHECK(prior_for(query, {"a", "b"}) == std::vector{0.25, 0.75});
    CHECK_THROWS_WITH(prior_for(query, {"a"}),
                      "prior: expected one number for each of 1 models (a), found 2 in query \"q1\"");
    query.prior_models = Names{"b", "a"};
    CHECK(prior_for(query, {"a", "b"}) == std::vector{0.75, 0.25});
    CHECK(prior_for(query, {"a"}) == std::vector{0.75});
    CHECK_THROWS_WITH(
        prior_for(query, {"a", "c"}),
        "prior: it is about b, a and has no number for \"c\" in query \"q1\"; leave it out, or give "
        "one for each model");
    query.prior_models = Names{"b", "a", "c"};
    CHECK_THROWS_WITH(prior_for(query, {"a"}),
                      "prior: expected one number for each of 3 models (b, a, c), found 2 in query \"q1\"");
}
