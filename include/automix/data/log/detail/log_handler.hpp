// SPDX-License-Identifier: Apache-2.0
// This file turns the events of one line in the schema `automix-log/1` (JSON Lines, one query per object) into a
// `LogRecord`. The buffers of the record are reused. Known fields are checked as they come. Unknown fields and the
// content of models that are not kept are skipped. The names of the models are learned from a first line and are then
// the same in every line.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>
#include <automix/data/log/detail/log_fields.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/json/sax.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

/// The texts of a line to keep.
struct LogParts {
    bool answers = false;  ///< answers, or the first samples
    bool samples = false;  ///< samples and their scores, answers and references
    bool texts = false;    ///< all texts
};

class LogHandler : public SaxHandler<LogHandler> {
 public:
    explicit LogHandler(LogParts parts) : parts_(parts) {}

    /// Sets the models of every line from now on, and which of them to keep. Without any names, as at first, the next
    /// line's names are learned and none of its models is kept.
    void set_models(std::vector<std::string> names, const std::vector<bool>& keep) {
        names_ = std::move(names);
        slots_.clear();
        kept_names_.clear();
        for (std::size_t m = 0; m < names_.size(); ++m) {
            slots_.push_back(keep[m] ? std::ssize(kept_names_) : skipped);
            if (keep[m]) kept_names_.push_back(names_[m]);
        }
        learning_ = names_.empty();
        same_pair_ = !learning_ && keep.front() && keep.back();
    }

    /// Returns the names of the models, as learned or as set.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

    /// Clears `record` and fills it from the events that follow.
    void start(LogRecord& record) {
        out_ = &record;
        reset(record, kept_names_);
        if (learning_) names_.clear();
        level_ = Level::line;
        seen_.clear();
        ignored_ = 0;
        position_ = 0;
    }

    /// Checks that nothing is missing.
    void finish() {
        for (const LogField field : {LogField::id, LogField::models}) {
            if (!seen_.has(field)) fail_field(std::string(describe_field(field).text), "missing");
        }
        if (names_.empty()) fail_field("models", "empty; expected at least one model");
        if (position_ < names_.size()) {
            fail_expected(
                "models",
                std::to_string(names_.size()) + " models (" + joined(names_) + "), as in the first record",
                std::to_string(position_));
        }
        // A category belongs to the pair of first and last model.
        if (!same_pair_) out_->record.category.clear();
    }

    void on_key(const std::string& name) {
        if (ignored_ > 0) return;
        switch (level_) {
            case Level::record:
                return take_key(seen_, find_field(record_fields, name));
            case Level::model:
                return take_key(model_seen_, find_field(model_fields, name));
            default:
                return take_key(usage_seen_, find_field(usage_fields, name));
        }
    }

    void on_open(bool array) {
        if (ignored_ > 0) {
            ++ignored_;
            return;
        }
        const char* found = array ? "an array" : "an object";
        if (level_ == Level::line || level_ == Level::models) {
            if (array) fail_expected(path(), "an object", found);
            if (level_ == Level::models) return start_model();
            level_ = Level::record;
            return;
        }
        if (level_ == Level::list) fail_expected(path(), element_text(), found);
        if (passed_over()) {
            ignored_ = 1;
            return;
        }
        const bool list = field_ == LogField::reference || field_ == LogField::verdicts ||
                          field_ == LogField::samples || field_ == LogField::sample_scores;
        if (array ? !list && field_ != LogField::models : field_ != LogField::usage) {
            fail_expected(path(), describe_field(field_).expected, found);
        }
        if (field_ == LogField::models) {
            level_ = Level::models;
        } else if (field_ == LogField::usage) {
            level_ = Level::usage;
            usage_seen_.clear();
        } else {
            level_ = Level::list;
            element_ = 0;
        }
    }

