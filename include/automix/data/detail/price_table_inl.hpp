// SPDX-License-Identifier: Apache-2.0
// Definitions of data/price_table.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/price.hpp>
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace automix {

AUTOMIX_INLINE PriceColumn::PriceColumn(double price)
    : constant_(price), mean_(price) {}  // NOLINT(google-explicit-constructor)

AUTOMIX_INLINE PriceColumn::PriceColumn(Eigen::ArrayXd prices)
    : is_constant_(false), prices_(std::move(prices)), mean_(prices_.size() == 0 ? 0.0 : prices_.mean()) {}

AUTOMIX_INLINE PriceColumn PriceColumn::select_rows(std::span<const Index> rows) const {
    if (is_constant_) return constant_;
    Eigen::ArrayXd chosen(std::ssize(rows));
    Index to = 0;
    for (const Index row : rows) chosen(to++) = prices_(row);
    return PriceColumn(std::move(chosen));
}

AUTOMIX_INLINE RecordedPrices PriceTable::recorded() const {
    const auto any = [](const std::vector<PriceOrigin>& origins) {
        return std::find(origins.begin(), origins.end(), PriceOrigin::recorded) != origins.end();
    };
    return {any(answer_origins), any(verification_origins)};
}

AUTOMIX_INLINE PriceTable PriceTable::select_rows(std::span<const Index> rows) const {
    PriceTable selection;
    for (const auto& [from, to] :
         {std::pair{&answers, &selection.answers}, std::pair{&draws, &selection.draws},
          std::pair{&verifications, &selection.verifications}}) {
        for (const PriceColumn& column : *from) to->push_back(column.select_rows(rows));
    }
    for (const auto& verifiers : further) {
        auto& chosen = selection.further.emplace_back();
        for (const auto& column : verifiers)
            chosen.push_back(column ? std::optional(column->select_rows(rows)) : std::nullopt);
    }
    selection.answer_origins = answer_origins;
    selection.verification_origins = verification_origins;
    selection.notes = notes;
    return selection;
}

AUTOMIX_INLINE PriceTable PriceTable::select_models(std::span<const Index> models) const {
    PriceTable selection;
    for (const Index model : models) {
        const std::size_t m = as_size(model);
        selection.answers.push_back(answers[m]);
        selection.draws.push_back(draws[m]);
        selection.verifications.push_back(verifications[m]);
        selection.answer_origins.push_back(answer_origins[m]);
        selection.verification_origins.push_back(verification_origins[m]);
        selection.further.push_back(further[m]);
    }
    selection.notes = notes;
    return selection;
}

AUTOMIX_INLINE const PriceColumn& PriceTable::further_draws(const Dataset& data, Index model,
                                                            std::string_view verifier) const {
    const std::optional<Index> number = data.find_verifier(model, verifier);
    const auto& prices = further[as_size(model)];
    if (number && as_size(*number) < prices.size() && prices[as_size(*number)])
        return *prices[as_size(*number)];
    throw DataError(
        Place{{},
              0,
              "draw_cost of verifier " + in_quotes(std::string(verifier)) + " of model " +
                  in_quotes(data.model_names()[as_size(model)])},
        "not recorded; record it, or give its price (--verifier-cost " + std::string(verifier) + "=PRICE)");
}

}  // namespace automix

namespace automix::detail {

/// Returns the name of a column of prices of one model in messages.
inline Place price_place(const Dataset& data, Index model, const char* field) {
    return Place{{}, 0, std::string(field) + " of model " + in_quotes(data.model_names()[as_size(model)])};
}

AUTOMIX_INLINE std::vector<PriceColumn> answer_prices(const Dataset& data, const Prices& prices) {
    if (!prices.answers.empty()) return {prices.answers.begin(), prices.answers.end()};
    std::vector<PriceColumn> columns;
    Index unrecorded = -1;
    for (Index model = 0; model < data.models(); ++model) {
        const Column recorded = data.recorded_costs(model);
        if (recorded_everywhere(data, recorded, price_place(data, model, "cost"),
                                [](Index) { return true; })) {
            columns.emplace_back(recorded);
        } else if (unrecorded < 0) {
            unrecorded = model;
        }
    }
    if (unrecorded < 0) return columns;
    const Place place = price_place(data, unrecorded, "cost");
    if (!columns.empty())
        throw DataError(place,
                        "not recorded, but that of other models is; record it, or give a price for each");
    if (data.models() > 2)
        throw DataError(place, "not recorded; with more than two models give a price for each");
    if (data.models() == 1) return {1.0};
    return {1.0, 50.0};
}

/// The mean of the recorded prices in the rows of one file or one split.
struct GroupMean {
    std::string name{};
    double sum = 0.0;
    double rows = 0.0;

