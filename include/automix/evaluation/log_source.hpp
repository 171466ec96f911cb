// SPDX-License-Identifier: Apache-2.0
// Replays a log as a source: returns answers and verdicts in recorded order, at the row's own prices. If samples are
// kept, the answer is the first of them, and each draw adds the next as long as there is one. A router that asks for
// more verdicts than are logged gets an error that names the record. O(draws) a round without allocation (with samples:
// O(draws^2)). A policy names its verifiers, and the log must have them.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/logged_verifier.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/price_table.hpp>
#include <automix/routing/action.hpp>
#include <automix/routing/source.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace automix {

class LogSource {
 public:
    static constexpr bool limits_draws = true;

    /// Takes data and prices, which must outlive the source. Requires `open` of a row before use.
    LogSource(const Dataset& data, const PriceTable& prices);

    /// Takes the models of the router that is replayed, whose verifiers are asked by number. Throws `DataError` if the
    /// first verifier of the log is not the router's, or if the log lacks a further one.
    void bind(const std::vector<ModelShape>& models);

    /// Starts a row of the log, without any draws.
    void open(Index row);

    /// Returns the recorded answer of a model at its price.
    [[nodiscard]] Answered answer(Index model);

    /// Draws the next verdicts. Throws `DataError` if fewer verdicts are left than are asked for.
    [[nodiscard]] Drawn draw(Index model, int draws) { return draw(model, 0, draws); }

    /// Draws the next verdicts of a verifier. A further one requires `bind`.
    [[nodiscard]] Drawn draw(Index model, Index verifier, int draws);

    /// Returns the score of the accepted answer. Throws `DataError` for a plurality if no samples are kept.
    [[nodiscard]] double score(Index model, AcceptedAnswer accepted) const;

 private:
    /// A verifier of a model's answers, and the number of its verdicts that were drawn.
    struct Asked {
        LoggedVerifier logged;
        const PriceColumn* draw = nullptr;   ///< price of one draw
        const PriceColumn* whole = nullptr;  ///< price of all draws together; null: that of each
        std::string name{};                  ///< empty for the first verifier
        std::size_t drawn = 0;
    };

    /// Draws from a record that has a confidence alone: one draw reveals it at the whole price.
    [[nodiscard]] Drawn reveal(Asked& verifier);

    /// Returns the answer and one sample for each draw so far, or all samples if the log holds fewer.
    [[nodiscard]] std::span<const std::int32_t> known_samples(Index model) const;

    [[noreturn]] void fail(Index model, const std::string& what, const std::string& verifier = {}) const;

    const Dataset& data_;
    const PriceTable& prices_;
    std::vector<std::vector<Asked>> verifiers_;  ///< by model
    Index row_ = 0;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/detail/log_source_inl.hpp>
#endif