    void on_close() {
        if (ignored_ > 0) {
            --ignored_;
            return;
        }
        switch (level_) {
            case Level::list:
                level_ = field_ == LogField::reference ? Level::record : Level::model;
                break;
            case Level::usage:
                level_ = Level::model;
                break;
            case Level::model:
                return finish_model();
            case Level::models:
                level_ = Level::record;
                break;
            default:
                level_ = Level::line;
        }
    }

    void on_scalar(const JsonScalar& value) {
        if (ignored_ > 0) return;
        switch (level_) {
            case Level::line:
            case Level::models:
                fail_expected(path(), "an object", value.shown());
            case Level::list:
                return list_value(value);
            default:
                if (!passed_over()) field_value(value);
        }
    }

    /// Returns the field being read, as in `models[0].verdicts[3]`. For an unknown field it is the enclosing one.
    [[nodiscard]] std::string path() const {
        if (level_ == Level::line) return {};
        const std::string field = field_ == LogField::unknown ? "" : std::string(describe_field(field_).text);
        const std::string element = level_ == Level::list ? "[" + std::to_string(element_) + "]" : "";
        if (level_ == Level::record || field_ == LogField::reference) return field + element;
        const std::string model = "models[" + std::to_string(position_) + "]";
        if (level_ == Level::models) return model;
        if (level_ == Level::usage) return model + ".usage" + (field.empty() ? "" : "." + field);
        return model + (field.empty() ? "" : "." + field) + element;
    }

 private:
    enum class Level : std::uint8_t { line, record, models, model, list, usage };
    static constexpr Index skipped = -1;

    void take_key(SeenFields& seen, LogField field) {
        field_ = field;
        if (field != LogField::unknown && !seen.add(field)) fail_field(path(), "stands twice in one object");
    }

    void start_model() {
        level_ = Level::model;
        field_ = LogField::unknown;
        model_seen_.clear();
        slot_ = position_ < slots_.size() ? slots_[position_] : skipped;
    }

    void finish_model() {
        for (const LogField field : {LogField::name, LogField::score}) {
            if (model_seen_.has(field) || (field == LogField::score && slot_ == skipped)) continue;
            field_ = field;
            fail_field(path(), "missing");
        }
        level_ = Level::models;
        ++position_;
    }

    /// Returns true for a value that is neither checked nor kept.
    [[nodiscard]] bool passed_over() const noexcept {
        return field_ == LogField::unknown ||
               (level_ != Level::record && slot_ == skipped && field_ != LogField::name);
    }

    auto& model() { return out_->record.models[as_size(slot_)]; }
    auto& texts() { return out_->texts[as_size(slot_)]; }

    void require(bool right, const JsonScalar& value) const {
        if (!right) fail_expected(path(), describe_field(field_).expected, value.shown());
    }

    void field_value(const JsonScalar& value) {
        auto& row = out_->record;
        switch (field_) {
            case LogField::schema:
                return require(value.is_text() && *value.text == log_schema, value);
            case LogField::id:
                require(value.is_text() && !value.text->empty(), value);
                row.id = *value.text;
                return;
            case LogField::dataset:
                return store_text(row.dataset, value);
            case LogField::split:
                return store_text(row.split, value);
            case LogField::category:
                store_text(row.category, value);
                return require(parse_category(row.category).has_value(), value);
            case LogField::question:
                return store_text(out_->question, value, parts_.texts);
            case LogField::context:
                return store_text(out_->context, value, parts_.texts);
            case LogField::reference:
                return store_text(out_->reference, value, parts_.texts || parts_.samples);
            case LogField::name:
                return take_name(value);
            case LogField::answer:
                return store_text(texts().answer, value, parts_.texts || parts_.samples || parts_.answers);
            case LogField::finish:
                return store_text(texts().finish, value, parts_.texts);
            case LogField::score:
                require(is_share(value), value);
                model().score = value.number;
                return;
            case LogField::confidence:
                return store_number(model().confidence, value, is_share(value));
            case LogField::cost:
                return store_number(model().cost, value, is_price(value));
            case LogField::draw_cost:
                return store_number(model().draw_cost, value, is_price(value));
            case LogField::prompt_tokens:
                return store_count(texts().prompt_tokens, value);
            case LogField::completion_tokens:
                return store_count(texts().completion_tokens, value);
            case LogField::models:
                return require(false, value);
            default:
                return require(value.is_null(), value);
        }
    }