    [[nodiscard]] double mean() const { return sum / rows; }
};

/// Returns the lowest and the highest of the means above 0 if they are so far apart that the units must be doubted.
/// Longer texts seldom make a factor of 20.
inline std::optional<std::pair<GroupMean, GroupMean>> far_apart(std::vector<GroupMean> groups) {
    constexpr double far = 20.0;
    std::erase_if(groups, [](const GroupMean& group) { return !(group.sum > 0.0); });
    if (groups.size() < 2) return std::nullopt;
    const auto [lowest, highest] = std::minmax_element(
        groups.begin(), groups.end(),
        [](const GroupMean& one, const GroupMean& two) { return one.mean() < two.mean(); });
    if (!(highest->mean() > far * lowest->mean())) return std::nullopt;
    return std::pair(*lowest, *highest);
}

/// Adds the known prices of rows `first` to `end` to the group of that name.
inline void add_to_group(std::vector<GroupMean>& groups, const std::string& name, const Column& prices,
                         Index first, Index end) {
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const GroupMean& g) { return g.name == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), GroupMean{name, 0.0, 0.0});
    for (Index row = first; row < end; ++row) {
        if (std::isnan(prices(row))) continue;
        group->sum += prices(row);
        group->rows += 1.0;
    }
}

/// Returns a note if the recorded prices of a model differ so much between files, or between splits, that they are
/// probably in different units; empty if not.
inline std::string unit_note(const Dataset& data, const PriceTable& table) {
    const auto note = [&](const char* kind, const auto& group) {
        std::vector<std::string> differences;
        for (Index model = 0; model < data.models(); ++model) {
            const auto add = [&](PriceOrigin origin, const char* what, const Column& prices) {
                if (origin != PriceOrigin::recorded) return;
                const auto far = far_apart(group(prices));
                if (!far) return;
                const auto& [low, high] = *far;
                differences.push_back(what + in_quotes(data.model_names()[as_size(model)]) + " " +
                                      format_price(low.mean()) + " in " + low.name + " and " +
                                      format_price(high.mean()) + " in " + high.name);
            };
            add(table.answer_origins[as_size(model)], "an answer of ", data.recorded_costs(model));
            add(table.verification_origins[as_size(model)], "a draw of ", data.recorded_draw_costs(model));
        }
        return differences.empty() ? std::string()
                                   : "mean prices differ by more than a factor of 20 between " +
                                         std::string(kind) + ": " + joined(differences) +
                                         "; if they are not in one unit, the policy and all costs are wrong: "
                                         "convert them, or give "
                                         "the prices (--costs, --draw-cost)";
    };
    const std::string files = note("files", [&](const Column& prices) {
        std::vector<GroupMean> groups;
        data.for_each_file([&](const std::string& file, Index first, Index end) {
            add_to_group(groups, file, prices, first, end);
        });
        return groups;
    });
    if (!files.empty()) return files;
    return note("splits", [&](const Column& prices) {
        std::vector<GroupMean> groups;
        for (const std::string& name : data.split_names())
            groups.push_back({name.empty() ? "rows without one" : "split " + in_quotes(name), 0.0, 0.0});
        for (Index row = 0; row < data.rows(); ++row) {
            if (std::isnan(prices(row))) continue;
            GroupMean& group = groups[as_size(data.split_number(row))];
            group.sum += prices(row);
            group.rows += 1.0;
        }
        return groups;
    });
}

/// Returns a note if one row has more than half of all that the answers of a model cost; empty if none has. Mean prices
/// then tell of that row alone.
inline std::string lone_price_note(const Dataset& data, const PriceTable& table) {
    constexpr Index least_rows = 20;
    if (data.rows() < least_rows) return {};
    for (Index model = 0; model < data.models(); ++model) {
        if (table.answer_origins[as_size(model)] != PriceOrigin::recorded) continue;
        const Column prices = data.recorded_costs(model);
        Index row = 0;
        const double highest = prices.maxCoeff(&row);
        const double others = prices.sum() - highest;
        if (!(highest > others)) continue;
        const std::string place = to_string(data.place(row));
        return "an answer of " + in_quotes(data.model_names()[as_size(model)]) + " costs " +
               format_price(highest) + " for id " + in_quotes(data.id(row)) +
               (place.empty() ? "" : " (" + place + ")") + ", more than for all other rows together (mean " +
               format_price(others / static_cast<double>(data.rows() - 1)) +
               "): policies go by the mean price, so look whether it is right";
    }
    return {};
}

