// SPDX-License-Identifier: Apache-2.0
// Answers live queries with a router, models and verifiers, by the same loop that replays logs. Apart from the calls,
// a query costs one run of the loop. It costs one explanation more if the router can explain itself.
//     const auto answerer = automix::Answerer(router, models, verifier);
//     const automix::LiveAnswer answer =
//         answerer.answer({.id = "q1", .question = "Where is the map?", .context = ".."});
#pragma once

#include <automix/core/concurrent.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/query_facts.hpp>
#include <automix/data/record.hpp>
#include <automix/data/verification.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/live_source.hpp>
#include <automix/live/query.hpp>
#include <automix/live/query_prior.hpp>
#include <automix/model/ledger.hpp>
#include <automix/routing/any_router.hpp>
#include <automix/routing/loop.hpp>
#include <automix/routing/router.hpp>
#include <automix/routing/source.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// The outcome of a query if a verification or the answer of a model fails.
enum class OnFailure : std::uint8_t {
    /// The next model is asked if an answer failed, and if none answers, the answer so far stands. The outcome is flagged
    /// as degraded.
    keep_answer,
    fail  ///< the query fails
};

struct AnsweringOptions {
    OnFailure on_failure = OnFailure::keep_answer;
    int all_draws = 8;  ///< number of draws if a router asks for all
    int batch = 1;      ///< minimum draws in a round while as many remain, for fewer rounds at more draws
    std::uint64_t seed = 0;  ///< seed of the hash of ids that assigns queries to mixed policies
    bool explain = true;
    std::vector<FurtherVerifier> verifiers{};  ///< by name, beside the one that every model has
    std::shared_ptr<Ledger> ledger{};          ///< charged the costs of a verifier of its own; may be null
    std::size_t concurrency = 8;               ///< queries at a time in `answer_all`, a thread each
    std::stop_token stop{};  ///< queries not begun by then fail as cancelled, those under way are interrupted
    /// Called once for each query of `answer_all` as it ends, with its number and its answer. Calls come from one
    /// thread at a time.
    std::function<void(std::size_t, const LiveAnswer&)> on_answer{};
};

namespace detail {

/// Returns the maximum number of draws of a verifier on the current answer.
template <router Router>
int max_current_draws(const Router& router, const Evidence& evidence, Index verifier,
                      const AnsweringOptions& options) {
    if constexpr (model_bound_router<Router>) {
        if (verifier > 0) return router.models()[as_size(evidence.current)].verifier_shape(verifier).draws;
    }
    if constexpr (draw_limited_router<Router>)
        return router.max_draws(evidence.current).value_or(options.all_draws);
    return options.all_draws;
}

/// Returns the explainer of a router. It is empty if the router has none or the options ask for none.
template <router Router>
Explainer explainer_for(const Router& router, const AnsweringOptions& options) {
    if constexpr (explaining_router<Router>) {
        if (options.explain) return router.explainer();
    }
    return {};
}

/// A router that draws in batches. It keeps the evidence of its last decision before the last model was asked.
template <router Router>
struct WatchedRouter {
    const Router& policy;
    const AnsweringOptions& options;
    Evidence& last_open;
    Index next_model =
        -1;  ///< number of the model to ask next, or of a later one to begin with; -1: the policy decides

