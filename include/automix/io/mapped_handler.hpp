// SPDX-License-Identifier: Apache-2.0
// Turns the events of one flat object, a row of a table in another shape, into a `LogRecord` by a `ColumnMapping`.
// Columns that the mapping does not name are passed over, whatever they hold.
#pragma once

#include <automix/data/column_mapping.hpp>
#include <automix/io/log_record.hpp>
#include <automix/io/sax.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace automix {

class MappedHandler : public SaxHandler<MappedHandler> {
 public:
    explicit MappedHandler(const ColumnMapping& mapping) : models_(mapping.models) {
        const auto add = [&](const std::string& column, Kind kind, std::size_t model) {
            if (!column.empty()) targets_.push_back({column, kind, model, false});
        };
        add(mapping.id, Kind::id, 0);
        add(mapping.split, Kind::split, 0);
        add(mapping.dataset, Kind::dataset, 0);
        add(mapping.category, Kind::category, 0);
        for (std::size_t m = 0; m < models_.size(); ++m) {
            add(models_[m].score, Kind::score, m);
            add(models_[m].confidence, Kind::confidence, m);
            add(models_[m].cost, Kind::cost, m);
        }
    }

    /// Clears `record` and fills it from the events that follow; its id is `fallback_id` where no column has one.
    void start(LogRecord& record, std::string fallback_id) {
        record = LogRecord{};
        record.record.id = std::move(fallback_id);
        record.record.models.resize(models_.size());
        record.texts.resize(models_.size());
        for (const ModelMapping& model : models_) record.model_names.push_back(model.name);
        for (Target& target : targets_) target.seen = false;
        out_ = &record;
        depth_ = 0;
    }

    /// Checks that no column is missing.
    void finish() const {
        for (const Target& target : targets_) {
            if (!target.seen) fail_field(target.column, "missing, but named in the mapping");
        }
    }

    void on_key(const std::string& name) {
        if (depth_ == 1) column_ = name;
    }

    void on_open(bool array) {
        if (depth_ == 0 && array) fail_expected("", "an object", "an array");
        if (depth_ == 1) {
            for (Target& target : targets_) {
                if (target.column == column_) fail_expected(column_, expected_of(target.kind), array ? "an array" : "an object");
            }
        }
        ++depth_;
    }

    void on_close() { --depth_; }

    void on_scalar(const JsonScalar& value) {
        if (depth_ == 0) fail_expected("", "an object", value.shown());
        if (depth_ != 1) return;
        for (Target& target : targets_) {
            if (target.column != column_) continue;
            if (target.seen) fail_field(column_, "the column stands twice in one row");
            target.seen = true;
            store(target, value);
        }
    }

    [[nodiscard]] std::string path() const { return depth_ == 0 ? std::string{} : column_; }

 private:
    enum class Kind : std::uint8_t { id, split, dataset, category, score, confidence, cost };
    struct Target {
        std::string column;
        Kind kind;
        std::size_t model;
        bool seen;
    };

    static std::string_view expected_of(Kind kind) {
        switch (kind) {
            case Kind::id: return "a string or a whole number";
            case Kind::split:
            case Kind::dataset:
            case Kind::category: return "a string";
            case Kind::score:
            case Kind::confidence: return "a number in [0, 1]";
            case Kind::cost: break;
        }
        return "a finite price of at least 0";
    }

    void store(const Target& target, const JsonScalar& value) {
        const bool text = value.kind == JsonScalar::Kind::text;
        const bool number = value.kind == JsonScalar::Kind::number;
        const bool share = number && value.number >= 0.0 && value.number <= 1.0;
        const bool price = number && std::isfinite(value.number) && value.number >= 0.0;
        const auto require = [&](bool right) {
            if (!right) fail_expected(target.column, expected_of(target.kind), value.shown());
        };
        ModelRecord& model = out_->record.models[target.model];
        switch (target.kind) {
            case Kind::id:
                require((text && !value.text->empty()) || (number && value.whole));
                out_->record.id = text ? *value.text : format_fixed(value.number, 0);
                return;
            case Kind::split: require(text); out_->record.split = *value.text; return;
            case Kind::dataset: require(text); out_->record.dataset = *value.text; return;
            case Kind::category: require(text); out_->record.category = *value.text; return;
            case Kind::score: require(share); model.score = value.number; return;
            case Kind::confidence: require(share); model.confidence = value.number; return;
            case Kind::cost: require(price); model.cost = value.number; return;
        }
    }

    std::vector<ModelMapping> models_;
    std::vector<Target> targets_;
    LogRecord* out_ = nullptr;
    std::string column_;
    int depth_ = 0;
};

}  // namespace automix