/// Returns a note if prices of answers are given that are far from the recorded ones, beside recorded prices of draws: the
/// two are then probably in different units; empty if not.
inline std::string mixed_unit_note(const Dataset& data, const PriceTable& table) {
    for (Index model = 0; model < data.models(); ++model) {
        if (table.answer_origins[as_size(model)] != PriceOrigin::given ||
            table.verification_origins[as_size(model)] != PriceOrigin::recorded)
            continue;
        const Column recorded = data.recorded_costs(model);
        if (recorded.isNaN().any()) continue;
        const double given = table.answers[as_size(model)].mean();
        const double paid = recorded.mean();
        if (!far_apart({{"given", given, 1.0}, {"recorded", paid, 1.0}})) continue;
        return "an answer of " + in_quotes(data.model_names()[as_size(model)]) + " is given the price " +
               format_price(given) + " and was recorded at " + format_price(paid) +
               ", while the price of its draws is the recorded " +
               format_price(table.draws[as_size(model)].mean()) +
               ": if these are not in one unit, the policy and all costs are wrong: give the price of a "
               "draw too";
    }
    return {};
}

/// The price of one draw and of all logged draws.
struct VerificationPrices {
    PriceColumn draw{};
    PriceColumn whole{};
    PriceOrigin origin = PriceOrigin::standard;
};

/// Returns the number of the model with the highest mean price of an answer, the last one of several.
inline Index most_expensive(const PriceTable& table) {
    Index model = 0;
    for (Index other = 1; other < std::ssize(table.answers); ++other) {
        if (table.answers[as_size(other)].mean() >= table.answers[as_size(model)].mean()) model = other;
    }
    return model;
}

/// Returns the verification prices of one model. Adds notes for the reader to `table`.
inline VerificationPrices verification_prices(const Dataset& data, const Prices& prices, Index model,
                                              PriceTable& table) {
    const Index verified = data.verified_rows(model);
    if (verified == 0) return {};
    const std::string& name = data.model_names()[as_size(model)];
    if (verified < data.rows()) {
        table.notes.push_back("model " + in_quotes(name) + " is verified in " + std::to_string(verified) +
                              " of " + std::to_string(data.rows()) + " rows only");
    }
    // A confidence alone counts as one draw.
    const auto draws = [&](Index row) {
        return static_cast<double>(std::max<std::size_t>(1, data.verdicts(row, model).size()));
    };
    const auto [fewest, most] = data.draw_counts(model);
    const bool constant = fewest == most;
    const Column confidences = data.confidences(model);

    const Column recorded = data.recorded_draw_costs(model);
    const bool stated = prices.verification || !prices.draws.empty();
    if (!stated && recorded_everywhere(data, recorded, price_place(data, model, "draw_cost"),
                                       [&](Index row) { return !std::isnan(confidences(row)); })) {
        if (table.answer_origins.front() == PriceOrigin::standard)
            throw DataError(
                price_place(data, model, "draw_cost"),
                "recorded, but the prices of answers are not, so no default fits their unit; record "
                "cost, or give the prices of answers");
        return {price_column(data, confidences, [&](Index row) { return recorded(row); }),
                price_column(data, confidences, [&](Index row) { return recorded(row) * draws(row); }),
                PriceOrigin::recorded};
    }
    if (!prices.draws.empty()) {
        const auto m = as_size(prices.draws.size() == 1 ? 0 : model);
        const double draw = m < prices.draws.size() ? prices.draws[m] : 0.0;
        if (most == 0 && draw > 0.0 && (data.models() == 1 || model != most_expensive(table)))
            table.notes.push_back("model " + in_quotes(name) +
                                  " has a confidence without a number of draws: its price is that of one "
                                  "draw, " +
                                  format_price(draw) +
                                  "; if more were made, log verdicts, give `draws` in --map, or use "
                                  "--verification-cost");
        if (constant) return {draw, draw * draws(0), PriceOrigin::given};
        return {draw, price_column(data, confidences, [&](Index row) { return draw * draws(row); }),
                PriceOrigin::given};
    }
    if (!stated && table.recorded().answers) {
        if (data.models() > 1 && model == most_expensive(table)) return {};
        throw DataError(price_place(data, model, "draw_cost"),
                        "not recorded, but the prices of answers are, so no default fits their unit; record "
                        "draw_cost, or give the price of a draw or of a verification");
    }
    if (!stated && !prices.answers.empty()) {
        const double cheapest = *std::min_element(prices.answers.begin(), prices.answers.end());
        if (cheapest != 1.0)
            table.notes.push_back("no price of verification is stated for model " + in_quotes(name) +
                                  ": it is taken to be 1, beside " + format_price(cheapest) +
                                  " for the cheapest answer; give the price of a draw or of a verification");
    }
    const double whole = prices.verification.value_or(1.0);
    const PriceOrigin origin = stated ? PriceOrigin::given : PriceOrigin::standard;
    if (constant) return {whole / draws(0), whole, origin};
    return {price_column(data, confidences, [&](Index row) { return whole / draws(row); }), whole, origin};
}

