// SPDX-License-Identifier: Apache-2.0
// This file turns the events of one flat object, a row of a table in another shape, into a `LogRecord` by a
// `ColumnMapping`. Columns outside the mapping are skipped with any content. Every row must have the columns of the
// mapping. Linear in the columns of the row times those of the mapping.
#pragma once

#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/data/log/detail/log_fields.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/json/sax.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

class MappedHandler : public SaxHandler<MappedHandler> {
 public:
    /// Takes in `keep`, for each model of the mapping, whether it is read.
    MappedHandler(const ColumnMapping& mapping, const std::vector<bool>& keep)
        : same_pair_(keep.front() && keep.back()) {
        add(mapping.id, Target::id);
        add(mapping.split, Target::split);
        add(mapping.dataset, Target::dataset);
        add(mapping.category, Target::category);
        for (std::size_t m = 0; m < mapping.models.size(); ++m) {
            if (!keep[m]) continue;
            const ModelMapping& model = mapping.models[m];
            add(model.score, Target::score);
            add(model.confidence, Target::confidence);
            add(model.cost, Target::cost);
            names_.push_back(model.name);
        }
    }

    /// Clears `record` and fills it from the events that follow. Its id is `id` if the mapping names no column for it.
    void start(LogRecord& record, std::string_view id) {
        reset(record, names_);
        record.record.id = id;
        out_ = &record;
        for (Column& column : columns_) column.seen = false;
        level_ = 0;
        column_.clear();
    }

    /// Checks that no column is missing.
    void finish() {
        for (const Column& column : columns_) {
            if (!column.seen) fail_field(column.name, "missing, but named in the mapping");
        }
        // A category belongs to the pair of first and last model.
        if (!same_pair_) out_->record.category.clear();
    }

    void on_key(const std::string& name) {
        if (level_ != 1) return;
        column_ = name;
        // One column may be mapped to several targets.
        for (Column& column : columns_) {
            if (column.name != name) continue;
            if (column.seen) fail_field(name, "stands twice in one row");
            column.seen = true;
        }
    }

    void on_open(bool array) {
        const char* found = array ? "an array" : "an object";
        if (level_ == 0 && array) fail_expected("", "an object", found);
        if (level_ == 1) {
            for (const Column& column : columns_) {
                if (column.name == column_) fail_expected(column_, expected(column.target), found);
            }
        }
        ++level_;
    }

    void on_close() noexcept { --level_; }

    void on_scalar(const JsonScalar& value) {
        if (level_ == 0) fail_expected("", "an object", value.shown());
        if (level_ != 1) return;
        for (const Column& column : columns_) {
            if (column.name == column_) store(column, value);
        }
    }

    [[nodiscard]] const std::string& path() const noexcept { return column_; }

 private:
    enum class Target : std::uint8_t { id, split, dataset, category, score, confidence, cost };
    struct Column {
        std::string name;
        Target target;
        Index model;
        bool seen;
    };

    void add(const std::string& column, Target target) {
        if (!column.empty()) columns_.push_back({column, target, std::ssize(names_), false});
    }

    static std::string_view expected(Target target) noexcept {
        switch (target) {
            case Target::id:
                return "a non-empty string or a whole number";
            case Target::split:
            case Target::dataset:
                return "a string";
            case Target::category:
                return describe_field(LogField::category).expected;
            case Target::score:
            case Target::confidence:
                return share_text;
            case Target::cost:
                break;
        }
        return price_text;
    }

    void store(const Column& column, const JsonScalar& value) {
        Record& row = out_->record;
        const auto require = [&](bool right) {
            if (!right) fail_expected(column.name, expected(column.target), value.shown());
        };
        const auto store_text = [&](std::string& text) {
            require(value.is_text() || value.is_null());
            if (value.is_text()) text = *value.text;
        };
        switch (column.target) {
            case Target::id:
                require(value.is_text() ? !value.text->empty() : value.kind == JsonScalar::Kind::integer);
                row.id = value.is_text() ? *value.text : value.shown();
                return;
            case Target::split:
                return store_text(row.split);
            case Target::dataset:
                return store_text(row.dataset);
            case Target::category:
                store_text(row.category);
                return require(parse_category(row.category).has_value());
            case Target::score:
                require(is_share(value));
                break;
            case Target::confidence:
                require(is_share(value) || value.is_null());
                break;
            case Target::cost:
                require(is_price(value) || value.is_null());
                break;
        }
        if (value.is_null()) return;
        ModelRecord& model = row.models[as_size(column.model)];
        if (column.target == Target::score) model.score = value.number;
        if (column.target == Target::confidence) model.confidence = value.number;
        if (column.target == Target::cost) model.cost = value.number;
    }

    std::vector<std::string> names_;  ///< names of the models that are read
    std::vector<Column> columns_;
    bool same_pair_;
    LogRecord* out_ = nullptr;
    std::string column_;
    std::size_t level_ = 0;
};

}  // namespace automix::detail
