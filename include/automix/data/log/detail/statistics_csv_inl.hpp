// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/statistics_csv.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/detail/sums_check.hpp>
#include <automix/data/log/statistics_csv.hpp>
#include <automix/data/model_shape.hpp>
#include <automix/data/statistics.hpp>
#include <automix/data/validate_statistics.hpp>
#include <automix/data/verification.hpp>
#include <automix/file/csv_line.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/file/line_reader.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

inline std::string product_column(const std::string& a, const std::string& b) {
    return "product_" + a + ":" + b;
}

/// A reader of one table. A column is known by its number in the header, -1 if it is not there.
class StatisticsCsvReader {
 public:
    StatisticsCsvReader(const std::string& path, const StatisticsCsvOptions& options)
        : path_(path), reader_(path), folds_(options.folds), wanted_(options.stratum) {}

    Statistics read() {
        std::string_view line;
        if (!reader_.next(line))
            throw DataError(Place{path_, 0, {}}, "empty: expected a line of column names");
        split(line);
        read_header();
        while (reader_.next(line)) {
            if (line.empty() || line == "\r") continue;
            split(line);
            if (reader_.ended() && is_cut_number(fields_.back())) fail({}, "truncated last line");
            if (fields_.size() != header_.size())
                fail({}, "expected " + std::to_string(header_.size()) +
                             " fields, as there are columns, found " + std::to_string(fields_.size()));
            if (is_wanted()) read_row();
        }
        require_stratum();
        for (ModelShape& model : statistics_.models) {
            if (model.draws == unknown_draws) model.draws = 1;
        }
        for (auto& [name, folds] : by_stratum_) statistics_.strata.push_back({name, std::move(folds)});
        try {
            validate(statistics_);
        } catch (const DataError& error) {
            throw DataError(Place{path_, 0, error.place().field}, error.detail());
        }
        require_sums();
        return std::move(statistics_);
    }

 private:
    static constexpr int unknown_draws = std::numeric_limits<int>::max();

    struct ModelColumns {
        int draws = -1, parsed = -1, positive = -1, confidence = -1;
        int score = -1, answer_price = -1, draw_price = -1;
    };

    [[noreturn]] void fail(const std::string& column, const std::string& message) const {
        throw DataError(Place{path_, reader_.line(), column}, message);
    }

    void split(std::string_view line) {
        try {
            split_csv(line, fields_);
        } catch (const DataError& error) {
            fail(error.place().field, error.detail());
        }
    }

    void read_header() {
        header_ = fields_;
        constexpr std::string_view prefix = "score_";
        for (std::size_t i = 0; i < header_.size(); ++i) {
            if (std::find(header_.begin(), header_.begin() + static_cast<std::ptrdiff_t>(i), header_[i]) !=
                header_.begin() + static_cast<std::ptrdiff_t>(i))
                fail(header_[i], "stands twice in the header");
            if (header_[i].starts_with(prefix))
                statistics_.models.push_back({header_[i].substr(prefix.size()), VerificationKind::none, 0});
        }
        if (statistics_.models.size() < 2)
            fail({}, "routing needs at least two models: expected a column score_MODEL for each, found " +
                         std::to_string(statistics_.models.size()));
        known_.assign(header_.size(), false);
        fold_ = column("fold", true);
        weight_ = column("weight", true);
        stratum_ = column("stratum", !wanted_.empty());
        for (ModelShape& model : statistics_.models) read_model_columns(model);
        for (std::size_t i = 0; i < statistics_.models.size(); ++i) {
            for (std::size_t j = i; j < statistics_.models.size(); ++j) {
                products_.push_back(
                    column(product_column(statistics_.models[i].name, statistics_.models[j].name), true));
            }
        }
        for (std::size_t i = 0; i < header_.size(); ++i) {
            if (!known_[i]) fail(header_[i], "unknown column");
        }
        statistics_.folds.assign(as_size(folds_), FoldStatistics(std::ssize(statistics_.models)));
        sums_check_.emplace(statistics_.models.size());
    }