/// Returns the prices of one draw of each further verifier of a model.
inline std::vector<std::optional<PriceColumn>> further_prices(const Dataset& data, const Prices& prices,
                                                              Index model) {
    std::vector<std::optional<PriceColumn>> columns;
    for (Index verifier = 0; verifier < std::ssize(data.verifier_names(model)); ++verifier) {
        const std::string& name = data.verifier_names(model)[as_size(verifier)];
        const auto given = std::find_if(prices.verifiers.begin(), prices.verifiers.end(),
                                        [&](const auto& price) { return price.first == name; });
        auto& column = columns.emplace_back();
        if (given != prices.verifiers.end()) {
            column = PriceColumn(given->second);
            continue;
        }
        const Column confidences = data.confidences(model, verifier);
        const Column recorded = data.recorded_draw_costs(model, verifier);
        Place place = price_place(data, model, "draw_cost");
        place.field += ", verifier " + in_quotes(name);
        if (data.verified_rows(model, verifier) > 0 &&
            recorded_everywhere(data, recorded, place,
                                [&](Index row) { return !std::isnan(confidences(row)); }))
            column = price_column(data, confidences, [&](Index row) { return recorded(row); });
    }
    return columns;
}

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE PriceTable resolve_prices(const Dataset& data, const Prices& prices) {
    validate(prices, as_size(data.models()));
    PriceTable table;
    table.answers = detail::answer_prices(data, prices);
    const bool recorded = data.rows() > 0 && !std::isnan(data.recorded_costs(0)(0));
    table.answer_origins.assign(table.answers.size(), !prices.answers.empty() ? PriceOrigin::given
                                                      : recorded              ? PriceOrigin::recorded
                                                                              : PriceOrigin::standard);
    for (Index model = 0; model < data.models(); ++model) {
        auto verification = detail::verification_prices(data, prices, model, table);
        table.draws.push_back(std::move(verification.draw));
        table.verifications.push_back(std::move(verification.whole));
        table.verification_origins.push_back(verification.origin);
        table.further.push_back(detail::further_prices(data, prices, model));
    }
    if (std::string note = detail::lone_price_note(data, table); !note.empty())
        table.notes.push_back(std::move(note));
    if (std::string note = detail::unit_note(data, table); !note.empty())
        table.notes.push_back(std::move(note));
    if (std::string note = detail::mixed_unit_note(data, table); !note.empty())
        table.notes.push_back(std::move(note));
    return table;
}

AUTOMIX_INLINE void require_prices_for(const Dataset& data, const PriceTable& prices) {
    const auto fits = [&](const PriceColumn& column) { return column.covers(data.rows()); };
    const auto models = as_size(data.models());
    for (const auto* columns : {&prices.answers, &prices.draws, &prices.verifications}) {
        if (columns->size() != models || !std::all_of(columns->begin(), columns->end(), fits)) {
            throw ArgumentError("prices: expected those of a data set of " + std::to_string(data.rows()) +
                                " rows and " + std::to_string(models) +
                                " models; resolve them from that data set");
        }
    }
}

}  // namespace automix
