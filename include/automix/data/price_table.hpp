// SPDX-License-Identifier: Apache-2.0
// What every answer and every draw of a data set costs, once it is settled who states the price: the user, the record,
// or the default. Policies are trained at mean prices; evaluation charges each record its own.
// Building is O(rows) for recorded prices and O(1) memory for constant ones.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix {

/// A price for each row: one number for all rows, or a column.
class PriceColumn {
 public:
    PriceColumn(double price = 0.0) : constant_(price), mean_(price) {}  // NOLINT(google-explicit-constructor)

    explicit PriceColumn(Eigen::ArrayXd prices)
        : prices_(std::move(prices)), mean_(prices_.size() == 0 ? 0.0 : prices_.mean()) {}

    double operator()(Index row) const { return prices_.size() == 0 ? constant_ : prices_(row); }
    [[nodiscard]] double mean() const noexcept { return mean_; }

    [[nodiscard]] PriceColumn select_rows(std::span<const Index> rows) const {
        if (prices_.size() == 0) return constant_;
        return PriceColumn(Eigen::ArrayXd::NullaryExpr(
            static_cast<Index>(rows.size()), [&](Index i) { return prices_(rows[static_cast<std::size_t>(i)]); }));
    }

 private:
    double constant_ = 0.0;
    Eigen::ArrayXd prices_{};
    double mean_ = 0.0;
};

/// Prices of a data set, one column a model.
struct PriceTable {
    std::vector<PriceColumn> answers{};
    std::vector<PriceColumn> draws{};          ///< of one draw; 0 for a model that is not verified
    std::vector<PriceColumn> verifications{};  ///< of all logged draws on an answer together

    [[nodiscard]] PriceTable select_rows(std::span<const Index> rows) const {
        PriceTable selection;
        for (const auto& [from, to] : {std::pair{&answers, &selection.answers}, std::pair{&draws, &selection.draws},
                                       std::pair{&verifications, &selection.verifications}}) {
            for (const PriceColumn& column : *from) to->push_back(column.select_rows(rows));
        }
        return selection;
    }
};

namespace detail {

/// True where all rows record the price, false where none does. Throws `DataError` where only some rows do.
inline bool recorded_everywhere(const Dataset& data, const Column& prices, Index model, const char* field) {
    const auto absent = prices.isNaN();
    if (data.rows() == 0 || absent.all()) return false;
    if (!absent.any()) return true;
    Index row = 0;
    while (!std::isnan(prices(row))) ++row;
    throw DataError(Place{{}, 0, "models[" + std::to_string(model) + "]." + field},
                    "recorded for some rows but not for id " + in_quotes(data.id(row)) +
                        "; record it for all, or give a price");
}

/// Draws that a whole verification stands for: those logged, or 1 where only a confidence is.
inline double logged_draws(const Dataset& data, Index row, Index model) {
    const std::size_t draws = data.verdicts(row, model).size();
    return draws == 0 ? 1.0 : static_cast<double>(draws);
}

/// `price(row)` for every row.
template <class Price>
PriceColumn price_column(const Dataset& data, Price price) {
    return PriceColumn(Eigen::ArrayXd::NullaryExpr(data.rows(), price));
}

inline PriceColumn answer_prices(const Dataset& data, const Prices& prices, Index model) {
    if (!prices.answers.empty()) return prices.answers[static_cast<std::size_t>(model)];
    const Column recorded = data.recorded_costs(model);
    if (recorded_everywhere(data, recorded, model, "cost")) return PriceColumn(recorded);
    if (data.models() == 1) return 1.0;
    if (data.models() == 2) return model == 0 ? 1.0 : 50.0;
    throw DataError(Place{{}, 0, "models[" + std::to_string(model) + "].cost"},
                    "not recorded; with more than two models give a price for each");
}

/// Price of one draw and of all logged draws.
struct VerificationPrices {
    PriceColumn draw{};
    PriceColumn whole{};
};

inline VerificationPrices verification_prices(const Dataset& data, const Prices& prices, Index model) {
    if (!data.verified(model)) return {};
    const auto [fewest, most] = data.draw_counts(model);
    const auto draws = [&](Index row) { return logged_draws(data, row, model); };

    const Column recorded = data.recorded_draw_costs(model);
    const bool stated = prices.verification || !prices.draws.empty();
    if (!stated && recorded_everywhere(data, recorded, model, "draw_cost")) {
        return {PriceColumn(recorded), price_column(data, [&](Index row) { return recorded(row) * draws(row); })};
    }
    if (!prices.draws.empty()) {
        const auto m = static_cast<std::size_t>(prices.draws.size() == 1 ? 0 : model);
        const double draw = m < prices.draws.size() ? prices.draws[m] : 0.0;
        if (fewest == most) return {draw, draw * draws(0)};
        return {draw, price_column(data, [&](Index row) { return draw * draws(row); })};
    }
    const double whole = prices.verification.value_or(1.0);
    if (fewest == most) return {whole / draws(0), whole};
    return {price_column(data, [&](Index row) { return whole / draws(row); }), whole};
}

}  // namespace detail

/// Settles all prices (design: the user's beats the record's beats the default, 1 and 50 for two models and 1 for a
/// verification). Throws `ArgumentError` for prices that make no sense and `DataError` where a price is nowhere.
inline PriceTable resolve_prices(const Dataset& data, const Prices& prices = {}) {
    validate(prices, static_cast<std::size_t>(data.models()));
    PriceTable table;
    for (Index model = 0; model < data.models(); ++model) {
        table.answers.push_back(detail::answer_prices(data, prices, model));
        auto verification = detail::verification_prices(data, prices, model);
        table.draws.push_back(std::move(verification.draw));
        table.verifications.push_back(std::move(verification.whole));
    }
    return table;
}

}  // namespace automix