    void read_model_columns(ModelShape& model) {
        const std::string& name = model.name;
        ModelColumns& columns = columns_.emplace_back();
        columns.score = column("score_" + name, true);
        columns.answer_price = column("answer_price_" + name, true);
        if (&model == &statistics_.models.back()) return;
        columns.parsed = column("parsed_" + name, false);
        columns.confidence = column("confidence_" + name, false);
        if (columns.parsed >= 0 && columns.confidence >= 0)
            fail("confidence_" + name, "a model has verdicts or a confidence, not both");
        if (columns.parsed >= 0) {
            model = {name, VerificationKind::verdicts, unknown_draws};
            columns.positive = column("positive_" + name, true);
            columns.draws = column("draws_" + name, true);
        } else if (columns.confidence >= 0) {
            model = {name, VerificationKind::confidence, 1};
        }
        columns.draw_price = column("draw_price_" + name, model.kind != VerificationKind::none);
    }

    int column(const std::string& name, bool required) {
        const auto found = std::find(header_.begin(), header_.end(), name);
        if (found == header_.end()) {
            if (required) fail(name, "this column is missing");
            return -1;
        }
        const auto at = found - header_.begin();
        if (known_[as_size(at)]) fail(name, "names of models leave it open what this column holds");
        known_[as_size(at)] = true;
        return static_cast<int>(at);
    }

    /// Returns true if the current line belongs to the stratum that is read.
    bool is_wanted() {
        if (stratum_ < 0) return true;
        const std::string& stratum = fields_[as_size(stratum_)];
        if (stratum.empty()) fail("stratum", "expected the name of a stratum, found an empty field");
        if (wanted_.empty()) return true;
        constexpr std::size_t most = 64;  // names that a message lists
        if (strata_.size() < most && std::find(strata_.begin(), strata_.end(), stratum) == strata_.end())
            strata_.push_back(stratum);
        return stratum == wanted_;
    }

    /// Throws `ArgumentError` if no line belongs to the stratum that is asked for.
    void require_stratum() const {
        if (wanted_.empty() || statistics_.total().weight() > 0.0) return;
        throw ArgumentError("no stratum " + in_quotes(wanted_) + " in " + path_ + "; it has " +
                            joined(strata_));
    }

