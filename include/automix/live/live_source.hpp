// SPDX-License-Identifier: Apache-2.0
// The source of the loop for a live query. Answers come from models and verdicts from a verifier. A failed call is a
// value for the loop, and so are its costs. Texts and costs are kept for the answer. An answer counts as a sample if
// the verifier compares samples.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/verdict.hpp>
#include <automix/live/live_answer.hpp>
#include <automix/live/live_model.hpp>
#include <automix/live/query.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/source.hpp>
#include <automix/text/normalise.hpp>
#include <automix/verify/verifier.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix {

struct LiveSourceOptions {
    int all_draws = 8;  ///< number of draws if a router asks for all
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
            share.answer = std::string(trim(reply.completions.front().text));
            if constexpr (compares_samples) {
                answered.samples = 1;
                answered.largest_cluster = share.answer->empty() ? 0 : 1;
            }
            return reply.cost;
        });
        return answered;
    }

    Drawn draw(Index model, int draws) {
        ModelShare& share = shares_[as_size(model)];
        const int count = draws == all_draws ? options_.all_draws : draws;
        Drawn drawn;
        attempt(drawn, share.verification_cost, [&] {
            AnyModel asked = models_[as_size(model)].model;
            Verdicts round =
                verifier_for(verifier_, model, query_)
                    .verify(asked, VerificationTask{query_.context, query_.question, *share.answer},
                            DrawRange{static_cast<int>(share.verdicts.size()), count, share.replies},
                            options_.stop);
            if (round.confidence) {
                drawn.drawn = drawn.parsed = 1;
                drawn.logged_confidence = share.confidence = round.confidence;
                return round.cost;
            }
            require_verdicts(asked.name(), count, round);
            drawn.drawn = static_cast<int>(round.verdicts.size());
            drawn.parsed =
                drawn.drawn -
                static_cast<int>(std::count(round.verdicts.begin(), round.verdicts.end(), Verdict::unparsed));
            drawn.positive =
                static_cast<int>(std::count(round.verdicts.begin(), round.verdicts.end(), Verdict::positive));
            drawn.samples = round.samples;
            drawn.largest_cluster = round.largest_cluster;
            share.cut_bytes = std::max(share.cut_bytes, round.cut_bytes);
            share.verdicts.insert(share.verdicts.end(), round.verdicts.begin(), round.verdicts.end());
            std::move(round.replies.begin(), round.replies.end(), std::back_inserter(share.replies));
            return round.cost;
        });
        return drawn;
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

 private:
    using OneVerifier = std::remove_cvref_t<decltype(verifier_for(std::declval<const Verifier&>(), 0,
                                                                  std::declval<const Query&>()))>;
    static constexpr bool compares_samples = requires(const OneVerifier& verifier, const ModelShare& share) {
        verifier.plurality(*share.answer, share.replies);
    };

    /// Throws `ModelError` of kind `bad_reply` if a verifier returns a wrong number of verdicts.
    static void require_verdicts(const std::string& model, int asked, const Verdicts& round) {
        if (round.verdicts.size() == as_size(asked)) return;
        throw ModelError(model, {.kind = FailureKind::bad_reply, .maybe_billed = true, .cost = round.cost},
                         "asked the verifier for " + std::to_string(asked) + " verdicts, got " +
                             std::to_string(round.verdicts.size()));
    }

    /// Runs `call`, which returns its cost. An exception becomes the failure of `result`.
    template <class Result, class Call>
    void attempt(Result& result, double& paid, Call call) {
        const auto fail = [&](std::optional<FailureKind> kind, const char* message) {
            failure_ = LiveFailure{kind, *message == '\0' ? "failed without a reason" : message};
            result.failure = failure_->message;
        };
        try {
            result.cost = call();
        } catch (const ModelError& error) {
            result.cost = error.failure().cost;
            fail(error.kind(), error.what());
        } catch (const std::exception& error) {
            fail(std::nullopt, error.what());
        } catch (...) {
            fail(std::nullopt, "an exception of an unknown type");
        }
        paid += result.cost;
    }

    std::span<const LiveModel> models_;
    const Verifier& verifier_;
    const Query& query_;
    LiveSourceOptions options_;
    std::vector<ModelShare> shares_;
    std::optional<LiveFailure> failure_;
};

}  // namespace automix
