// SPDX-License-Identifier: Apache-2.0
// Requests as a gateway logs them, made from rows of a log in which everything is known.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>
#include <automix/evaluation/log_source.hpp>
#include <automix/routing/belief/pomdp_router.hpp>
#include <automix/routing/evidence.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/router.hpp>
#include <automix/stream/request_record.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace traffic {

using automix::Index;

/// A request of which everything in a row was seen, by exploration that was certain.
inline automix::RequestRecord whole(const automix::Dataset& data, Index row) {
    const automix::Record record = data.record(row);
    const automix::QueryFacts facts = data.facts(row);
    automix::RequestRecord request;
    request.id = record.id;
    request.time = 1.0 + static_cast<double>(row);
    request.model = "automix";
    if (!facts.question.empty()) request.question = std::string(facts.question);
    if (!facts.context.empty()) request.context = std::string(facts.context);
    request.dataset = record.dataset;
    request.features.assign(facts.features.begin(), facts.features.end());
    request.prior.assign(facts.prior.begin(), facts.prior.end());
    request.explored = true;
    request.exploration = 1.0;
    request.answered = data.model_names().back();
    request.latency = 0.5;
    for (std::size_t m = 0; m < record.models.size(); ++m) {
        const automix::ModelRecord& from = record.models[m];
        automix::RequestModel& model = request.models.emplace_back();
        model.name = data.model_names()[m];
        model.cost = from.cost;
        model.draw_cost = from.draw_cost;
        model.verdicts = from.verdicts;
        if (from.verdicts.empty()) model.confidence = from.confidence;
        for (const automix::VerifierRecord& verifier : from.verifiers)
            model.verifiers.push_back({verifier, static_cast<int>(verifier.verdicts.size())});
        model.signals = from.signals;
        model.score = from.score;
    }
    return request;
}

inline std::vector<automix::RequestRecord> whole(const automix::Dataset& data) {
    std::vector<automix::RequestRecord> requests;
    for (Index row = 0; row < data.rows(); ++row) requests.push_back(whole(data, row));
    return requests;
}

/// A gateway over a log: a policy decides, and a share of requests is explored.
class Gateway {
 public:
    Gateway(const automix::PomdpRouter& policy, const automix::Dataset& data,
            const automix::PriceTable& prices)
        : policy_(policy), data_(data), source_(data, prices) {
        source_.bind(policy.models());
    }

    /// Serves a row. `explored` tells whether its exploration was drawn.
    [[nodiscard]] automix::RequestRecord serve(Index row, double exploration, bool explored) {
        automix::Evidence evidence(data_.models());
        evidence.reset(automix::uniform_of(data_.id(row), 0));
        automix::read_query(policy_, data_.facts(row), evidence);
        source_.open(row);
        const automix::Outcome outcome = automix::run(policy_, source_, evidence);
        automix::RequestRecord request = whole(data_, row);
        request.explored = explored;
        request.exploration = exploration;
        request.answered = data_.model_names()[automix::as_size(outcome.model)];
        std::vector<automix::RequestModel> seen;
        for (std::size_t m = 0; m < request.models.size(); ++m) {
            automix::RequestModel& model = request.models[m];
            const automix::ModelEvidence& known = evidence.models[m];
            if (known.answered) request.route.push_back(model.name);
            model.seen = known.answered ? 1.0 : exploration;
            model.drawn_by_policy = known.drawn;
            if (!explored) model.verdicts.resize(automix::as_size(known.drawn));
            if (explored || known.answered) seen.push_back(std::move(model));
        }
        request.models = std::move(seen);
        return request;
    }

    /// Serves all rows, each explored by chance.
    [[nodiscard]] std::vector<automix::RequestRecord> serve_all(double exploration, automix::Random& random) {
        std::vector<automix::RequestRecord> requests;
        for (Index row = 0; row < data_.rows(); ++row)
            requests.push_back(serve(row, exploration, random.bernoulli(exploration)));
        return requests;
    }

 private:
    const automix::PomdpRouter& policy_;
    const automix::Dataset& data_;
    automix::LogSource source_;
};

}  // namespace traffic