    void read_row() {
        const auto fold = as_size(whole(fold_, 0, folds_ - 1));
        FoldStatistics& sums = statistics_.folds[fold];
        const std::size_t n = statistics_.models.size();
        EvidenceCell cell({}, std::ssize(statistics_.models));
        answer_prices_.resize(n);
        draw_prices_.resize(n);
        cell.weight = number(weight_);
        for (std::size_t m = 0; m < n; ++m) {
            cell.scores[m] = number(columns_[m].score);
            answer_prices_[m] = price(columns_[m].answer_price);
            draw_prices_[m] = columns_[m].draw_price >= 0 ? price(columns_[m].draw_price) : 0.0;
            sums.answer_prices[m] += answer_prices_[m];
            sums.draw_prices[m] += draw_prices_[m];
            if (m + 1 < n) cell.evidence.push_back(evidence(columns_[m], statistics_.models[m]));
        }
        auto product = products_.begin();
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i; j < n; ++j)
                cell.products[i * n + j] = cell.products[j * n + i] = number(*product++);
        }
        try {
            StatisticsCheck(statistics_.models).check_cell(cell, [] { return std::string(); });
        } catch (const DataError& error) {
            fail(column_of(error.place().field), error.detail());
        }
        sums.cell(cell.evidence).add(cell, 1.0);
        if (stratum_ >= 0 && wanted_.empty()) {
            FoldStatistics& of_stratum = stratum_folds(fields_[as_size(stratum_)])[fold];
            of_stratum.cell(cell.evidence).add(cell, 1.0);
            for (std::size_t m = 0; m < n; ++m) {
                of_stratum.answer_prices[m] += answer_prices_[m];
                of_stratum.draw_prices[m] += draw_prices_[m];
            }
        }
        sums_check_->add_cell(cell, reader_.line());
        sums_check_->add_prices(cell.weight, answer_prices_, draw_prices_, reader_.line());
    }

    /// Returns the sums of a stratum.
    std::vector<FoldStatistics>& stratum_folds(const std::string& name) {
        std::vector<FoldStatistics>& folds = by_stratum_[name];
        if (folds.empty()) folds.assign(as_size(folds_), FoldStatistics(std::ssize(statistics_.models)));
        if (by_stratum_.size() > max_named_strata)
            fail("stratum", "more than " + std::to_string(max_named_strata) +
                                " names: expected a stratum of many rows, such as their data set");
        return folds;
    }

    /// Throws `DataError` with line and column if a column probably holds means.
    void require_sums() const {
        if (!sums_check_) return;
        const auto finding = sums_check_->finding();
        if (!finding) return;
        const std::string& model = statistics_.models[finding->model].name;
        const auto column = [&]() -> std::string {
            switch (finding->kind) {
                case SumsCheck::Kind::score:
                    return "score_" + model;
                case SumsCheck::Kind::product:
                    return product_column(model, statistics_.models[finding->other].name);
                case SumsCheck::Kind::answer_price:
                    return "answer_price_" + model;
                case SumsCheck::Kind::draw_price:
                    break;
            }
            return "draw_price_" + model;
        };
        throw DataError(Place{path_, finding->place, column()}, finding->message);
    }

    /// Reads the evidence on one answer. The draws of the model become the minimum over the rows.
    Verification evidence(const ModelColumns& columns, ModelShape& model) {
        constexpr int most = std::numeric_limits<int>::max() - 1;
        if (model.kind == VerificationKind::confidence) return {0, 0, number(columns.confidence)};
        if (model.kind == VerificationKind::none) return {};
        model.draws = std::min(model.draws, whole(columns.draws, 1, most));
        return {whole(columns.parsed, 0, most), whole(columns.positive, 0, most), 0.0};
    }

    [[nodiscard]] double number(int column) const {
        const std::string& text = fields_[as_size(column)];
        const auto value = parse_number(text);
        if (!value || !std::isfinite(*value))
            fail(header_[as_size(column)], "expected a finite number, found " + in_quotes(text));
        return *value;
    }

    [[nodiscard]] double price(int column) const {
        const double value = number(column);
        if (value < 0.0)
            fail(header_[as_size(column)],
                 "expected a sum of prices of at least 0, found " + format_number(value));
        return value;
    }

    [[nodiscard]] int whole(int column, int least, int most) const {
        const double value = number(column);
        if (!(value >= least && value <= most && value == std::floor(value))) {
            fail(header_[as_size(column)], "expected a whole number from " + std::to_string(least) + " to " +
                                               std::to_string(most) + ", found " +
                                               in_quotes(fields_[as_size(column)]));
        }
        return static_cast<int>(value);
    }

    /// Returns the column of a field of a cell, as in `.scores[1]`.
    [[nodiscard]] std::string column_of(const std::string& field) const {
        const std::size_t open = field.find('[');
        if (open == std::string::npos) return field.substr(1);
        const std::string part = field.substr(1, open - 1);
        const std::size_t number = std::stoul(field.substr(open + 1));
        const auto& models = statistics_.models;
        if (part == "scores") return "score_" + models[number].name;
        if (part == "evidence") {
            const bool counted = models[number].kind == VerificationKind::verdicts;
            return (counted ? "positive_" : "confidence_") + models[number].name;
        }
        const std::size_t i = number / models.size();
        const std::size_t j = number % models.size();
        return product_column(models[std::min(i, j)].name, models[std::max(i, j)].name);
    }

    const std::string& path_;
    LineReader reader_;
    int folds_;
    std::string wanted_;               // the stratum that is read; empty: all
    std::vector<std::string> strata_;  // names so far, if one is asked for
    int stratum_ = -1;
    std::map<std::string, std::vector<FoldStatistics>> by_stratum_;  // if all are read
    Statistics statistics_;
    std::vector<std::string> fields_;  // fields of the current line
    std::vector<std::string> header_;
    std::vector<bool> known_;  // true for columns of the header that have a meaning
    int fold_ = -1;
    int weight_ = -1;
    std::vector<ModelColumns> columns_;
    std::vector<int> products_;          // columns of the models i <= j
    std::vector<double> answer_prices_;  // of the current row, one a model
    std::vector<double> draw_prices_;
    std::optional<SumsCheck> sums_check_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_statistics_csv(const Statistics& statistics) {
    validate(statistics);
    const std::vector<ModelShape>& models = statistics.models;
    const std::size_t n = models.size();
    detail::CsvText text;
    text.add("fold");
    for (const ModelShape& model : models) {
        if (model.kind == VerificationKind::verdicts) {
            for (const char* column : {"draws_", "parsed_", "positive_"}) text.add(column + model.name);
        } else if (model.kind == VerificationKind::confidence) {
            text.add("confidence_" + model.name);
        }
    }
    text.add("weight");
    for (const ModelShape& model : models) text.add("score_" + model.name);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i; j < n; ++j) text.add(detail::product_column(models[i].name, models[j].name));
    }
    for (const ModelShape& model : models) text.add("answer_price_" + model.name);
    for (std::size_t m = 0; m + 1 < n; ++m) text.add("draw_price_" + models[m].name);
    if (!statistics.strata.empty()) text.add("stratum");
    text.end_line();
    const auto add_fold = [&](std::size_t f, const FoldStatistics& sums, const std::string& stratum) {
        for (const EvidenceCell& cell : sums.cells) {
            const bool first = &cell == sums.cells.data();
            text.add(std::to_string(f));
            for (std::size_t m = 0; m + 1 < n; ++m) {
                const Verification& seen = cell.evidence[m];
                if (models[m].kind == VerificationKind::verdicts) {
                    for (const int count : {models[m].draws, seen.parsed, seen.positive})
                        text.add(std::to_string(count));
                } else if (models[m].kind == VerificationKind::confidence) {
                    text.add(seen.confidence);
                }
            }
            text.add(cell.weight);
            for (const double score : cell.scores) text.add(score);
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t j = i; j < n; ++j) text.add(cell.products[i * n + j]);
            }
            for (const double price : sums.answer_prices) text.add(first ? price : 0.0);
            for (std::size_t m = 0; m + 1 < n; ++m) text.add(first ? sums.draw_prices[m] : 0.0);
            if (!stratum.empty()) text.add(stratum);
            text.end_line();
        }
    };
    for (std::size_t f = 0; f < statistics.folds.size(); ++f) {
        if (!statistics.folds[f].pluralities.empty())
            throw ArgumentError(
                "statistics: a table has no place for sums of pluralities; write them as JSON");
        if (statistics.strata.empty()) add_fold(f, statistics.folds[f], "");
        for (const StratumStatistics& stratum : statistics.strata)
            add_fold(f, stratum.folds[f], stratum.name);
    }
    return text.take();
}

AUTOMIX_INLINE Statistics read_statistics_csv(const std::string& path, const StatisticsCsvOptions& options) {
    if (options.folds < 2)
        throw ArgumentError("folds: expected at least 2, found " + std::to_string(options.folds));
    return detail::StatisticsCsvReader(path, options).read();
}

AUTOMIX_INLINE void write_statistics_csv(const std::string& path, const Statistics& statistics) {
    detail::FileReplacement(path).commit(to_statistics_csv(statistics));
}

}  // namespace automix
