// SPDX-License-Identifier: Apache-2.0
// Charges the calls of a model to a ledger. A call first reserves its maximum price. It waits for calls under way if it
// fits only into what they may give back, and is refused if the budget has less left. Then it settles:
//     a reply with usage                  at that usage, even above the reservation
//     without usage, or with one that     at the reservation if tokens have a price, else the price of its samples
//     cannot be true
//     `ModelError` with usage             at that usage
//     one without, but `maybe_billed`     at the reservation
//     an exception of any other type      at the reservation, as it says nothing of billing; becomes a `ModelError` of
//                                         kind `other` that has the cost
//     other `ModelError`s                 at nothing
// A reply with a wrong number of completions is refused, and paid for its samples up to the requested number. What a
// reply or a failure says that it cost is to the last digit what the ledger was charged.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/model/amount.hpp>
#include <automix/model/completion_check.hpp>
#include <automix/model/ledger.hpp>
#include <automix/model/model_adapter.hpp>
#include <automix/model/model_price.hpp>

#include <algorithm>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

namespace automix {

namespace detail {

/// Returns true if a backend can have used these tokens. No tokens for a text that is not empty mean that a server does
/// not count.
inline bool is_plausible(const Usage& usage, const GenerateRequest& request, const GenerateReply& reply) {
    const bool prompted = std::any_of(request.messages.begin(), request.messages.end(),
                                      [](const Message& message) { return !message.text.empty(); });
    const bool completed = std::any_of(reply.completions.begin(), reply.completions.end(),
                                       [](const Completion& completion) { return !completion.text.empty(); });
    return usage.prompt_tokens >= (prompted ? 1 : 0) && usage.completion_tokens >= (completed ? 1 : 0);
}

}  // namespace detail

/// A model whose calls are charged to a ledger. Copies share the ledger. It is as thread-safe as the model.
template <model_adapter Model>
class MeteredModel {
 public:
    /// Throws `ArgumentError` if a price is not valid, and for a null ledger.
    MeteredModel(Model model, const ModelPrice& price, std::shared_ptr<Ledger> ledger)
        : model_(std::move(model)), price_(price), ledger_(std::move(ledger)) {
        validate(price_);
        if (ledger_ == nullptr) throw ArgumentError("a metered model needs a ledger, found none");
    }

    [[nodiscard]] std::string name() const { return std::string(model_.name()); }
    [[nodiscard]] const ModelPrice& price() const noexcept { return price_; }
    [[nodiscard]] const std::shared_ptr<Ledger>& ledger() const noexcept { return ledger_; }

    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    /// Returns the model's reply with `cost` set. Throws `ArgumentError` for an invalid request, for example without
    /// `max_tokens`. Throws `ModelError` of kind `budget` before any call, of kind `cancelled` if a stop ends the wait
    /// for the budget, and of kind `bad_reply` for a wrong number of completions. Passes on the failures of the model
    /// with `failure().cost` set.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        validate(request);
        auto outcome = ledger_->reserve(model_.name(), request.purpose, worst_case(price_, request), stop);
        if (const auto* refusal = std::get_if<Ledger::Refusal>(&outcome)) refuse(*refusal);
        auto& reservation = std::get<Ledger::Reservation>(outcome);
        const double reserved = reservation.amount();
        GenerateReply reply;
        try {
            reply = automix::generate(model_, request, stop);
        } catch (const ModelError& error) {
            Failure failure = error.failure();
            failure.cost = failure.usage          ? cost_of(price_, request, *failure.usage)
                           : failure.maybe_billed ? reserved
                                                  : 0.0;
            const bool unreported = !failure.usage && failure.maybe_billed;
            failure.cost = settle(reservation, failure.cost, unreported);
            throw ModelError(error, failure);
        } catch (...) {
            throw handled_error(model_.name(),
                                {.maybe_billed = true, .cost = settle(reservation, reserved, true)});
        }
        const bool counted = reply.usage && detail::is_plausible(*reply.usage, request, reply);
        reply.cost = settle(reservation, cost(request, reply, reserved, counted), !counted);
        require_completions(model_.name(), request, reply);
        return reply;
    }

 private:
    [[noreturn]] void refuse(const Ledger::Refusal& refusal) const {
        if (refusal.stopped) {
            throw ModelError(model_.name(), {.kind = FailureKind::cancelled},
                             "cancelled while waiting for what other calls may give back to the budget");
        }
        std::string message = "refused before the call: it may cost " + format_number(refusal.needed) +
                              ", and " + format_number(refusal.remaining) + " remains of the budget of " +
                              format_number(ledger_->budget().value_or(0.0));
        if (refusal.reserved > 0.0) {
            message += " (" + format_number(refusal.reserved) + " is reserved by calls under way)";
        }
        throw ModelError(model_.name(), {.kind = FailureKind::budget}, message);
    }

    /// Charges a call and returns the amount as the ledger keeps it. Counts the call if tokens have a price and it does
    /// not say what it used.
    double settle(Ledger::Reservation& reservation, double cost, bool unreported) const {
        if (unreported && charges_tokens(price_)) {
            reservation.settle_unreported();
        } else {
            reservation.settle(cost);
        }
        return Amount(cost).value();
    }

    double cost(const GenerateRequest& request, const GenerateReply& reply, double reserved,
                bool counted) const {
        if (!counted && charges_tokens(price_)) return reserved;
        const Usage usage = counted ? *reply.usage : Usage{};
        const auto arrived =
            static_cast<int>(std::min(reply.completions.size(), static_cast<std::size_t>(request.samples)));
        if (arrived == request.samples) return cost_of(price_, request, usage);
        GenerateRequest paid = request;
        paid.samples = arrived;
        return cost_of(price_, paid, usage);
    }

    Model model_;
    ModelPrice price_;
    std::shared_ptr<Ledger> ledger_;
};

}  // namespace automix