    void take_name(const JsonScalar& value) {
        require(value.is_text() && !value.text->empty(), value);
        const std::string& name = *value.text;
        if (learning_) {
            if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
                fail_field(path(), "a second model named " + in_quotes(name));
            }
            names_.push_back(name);
        } else if (position_ >= names_.size()) {
            fail_expected(path(), "no more models than " + joined(names_) + ", as in the first record",
                          in_quotes(name));
        } else if (name != names_[position_]) {
            fail_expected(
                path(),
                in_quotes(names_[position_]) + ", the order of the first record being " + joined(names_),
                in_quotes(name));
        }
    }

    void store_text(std::string& target, const JsonScalar& value) const {
        require(value.is_text() || value.is_null(), value);
        if (value.is_text()) target = *value.text;
    }

    void store_text(std::optional<std::string>& target, const JsonScalar& value, bool wanted) const {
        require(value.is_text() || value.is_null(), value);
        if (wanted && value.is_text()) target = *value.text;
    }

    void store_number(std::optional<double>& target, const JsonScalar& value, bool right) const {
        require(right || value.is_null(), value);
        if (right) target = value.number;
    }

    void store_count(std::optional<std::uint64_t>& target, const JsonScalar& value) const {
        const bool count = value.kind == JsonScalar::Kind::integer && !value.negative;
        require(count || value.is_null(), value);
        if (count && parts_.texts) target = value.magnitude;
    }

    [[nodiscard]] std::string_view element_text() const noexcept {
        if (field_ == LogField::reference) return "a string";
        if (field_ == LogField::verdicts) return "0, 1 or null";
        return field_ == LogField::samples ? "a string or null" : share_text;
    }

    void list_value(const JsonScalar& value) {
        const bool keep_all = parts_.samples || parts_.texts;
        if (field_ == LogField::reference) {
            if (!value.is_text()) fail_expected(path(), element_text(), value.shown());
            if (keep_all && element_ == 0) out_->reference = *value.text;
            if (keep_all && element_ > 0) out_->other_references.push_back(*value.text);
        } else if (field_ == LogField::verdicts) {
            const bool bit = value.is_number() && (value.number == 0.0 || value.number == 1.0);
            if (!bit && !value.is_null()) fail_expected(path(), element_text(), value.shown());
            model().verdicts.push_back(!bit                  ? Verdict::unparsed
                                       : value.number == 1.0 ? Verdict::positive
                                                             : Verdict::negative);
        } else if (field_ == LogField::samples) {
            if (!value.is_text() && !value.is_null()) fail_expected(path(), element_text(), value.shown());
            if (keep_all || (parts_.answers && element_ == 0)) {
                texts().samples.push_back(value.is_text() ? std::optional(*value.text) : std::nullopt);
            }
        } else {
            if (!is_share(value)) fail_expected(path(), element_text(), value.shown());
            if (keep_all) model().sample_scores.push_back(value.number);
        }
        ++element_;
    }

    LogParts parts_;
    std::vector<std::string> names_;
    std::vector<std::string> kept_names_;
    std::vector<Index> slots_;  ///< for each model its place among those kept, or `skipped`
    bool learning_ = true;
    bool same_pair_ = false;
    LogRecord* out_ = nullptr;
    Level level_ = Level::line;
    LogField field_ = LogField::unknown;
    SeenFields seen_, model_seen_, usage_seen_;  ///< fields of the current record, model and usage
    std::size_t ignored_ = 0;                    ///< number of open brackets of a skipped value
    std::size_t position_ = 0;                   ///< position of the current model
    Index slot_ = skipped;
    std::size_t element_ = 0;
};

}  // namespace automix::detail
