// SPDX-License-Identifier: Apache-2.0
// The source of the loop for a live query. Answers come from models and verdicts from their verifiers. A failed call is
// a value for the loop, and so are its costs. Texts and costs are kept for the answer. What a verifier costs by itself is
// charged to a ledger. A call of a verifier that the backend declines gives blank replies. An answer counts as a sample
// if the verifier compares samples.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/verdict.hpp>
#include <automix/live/answer_signals.hpp>
#include <automix/live/further_verifier.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/amount.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/declined_verdicts.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/model/sampling_changes.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/source.hpp>
#include <automix/text/normalise.hpp>
#include <automix/text/reply_text.hpp>
#include <automix/verify/verifier.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

namespace detail {

/// A model that adds up the cost and the usage of its calls. Copies share the sums.
class CostedModel {
 public:
    explicit CostedModel(AnyModel model) : model_(std::move(model)) {}

    [[nodiscard]] const std::string& name() const { return model_.name(); }

    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        try {
            GenerateReply reply = model_.generate(request, stop);
            add(reply.cost, reply.earlier_cost, reply.usage);
            return reply;
        } catch (const ModelError& error) {
            add(error.failure().cost, 0.0, error.failure().usage);
            throw;
        }
    }

    [[nodiscard]] double cost() const {
        const std::lock_guard lock(sum_->mutex);
        return sum_->cost;
    }

    /// Returns the part of the cost that earlier failures have counted.
    [[nodiscard]] double earlier_cost() const {
        const std::lock_guard lock(sum_->mutex);
        return sum_->earlier_cost;
    }

    /// Returns the usage of the calls that report theirs; nothing if none does.
    [[nodiscard]] std::optional<Usage> usage() const {
        const std::lock_guard lock(sum_->mutex);
        return sum_->usage;
    }

 private:
    struct Sum {
        std::mutex mutex{};
        double cost = 0.0;
        double earlier_cost = 0.0;
        std::optional<Usage> usage{};
    };

    void add(double cost, double earlier_cost, const std::optional<Usage>& usage) {
        const std::lock_guard lock(sum_->mutex);
        sum_->cost += cost;
        sum_->earlier_cost += earlier_cost;
        add_usage(sum_->usage, usage);
    }

    AnyModel model_;
    std::shared_ptr<Sum> sum_ = std::make_shared<Sum>();
};

}  // namespace detail

struct LiveSourceOptions {
    int all_draws = 8;  ///< number of draws if a router asks for all
    /// Charged the cost of a verifier beyond that of the model's calls; may be null.
    std::shared_ptr<Ledger> ledger{};
    std::stop_token stop{};
    std::span<const FurtherVerifier> verifiers{};  ///< further ones, which must outlive the source
    /// The verifiers of each model's answers, in the order of their numbers: the place of each in `verifiers`, or
    /// `given_verifier`. It must outlive the source. Empty: the given one, and then all of `verifiers`.
    std::span<const std::vector<Index>> asked{};
};

/// The place, in `LiveSourceOptions::asked`, of the verifier that a source is given for all models.
inline constexpr Index given_verifier = -1;

template <live_verifier Verifier>
class LiveSource {
 public:
    /// Keeps references to its arguments, which must outlive the source.
    LiveSource(std::span<const LiveModel> models, const Verifier& verifier, const Query& query,
               LiveSourceOptions options = {})
        : models_(models),
          verifier_(verifier),
          query_(query),
          options_(std::move(options)),
          shares_(models.size()) {
        for (Index model = 0; model < std::ssize(models); ++model) {
            ModelShare& share = shares_[as_size(model)];
            const Index verifiers = options_.asked.empty() ? 1 + std::ssize(options_.verifiers)
                                                           : std::ssize(options_.asked[as_size(model)]);
            share.further.resize(as_size(std::max<Index>(verifiers - 1, 0)));
            for (Index number = 0; number < verifiers; ++number) {
                if (const FurtherVerifier* further = further_verifier(model, number))
                    share.verifier_at(number).verifier = further->name;
            }
        }
    }

    Answered answer(Index model) {
        const LiveModel& asked = models_[as_size(model)];
        ModelShare& share = shares_[as_size(model)];
        Answered answered;
        attempt(answered, share.answer_cost, [&] {
            GenerateRequest request{.messages = query_.messages,
                                    .sampling = changed(asked.sampling, query_.sampling)};
            if (request.messages.empty()) {
                RenderedPrompt prompt =
                    asked.prompt_of(query_).render({query_.context, query_.question, {}}, asked.limits);
                share.cut_bytes = prompt.cut_bytes;
                request.messages = {{Role::user, std::move(prompt.text)}};
            }
            GenerateReply reply = asked.model.generate(request, options_.stop);
            share.usage = reply.usage;
            const std::string text = answer_text(separate_thinking(reply.completions.front().text).text);
            if (!has_text(text)) fail_blank(asked, reply);
            share.answer = std::string(trim(text));
            share.answer_price = reply.cost;
            Completion& said = reply.completions.front();
            share.finish = said.finish;
            said.text = *share.answer;
            ReadSignals signals = read_signals(asked.signals, query_, said, options_.stop);
            answered.signals = share.signals = std::move(signals.known);
            share.absent_signals = std::move(signals.absent);
            if (compares_samples && further_verifier(model, 0) == nullptr)
                answered.samples = answered.largest_cluster = 1;
            return reply.cost - reply.earlier_cost;
        });
        if (!answered.failure.empty() && failure_->kind && may_ask_another(*failure_->kind))
            unanswered_ = model;
        return answered;
    }

