// SPDX-License-Identifier: Apache-2.0
#include <automix/data/log/detail/samples.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using automix::ModelRecord;
using automix::ModelTexts;
using Samples = std::vector<std::optional<std::string>>;

/// A model whose answer has that score, after its samples were clustered.
ModelRecord clustered(double score, const Samples& samples,
                      const std::optional<std::string>& reference = {}) {
    ModelRecord model;
    model.score = score;
    ModelTexts texts;
    texts.samples = samples;
    automix::detail::cluster_samples(model, texts, reference);
    return model;
}

std::string complaint(const std::optional<std::string>& answer, const Samples& samples,
                      const std::vector<double>& scores) {
    ModelRecord model;
    model.sample_scores = scores;
    ModelTexts texts;
    texts.answer = answer;
    texts.samples = samples;
    try {
        automix::detail::require_samples(model, texts, 3);
    } catch (const automix::DataError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("equal samples share a cluster, numbered by first appearance; failed ones have none") {
    using Clusters = std::vector<std::int32_t>;
    CHECK(clustered(1, {}).clusters.empty());
    CHECK(clustered(1, {"a"}).clusters == Clusters{0});
    CHECK(clustered(1, {"b", "a", "b", "c", "a"}).clusters == Clusters{0, 1, 0, 2, 1});
    CHECK(clustered(1, {std::nullopt, "a", std::nullopt, "b", "a"}).clusters == Clusters{-1, 0, -1, 1, 0});
    CHECK(clustered(1, {"a", "A", "a "}).clusters == Clusters{0, 1, 2});
}

TEST_CASE(
    "a sample is worth the answer's score where it equals it, 1 where it equals the reference, else 0") {
    using Scores = std::vector<double>;
    CHECK(clustered(0.25, {"a", "b", "a", "c", std::nullopt}, "b").sample_scores ==
          Scores{0.25, 1, 0.25, 0, 0});
    // The answer's own score beats the comparison with the reference.
    CHECK(clustered(0.25, {"a", "a"}, "a").sample_scores == Scores{0.25, 0.25});
    CHECK(clustered(0.5, {"a", "b"}).sample_scores == Scores{0.5, 0});
    // A failed answer equals nothing, not even another failure.
    CHECK(clustered(0.5, {std::nullopt, std::nullopt, "b"}, "b").sample_scores == Scores{0, 0, 1});
}

TEST_CASE("scores that are logged stay, clusters are made anew") {
    ModelRecord model;
    model.sample_scores = {0.5, 0.75};
    model.clusters = {7, 7, 7};
    ModelTexts texts;
    texts.samples = {"a", "b"};
    automix::detail::cluster_samples(model, texts, "b");
    CHECK(model.sample_scores == std::vector<double>{0.5, 0.75});
    CHECK(model.clusters == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("samples begin with the answer, and scores are as many") {
    CHECK(complaint({}, {}, {}).empty());
    CHECK(complaint("a", {}, {}).empty());
    CHECK(complaint({}, {"b"}, {}).empty());
    CHECK(complaint("a", {"a", "b"}, {1, 0}).empty());
    CHECK(complaint("a", {"b", "a"}, {}) == "models[3].samples[0]: expected the answer \"a\", found \"b\"");
    CHECK(complaint("a", {std::nullopt}, {}) ==
          "models[3].samples[0]: expected the answer \"a\", found null");
    CHECK(complaint("a", {"a"}, {1, 0}) ==
          "models[3].sample_scores: expected one for each of 1 samples, found 2");
}
