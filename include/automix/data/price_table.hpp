// SPDX-License-Identifier: Apache-2.0
// This file settles the price of every answer and every draw of a data set. A price comes from the user, the record, or
// the default. Policies are trained at mean prices; evaluation charges each record its own. Building is O(rows) for
// recorded prices and O(1) memory for constant ones.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/verification.hpp>

#include <Eigen/Core>

#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix {

/// A price for each row: one number for all rows, or a column.
class PriceColumn {
 public:
    PriceColumn(double price = 0.0);

    explicit PriceColumn(Eigen::ArrayXd prices);

    double operator()(Index row) const { return is_constant_ ? constant_ : prices_(row); }
    [[nodiscard]] double mean() const noexcept { return mean_; }
    /// Returns true if all rows have the same price because it was given as one number.
    [[nodiscard]] bool is_constant() const noexcept { return is_constant_; }
    /// Returns true if there is a price for each of that many rows.
    [[nodiscard]] bool covers(Index rows) const noexcept { return is_constant_ || prices_.size() == rows; }

    [[nodiscard]] PriceColumn select_rows(std::span<const Index> rows) const;

 private:
    bool is_constant_ = true;
    double constant_ = 0.0;
    Eigen::ArrayXd prices_{};
    double mean_ = 0.0;
};

/// The kinds of prices that come from the records.
struct RecordedPrices {
    bool answers = false;
    bool draws = false;

    friend bool operator==(const RecordedPrices&, const RecordedPrices&) = default;
};

/// The source of a price: the user, the log, the library's default if neither stated it, or statistics, which do not
/// keep who did.
enum class PriceOrigin { given, recorded, standard, statistics };

/// The prices of a data set, one column per model.
struct PriceTable {
    std::vector<PriceColumn> answers{};
    std::vector<PriceColumn> draws{};  ///< prices of one draw; 0 for a model that is verified in no row
    std::vector<PriceColumn> verifications{};         ///< prices of all logged draws on an answer together
    std::vector<PriceOrigin> answer_origins{};        ///< one for each model
    std::vector<PriceOrigin> verification_origins{};  ///< one for each model
    /// Prices of one draw of each further verifier of a model, by its number; nothing where neither the user nor the log
    /// states one.
    std::vector<std::vector<std::optional<PriceColumn>>> further{};
    std::vector<std::string> notes{};  ///< what a reader of figures should know about the prices

    /// Returns the prices of one draw of a model that is verified in that way. A confidence comes at once, at the price of
    /// the whole verification.
    [[nodiscard]] const PriceColumn& draws_of(Index model, VerificationKind kind) const {
        return (kind == VerificationKind::confidence ? verifications : draws)[as_size(model)];
    }

    /// Returns the prices of one draw of a further verifier of a model. Throws `DataError` if none is known.
    [[nodiscard]] const PriceColumn& further_draws(const Dataset& data, Index model,
                                                   std::string_view verifier) const;

    /// Returns which kinds of prices come from the records.
    [[nodiscard]] RecordedPrices recorded() const;

    [[nodiscard]] PriceTable select_rows(std::span<const Index> rows) const;

    /// Returns the prices of these models, in that order.
    [[nodiscard]] PriceTable select_models(std::span<const Index> models) const;
};

namespace detail {

/// Returns true if all rows that `counts` admits record the price, false if none does. Throws `DataError` if only some
/// do.
template <class Counts>
bool recorded_everywhere(const Dataset& data, const Column& prices, const Place& place, Counts counts) {
    Index recorded = 0;
    Index absent = 0;
    Index example = -1;
    for (Index row = 0; row < data.rows(); ++row) {
        if (!counts(row)) continue;
        if (std::isnan(prices(row))) {
            if (absent++ == 0) example = row;
        } else {
            ++recorded;
        }
    }
    if (recorded > 0 && absent > 0) {
        const Place row = data.place(example);
        throw DataError(Place{row.file, row.line, place.field}, "recorded for some rows but not for id " +
                                                                    in_quotes(data.id(example)) +
                                                                    "; record it for all, or give a price");
    }
    return recorded > 0;
}

/// Returns the answer prices of all models. Throws `DataError` if some are recorded and others are not, or if more than
/// two models have none.
std::vector<PriceColumn> answer_prices(const Dataset& data, const Prices& prices);

/// Returns a column from the price in the rows with verification. The other rows take the mean, as no draw is made in
/// them.
template <class Price>
PriceColumn price_column(const Dataset& data, const Column& confidences, Price price) {
    Eigen::ArrayXd prices(data.rows());
    double sum = 0.0;
    Index verified = 0;
    for (Index row = 0; row < data.rows(); ++row) {
        if (std::isnan(confidences(row))) continue;
        prices(row) = price(row);
        sum += prices(row);
        ++verified;
    }
    for (Index row = 0; row < data.rows(); ++row) {
        if (std::isnan(confidences(row))) prices(row) = sum / static_cast<double>(verified);
    }
    return PriceColumn(std::move(prices));
}

}  // namespace detail

/// Settles all prices. The user's take precedence over the record's, and those over the defaults: 1 and 50 for two
/// models and 1 for a verification. Settle them once for a whole log and take `select_rows` of the table for its
/// splits, so all splits have the same prices. Throws `ArgumentError` for prices that make no sense, and `DataError` if
/// no source states a price. Recorded prices of answers are in a unit that no default is in, so beside them the price
/// of verification must be recorded or given, except that of the most expensive model, which no policy verifies.
/// Likewise, recorded prices of draws need recorded or given prices of answers.
PriceTable resolve_prices(const Dataset& data, const Prices& prices = {});

/// Throws `ArgumentError` unless the table has a price for each model and row of `data`.
void require_prices_for(const Dataset& data, const PriceTable& prices);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/data/detail/price_table_inl.hpp>
#endif
