// SPDX-License-Identifier: Apache-2.0
// The source of the loop for a live query. Answers come from models and verdicts from a verifier. A failed call is a
// value for the loop, and so are its costs. Texts and costs are kept for the answer. What a verifier costs by itself is
// charged to a ledger. A call of a verifier that the backend declines gives blank replies. An answer counts as a sample
// if the verifier compares samples.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/core/verdict.hpp>
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

/// A model that adds up the cost of its calls. Copies share the sum.
class CostedModel {
 public:
    explicit CostedModel(AnyModel model) : model_(std::move(model)) {}

    [[nodiscard]] const std::string& name() const { return model_.name(); }

    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        try {
            GenerateReply reply = model_.generate(request, stop);
            add(reply.cost, reply.earlier_cost);
            return reply;
        } catch (const ModelError& error) {
            add(error.failure().cost, 0.0);
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

 private:
    struct Sum {
        std::mutex mutex{};
        double cost = 0.0;
        double earlier_cost = 0.0;
    };

    void add(double cost, double earlier_cost) {
        const std::lock_guard lock(sum_->mutex);
        sum_->cost += cost;
        sum_->earlier_cost += earlier_cost;
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
};

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
          shares_(models.size()) {}

    Answered answer(Index model) {
        const LiveModel& asked = models_[as_size(model)];
        ModelShare& share = shares_[as_size(model)];
        Answered answered;
        attempt(answered, share.answer_cost, [&] {
            RenderedPrompt prompt =
                asked.prompt_of(query_).render({query_.context, query_.question, {}}, asked.limits);
            share.cut_bytes = prompt.cut_bytes;
            const GenerateRequest request{.messages = {{Role::user, std::move(prompt.text)}},
                                          .sampling = asked.sampling};
            GenerateReply reply = asked.model.generate(request, options_.stop);
            share.usage = reply.usage;
            const std::string text = answer_text(separate_thinking(reply.completions.front().text).text);
            if (!has_text(text)) fail_blank(asked, reply);
            share.answer = std::string(trim(text));
            share.answer_price = reply.cost;
            share.finish = reply.completions.front().finish;
            if constexpr (compares_samples) answered.samples = answered.largest_cluster = 1;
            return reply.cost - reply.earlier_cost;
        });
        if (!answered.failure.empty() && failure_->kind && may_ask_another(*failure_->kind))
            unanswered_ = model;
        return answered;
    }

    Drawn draw(Index model, int draws) {
        ModelShare& share = shares_[as_size(model)];
        const int count = draws == all_draws ? options_.all_draws : draws;
        Drawn drawn;
        attempt(drawn, share.verification_cost, [&] {
            const AnyModel& asked = models_[as_size(model)].model;
            double earlier_cost = 0.0;
            Verdicts round = verify(model, count, earlier_cost);
            const double paid_now = round.cost - earlier_cost;
            if (round.confidence) {
                drawn.drawn = drawn.parsed = 1;
                drawn.logged_confidence = share.confidence = round.confidence;
                return paid_now;
            }
            require_verdicts(asked.name(), count, round, paid_now);
            drawn.drawn = static_cast<int>(round.verdicts.size());
            drawn.parsed =
                drawn.drawn -
                static_cast<int>(std::count(round.verdicts.begin(), round.verdicts.end(), Verdict::unparsed));
            drawn.positive =
                static_cast<int>(std::count(round.verdicts.begin(), round.verdicts.end(), Verdict::positive));
            drawn.samples = round.samples;
            drawn.largest_cluster = round.largest_cluster;
            share.cut_bytes = std::max(share.cut_bytes, round.cut_bytes);
            share.cut_replies += round.cut_replies;
            share.declined_replies += round.declined_replies;
            share.verdicts_price += round.cost;
            share.verdicts.insert(share.verdicts.end(), round.verdicts.begin(), round.verdicts.end());
            std::move(round.replies.begin(), round.replies.end(), std::back_inserter(share.replies));
            return paid_now;
        });
        return drawn;
    }

    /// Forgets the failure, so that the query can go on. What its models did so far stays.
    void go_on() noexcept {
        failure_.reset();
        unanswered_ = -1;
    }

    /// Returns the text of the accepted answer. Requires that the model has answered.
    [[nodiscard]] std::string accepted_text(Index model, AcceptedAnswer accepted) const {
        const ModelShare& share = shares_[as_size(model)];
        if (accepted == AcceptedAnswer::first) return *share.answer;
        if constexpr (compares_samples) {
            return verifier_for(verifier_, model, query_).plurality(*share.answer, share.replies);
        } else {
            throw ProtocolError("router: accepts a plurality, but the verifier compares no samples");
        }
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

    /// Draws a round of verdicts and charges the ledger what the verifier costs beyond the calls of the model. The cost
    /// of the round, or of its failure, is at least that of these calls, and to the last digit what the ledger has.
    /// `earlier_cost` is set to the part of it that earlier failures have counted. Throws `ModelError` of kind `budget`
    /// if such costs have used up the budget.
    Verdicts verify(Index model, int count, double& earlier_cost) {
        const ModelShare& share = shares_[as_size(model)];
        const detail::CostedModel costed(models_[as_size(model)].model);
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
            Verdicts round =
                verifier_for(verifier_, model, query_)
                    .verify(asked, VerificationTask{query_.context, query_.question, *share.answer},
                            DrawRange{static_cast<int>(share.verdicts.size()), count, share.replies},
                            options_.stop);
            // The loop refuses such a cost; what the calls cost is paid all the same.
            if (!is_price(round.cost)) shares_[as_size(model)].verification_cost += costed.cost();
            round.cost = charged(round.cost);
            earlier_cost = costed.earlier_cost();
            return round;
        } catch (const ModelError& error) {
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