    /// Draws verdicts of the first verifier of a model's answers.
    Drawn draw(Index model, int draws) { return draw(model, 0, draws); }

    /// Draws verdicts of one of the verifiers of a model's answers. Requires that the model has answered. Throws
    /// `ProtocolError` if there is no verifier of that number.
    Drawn draw(Index model, Index verifier, int draws) {
        ModelShare& share = shares_[as_size(model)];
        if (verifier > std::ssize(share.further))
            throw ProtocolError("router: asks verifier " + std::to_string(verifier) + ", but there are " +
                                std::to_string(1 + share.further.size()));
        Drawn drawn;
        VerifierShare& said = share.verifier_at(verifier);
        const int count = draws == all_draws ? options_.all_draws : draws;
        attempt(drawn, said.verification_cost, [&] {
            double earlier_cost = 0.0;
            Verdicts round = verify(model, verifier, count, earlier_cost);
            const double paid_now = round.cost - earlier_cost;
            if (round.confidence) {
                drawn.drawn = drawn.parsed = 1;
                drawn.logged_confidence = said.confidence = round.confidence;
                said.verdicts_price += round.cost;
                return paid_now;
            }
            require_verdicts(asked_model(model, verifier).name(), count, round, paid_now);
            drawn.drawn = static_cast<int>(round.verdicts.size());
            drawn.parsed =
                drawn.drawn -
                static_cast<int>(std::count(round.verdicts.begin(), round.verdicts.end(), Verdict::unparsed));
            drawn.positive =
                static_cast<int>(std::count(round.verdicts.begin(), round.verdicts.end(), Verdict::positive));
            drawn.samples = round.samples;
            drawn.largest_cluster = round.largest_cluster;
            share.cut_bytes = std::max(share.cut_bytes, round.cut_bytes);
            said.cut_replies += round.cut_replies;
            said.declined_replies += round.declined_replies;
            said.verdicts_price += round.cost;
            said.verdicts.insert(said.verdicts.end(), round.verdicts.begin(), round.verdicts.end());
            std::move(round.replies.begin(), round.replies.end(), std::back_inserter(said.replies));
            return paid_now;
        });
        return drawn;
    }

    /// Forgets the failure, so that the query can go on. What its models did so far stays.
    void go_on() noexcept {
        failure_.reset();
        unanswered_ = -1;
    }

    /// Goes on with what the models did in an earlier source of the same query, models and verifiers.
    void go_on_with(std::vector<ModelShare> shares) {
        shares_ = std::move(shares);
        go_on();
    }

    /// Returns the text of the accepted answer. Requires that the model has answered.
    [[nodiscard]] std::string accepted_text(Index model, AcceptedAnswer accepted) const {
        const ModelShare& share = shares_[as_size(model)];
        if (accepted == AcceptedAnswer::first) return *share.answer;
        if constexpr (compares_samples) {
            if (further_verifier(model, 0) == nullptr)
                return verifier_for(verifier_, model, query_).plurality(*share.answer, share.replies);
        }
        throw ProtocolError("router: accepts a plurality, but the verifier compares no samples");
    }

    /// Returns the work of each model so far.
    [[nodiscard]] const std::vector<ModelShare>& shares() const noexcept { return shares_; }
    /// Returns the failure that ended the loop, if there is one.
    [[nodiscard]] const std::optional<LiveFailure>& failure() const noexcept { return failure_; }
    /// Returns the number of the last model that failed to answer so that another may be asked; -1: none.
    [[nodiscard]] Index unanswered() const noexcept { return unanswered_; }

 private:
    using OneVerifier = std::remove_cvref_t<decltype(verifier_for(std::declval<const Verifier&>(), 0,
                                                                  std::declval<const Query&>()))>;
    static constexpr bool compares_samples = requires(const OneVerifier& verifier, const ModelShare& share) {
        verifier.plurality(*share.answer, share.replies);
    };

    /// Returns a verifier of a model's answers; null for the one that the source was given.
    [[nodiscard]] const FurtherVerifier* further_verifier(Index model, Index number) const {
        const Index place =
            options_.asked.empty() ? number - 1 : options_.asked[as_size(model)][as_size(number)];
        return place == given_verifier ? nullptr : &options_.verifiers[as_size(place)];
    }

    /// Returns the model that a verifier asks about an answer.
    [[nodiscard]] const AnyModel& asked_model(Index model, Index number) const {
        const FurtherVerifier* const further = further_verifier(model, number);
        return further != nullptr && further->judge ? *further->judge : models_[as_size(model)].model;
    }