    [[nodiscard]] Action next(const Evidence& evidence) const {
        if (!evidence.started() && next_model > 0)
            return Action::route(std::max(next_model, policy.next(evidence).model));
        if (evidence.current < next_model) return Action::route(next_model);
        if (evidence.current < evidence.last_model()) last_open = evidence;
        Action action = policy.next(evidence);
        if (action.kind == ActionKind::verify && action.draws > 0 && action.draws < options.batch) {
            const int left = max_current_draws(policy, evidence, action.verifier, options) -
                             evidence.current_model().verifier(action.verifier).drawn;
            action.draws = std::max(action.draws, std::min(options.batch, left));
        }
        return action;
    }
};

/// Returns the place of a further verifier that a policy was trained on. Throws `ArgumentError` if it is not given, or if
/// the policy goes by its confidence and it gives none.
inline Index place_of(const VerifierShape& trained, const std::string& model,
                      std::span<const FurtherVerifier> verifiers) {
    std::vector<std::string> names;
    for (const FurtherVerifier& verifier : verifiers) {
        if (verifier.name != trained.name) {
            names.push_back(in_quotes(verifier.name));
            continue;
        }
        if (trained.kind == VerificationKind::confidence && !verifier.verifier.gives_confidence())
            throw ArgumentError("trained on confidences of the verifier " + in_quotes(trained.name) +
                                ", but it gives verdicts alone; see automix/verify/verifier.hpp");
        return std::ssize(names);
    }
    throw ArgumentError("verifiers: the policy asks the verifier " + in_quotes(trained.name) +
                        " about answers of " + model + "; given are " +
                        (names.empty() ? "none" : joined(names)));
}

/// Returns the places of the verifiers of each model that a policy was trained on, as `LiveSourceOptions::asked`.
/// `confident` says whether the verifier that every model has gives confidences. Throws `ArgumentError` if the policy
/// asks another verifier than are given.
inline std::vector<std::vector<Index>> verifiers_of(const std::vector<ModelShape>& trained,
                                                    std::span<const FurtherVerifier> verifiers,
                                                    bool confident) {
    std::vector<std::vector<Index>> asked;
    for (const ModelShape& model : trained) {
        std::vector<Index>& places = asked.emplace_back();
        for (Index number = 0; number < model.verifier_count(); ++number) {
            const VerifierShape shape = model.verifier_shape(number);
            const bool is_given = shape.kind == VerificationKind::none || shape.name == self_verifier;
            if (shape.kind == VerificationKind::confidence && is_given && !confident)
                throw ArgumentError(
                    "trained on confidences of " + model.name +
                    ", but the verifier gives verdicts alone; see automix/verify/verifier.hpp");
            places.push_back(is_given ? given_verifier : place_of(shape, model.name, verifiers));
        }
    }
    return asked;
}

/// Ends the query with a failure before its end, so that no answer stands.
inline void fail(LiveAnswer& answer, const char* message) {
    answer = LiveAnswer{
        .id = std::move(answer.id), .failure = LiveFailure{std::nullopt, message}, .rounds = answer.rounds};
}

/// Runs a router on a query, and again from the next model on each time that a model fails to answer and another may be
/// asked. Returns the last outcome, with the model that answered last and the rounds of all runs.
template <router Router, source Source>
Outcome run_past_failures(const WatchedRouter<Router>& watched, Source& source, Evidence& evidence) {
    Outcome outcome = run(watched, source, evidence);
    if (watched.options.on_failure == OnFailure::fail) return outcome;
    for (Index failed = source.unanswered(); failed >= 0 && failed < evidence.last_model();) {
        WatchedRouter<Router> further = watched;
        further.next_model = failed + 1;
        Outcome next = run(further, source, evidence);
        next.rounds += outcome.rounds;
        if (next.model < 0) next.model = outcome.model;
        outcome = std::move(next);
        if (source.unanswered() == failed) break;
        failed = source.unanswered();
    }
    return outcome;
}

}  // namespace detail

/// Answers a query from a source. The source keeps the answers, verdicts and costs in `shares()`, the failure in
/// `failure()`, the model that failed to answer in `unanswered()` and the texts in `accepted_text(model, accepted)`. A
/// router that reads the query gets its facts. Any failure is reported in the answer and never thrown. A query without a
/// question, for a router that reads it, has a warning. `explainer` may be empty. Models before `first_model` are not
/// asked.
template <router Router, source Source>
[[nodiscard]] LiveAnswer answer_from(Source& source, const Router& router, const std::string& id,
                                     const QueryFacts& facts, Index models, const AnsweringOptions& options,
                                     const Explainer& explainer, Index first_model = 0) {
    const auto start = std::chrono::steady_clock::now();
    LiveAnswer answer;
    answer.id = id;
    try {
        Evidence evidence(models);
        evidence.reset(uniform_of(id, options.seed));
        if constexpr (query_reading_router<Router>) {
            answer.warning = missing_facts(router.reads(), facts);
        }
        read_query(router, facts, evidence);
        Evidence last_open = evidence;
        const Outcome outcome = detail::run_past_failures(
            detail::WatchedRouter<Router>{router, options, last_open, first_model > 0 ? first_model : -1},
            source, evidence);
        answer.rounds = outcome.rounds;
        answer.failure = source.failure();
        if (outcome.model >= 0 && (!answer.failure || options.on_failure == OnFailure::keep_answer)) {
            answer.text = source.accepted_text(outcome.model, outcome.accepted);
            answer.accepted = outcome.accepted;
            answer.model = outcome.model;
            answer.degraded = answer.failure.has_value();
            if (outcome.accepted == AcceptedAnswer::first)
                answer.finish = source.shares()[static_cast<std::size_t>(outcome.model)].finish;
            if (explainer) answer.explanation = explainer(last_open, facts);
        }
    } catch (const std::exception& error) {
        detail::fail(answer, error.what());
    } catch (...) {
        detail::fail(answer, "an exception of an unknown type");
    }
    answer.models = source.shares();
    answer.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return answer;
}

/// A router at work on live models. The explainer of the router is made once. Safe to share between threads.
template <router Router, class Verifier>
class Answerer {
    static_assert(detail::is_live_verifier<Verifier>());

 public:
    /// Takes models cheapest first, as the router was trained on. Throws `ArgumentError` if the sampling is invalid for
    /// any model, and if `all_draws` is below 1. Throws it also if there are no models, if they are not those of a
    /// router that knows its own, or if that router was trained on confidences and the verifier gives none. Throws it for
    /// a router that asks other verifiers than are given: `verifier` is the one named `self`, `options.verifiers` are the
    /// others. Throws it for a model that does not give a signal that the router reads. The router must outlive the answerer unchanged.
    Answerer(const Router& router, std::vector<LiveModel> models, Verifier verifier,
             AnsweringOptions options = {})
        : Answerer(router, std::move(models), std::move(verifier), options,
                   detail::explainer_for(router, options)) {}

    /// Uses an explainer that was made before. It may be empty. Throws as above.
    Answerer(const Router& router, std::vector<LiveModel> models, Verifier verifier, AnsweringOptions options,
             Explainer explainer)
        : router_(router),
          models_(std::move(models)),
          verifier_(std::move(verifier)),
          options_(std::move(options)),
          explainer_(std::move(explainer)) {
        if (models_.empty()) throw ArgumentError("models: expected at least one, found none");
        validate(options_.verifiers);
        if constexpr (model_bound_router<Router>) {
            const std::vector<ModelShape> trained = router.models();
            asked_ = detail::verifiers_of(trained, options_.verifiers, gives_confidence<Verifier>);
            if (!trained.empty()) require_models(models_, names_of(trained));
        }
        for (Index model = 0; model < std::ssize(models_); ++model) {
            std::vector<std::string> read;
            if constexpr (signal_reading_router<Router>) read = router.signals(model);
            require_signals(models_[as_size(model)], read);
        }
        if (options_.all_draws < 1)
            throw ArgumentError("all_draws: expected at least 1, found " +
                                std::to_string(options_.all_draws));
        for (const LiveModel& model : models_) {
            try {
                validate(model.sampling);
            } catch (const ArgumentError& error) {
                throw ArgumentError(model.model.name() + ": " + error.what());
            }
        }
    }

    /// Refuses a temporary router, which would be destroyed before the first query.
    Answerer(const Router&& router, std::vector<LiveModel> models, Verifier verifier,
             AnsweringOptions options = {}) = delete;

    /// Answers a query. Any failure is reported in the answer and never thrown.
    [[nodiscard]] LiveAnswer answer(const Query& query) const { return answer(query, options_.stop); }

    /// Answers a query with this stop token instead of that of the options.
    [[nodiscard]] LiveAnswer answer(const Query& query, const std::stop_token& stop) const {
        if constexpr (live_verifier<Verifier>) {
            LiveSource source(std::span<const LiveModel>(models_), verifier_, query,
                              {.all_draws = options_.all_draws,
                               .ledger = options_.ledger,
                               .stop = stop,
                               .verifiers = options_.verifiers,
                               .asked = asked_});
            std::vector<double> prior;
            try {
                if constexpr (query_reading_router<Router>) {
                    if (router_.reads().prior) prior = prior_for(query, detail::names_of(models_));
                }
            } catch (const ArgumentError& error) {
                LiveAnswer answer{.id = query.id};
                detail::fail(answer, error.what());
                answer.models.resize(models_.size());
                return answer;
            }
            return answer_from(source, router_, query.id,
                               {query.question, query.context, query.dataset, query.features, prior},
                               std::ssize(models_), options_, explainer_, query.first_model);
        } else {
            return {};
        }
    }

    /// Answers queries, several at a time, and returns the answers in the order of the queries. A query that fails does
    /// not stop the others. Throws `ArgumentError` for a concurrency of 0. If `on_answer` throws, no further query is
    /// begun, those under way end, and the exception is rethrown.
    [[nodiscard]] std::vector<LiveAnswer> answer_all(std::span<const Query> queries) const {
        if (options_.concurrency == 0) throw ArgumentError("concurrency: expected at least 1, found 0");
        std::vector<LiveAnswer> answers(queries.size());
        std::vector<char> begun(queries.size(), 0);
        std::mutex mutex;
        const auto work = [&](std::size_t i) {
            begun[i] = 1;
            answers[i] = answer(queries[i]);
            if (!options_.on_answer) return;
            const std::lock_guard lock(mutex);
            options_.on_answer(i, answers[i]);
        };
        for_each_concurrently(queries.size(), options_.concurrency, options_.stop, work);
        for (std::size_t i = 0; i < queries.size(); ++i) {
            if (begun[i] != 0) continue;
            answers[i].id = queries[i].id;
            answers[i].failure = LiveFailure{FailureKind::cancelled, "cancelled before it began"};
            answers[i].models.resize(models_.size());
            if (options_.on_answer) options_.on_answer(i, answers[i]);
        }
        return answers;
    }

    [[nodiscard]] const std::vector<LiveModel>& models() const noexcept { return models_; }

 private:
    const Router& router_;
    std::vector<LiveModel> models_;
    Verifier verifier_;
    AnsweringOptions options_;
    Explainer explainer_;
    std::vector<std::vector<Index>>
        asked_{};  ///< verifiers of each model; empty: those given, in their order
};

}  // namespace automix