    /// Throws `ModelError`, with the cost of a reply without a text to answer with.
    [[noreturn]] static void fail_blank(const LiveModel& asked, const GenerateReply& reply) {
        const Completion& completion = reply.completions.front();
        const auto failure = [&](FailureKind kind, const std::string& message) {
            return ModelError(asked.model.name(),
                              {.kind = kind, .maybe_billed = true, .cost = reply.cost - reply.earlier_cost},
                              message);
        };
        if (completion.finish == FinishReason::length)
            throw failure(FailureKind::token_limit,
                          "no answer within max_tokens, " + std::to_string(asked.sampling.max_tokens));
        if (completion.finish == FinishReason::content_filter)
            throw failure(FailureKind::content_filter, "the backend declined the content");
        throw failure(FailureKind::no_answer, separate_thinking(completion.text).thinking.empty()
                                                  ? "no answer: no text"
                                                  : "no answer: only thinking");
    }

    /// Draws a round of verdicts and charges the ledger what the verifier costs beyond the calls of the model that it asks.
    /// The cost of the round, or of its failure, is at least that of these calls, and to the last digit what the ledger
    /// has. `earlier_cost` is set to the part of it that earlier failures have counted. Throws `ModelError` of kind
    /// `budget` if such costs have used up the budget.
    Verdicts verify(Index model, Index verifier, int count, double& earlier_cost) {
        ModelShare& share = shares_[as_size(model)];
        VerifierShare& said = share.verifier_at(verifier);
        const FurtherVerifier* const further = further_verifier(model, verifier);
        const detail::CostedModel costed(asked_model(model, verifier));
        AnyModel asked = DeclinedVerdictsModel(costed);
        if (options_.ledger && options_.ledger->is_overdrawn()) {
            throw ModelError(asked.name(), {.kind = FailureKind::budget},
                             "not verified: nothing remains of the budget of " +
                                 format_number(options_.ledger->budget().value_or(0.0)));
        }
        const auto charged = [&](double cost) {
            constexpr double rounding = 1e-9;
            const double calls = costed.cost();
            if (!is_price(cost)) return cost;
            if (cost - calls <= rounding * cost) return calls;
            if (!options_.ledger) return cost;
            options_.ledger->charge(asked.name(), Purpose::verification, cost - calls);
            return calls + Amount(cost - calls).value();
        };
        try {
            const VerificationTask task{query_.context, query_.question, *share.answer};
            const DrawRange range{static_cast<int>(said.verdicts.size()), count, said.replies};
            Verdicts round =
                further != nullptr
                    ? further->verifier.verify(model, query_, asked, task, range, options_.stop)
                    : verifier_for(verifier_, model, query_).verify(asked, task, range, options_.stop);
            // The loop refuses such a cost; what the calls cost is paid all the same.
            if (!is_price(round.cost)) said.verification_cost += costed.cost();
            round.cost = charged(round.cost);
            earlier_cost = costed.earlier_cost();
            add_usage(said.verification_usage, costed.usage());
            return round;
        } catch (const ModelError& error) {
            add_usage(said.verification_usage, costed.usage());
            Failure failure = error.failure();
            failure.cost = charged(failure.cost) - costed.earlier_cost();
            throw ModelError(error, failure);
        } catch (...) {
            const double paid = costed.cost() - costed.earlier_cost();
            if (paid == 0.0) throw;
            throw handled_error(asked.name(), {.maybe_billed = true, .cost = paid});
        }
    }

    /// Throws `ModelError` of kind `bad_reply` if a verifier returns a wrong number of verdicts.
    static void require_verdicts(const std::string& model, int asked, const Verdicts& round, double cost) {
        if (round.verdicts.size() == as_size(asked)) return;
        throw ModelError(model, {.kind = FailureKind::bad_reply, .maybe_billed = true, .cost = cost},
                         "asked the verifier for " + std::to_string(asked) + " verdicts, got " +
                             std::to_string(round.verdicts.size()));
    }

    /// Runs `call`, which returns its cost. An exception becomes the failure of `result`. The failure of the query has
    /// the messages of all failures.
    template <class Result, class Call>
    void attempt(Result& result, double& paid, Call call) {
        const auto fail = [&](std::optional<FailureKind> kind, const char* message) {
            result.failure = *message == '\0' ? "failed without a reason" : message;
            failure_ = LiveFailure{kind, (failure_ ? failure_->message + "; " : "") + result.failure};
        };
        try {
            result.cost = call();
        } catch (const ModelError& error) {
            result.cost = error.failure().cost;
            fail(error.kind(), error.what());
            failure_->retry_after = error.failure().retry_after;
            failure_->is_deliberate = error.failure().is_deliberate;
        } catch (const std::exception& error) {
            fail(std::nullopt, error.what());
        } catch (...) {
            fail(std::nullopt, "an exception of an unknown type");
        }
        if (is_price(result.cost)) paid += result.cost;
    }

    std::span<const LiveModel> models_;
    const Verifier& verifier_;
    const Query& query_;
    LiveSourceOptions options_;
    std::vector<ModelShare> shares_;
    std::optional<LiveFailure> failure_;
    Index unanswered_ = -1;
};

}  // namespace automix
