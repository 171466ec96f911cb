// SPDX-License-Identifier: Apache-2.0
// Turns the events of one line in the schema `automix-log/1` (design: JSON Lines, one query an object) into a `LogRecord`
// whose buffers are reused. Known fields are checked as they come, unknown ones are passed over.
#pragma once

#include <automix/core/format.hpp>
#include <automix/io/log_record.hpp>
#include <automix/io/sax.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace automix {

inline constexpr std::string_view log_schema = "automix-log/1";

/// Which parts of a line are wanted.
struct LogParts {
    bool answers = false;  ///< `answer` and `reference`
    bool samples = false;  ///< with `answer` and `reference`
    bool texts = false;    ///< all of them
};

class LogHandler : public SaxHandler<LogHandler> {
 public:
    /// Keeps the models of these names, all where there are none.
    LogHandler(std::vector<std::string> models, LogParts parts) : wanted_(std::move(models)), parts_(parts) {}

    /// Clears `record` and fills it from the events that follow.
    void start(LogRecord& record) {
        out_ = &record;
        record.record.id.clear();
        for (auto* text : {&record.record.dataset, &record.record.split, &record.record.category}) text->clear();
        for (auto* text : {&record.question, &record.context, &record.reference}) text->reset();
        record.model_names.clear();
        level_ = Level::line;
        seen_ = model_seen_ = 0;
        skipped_ = 0;
        position_ = 0;
        kept_ = 0;
        order_.clear();
    }

    /// Checks that nothing is missing. `order` of the first line is that of all: pass what `order()` gave there.
    void finish(const std::vector<std::string>& order) {
        if (level_ == Level::line && seen_ == 0 && order_.empty() && !complete_) fail_field("", "expected an object");
        require(seen_, Field::id, "id");
        require(seen_, Field::models, "models");
        if (!order.empty() && order_ != order) {
            fail_field("models", "expected " + joined(order) + " in this order, as in the first record, found " +
                                     joined(order_));
        }
        out_->record.models.resize(kept_);
        out_->texts.resize(kept_);
    }

    /// The names of all models of the line, kept or not.
    [[nodiscard]] const std::vector<std::string>& order() const noexcept { return order_; }

    void on_key(const std::string& name) {
        if (skipped_ > 0) return;
        if (level_ == Level::record) {
            field_ = find(record_fields, name);
            mark(seen_, name);
        } else if (level_ == Level::model) {
            field_ = find(model_fields, name);
            mark(model_seen_, name);
        }
    }

    void on_open(bool array) {
        if (skipped_ > 0) {
            ++skipped_;
            return;
        }
        switch (level_) {
            case Level::line:
                if (array) fail_expected("", "an object", "an array");
                level_ = Level::record;
                complete_ = true;
                return;
            case Level::record:
                if (field_ == Field::models) {
                    if (!array) fail_expected("models", "an array", "an object");
                    level_ = Level::models;
                    return;
                }
                break;
            case Level::models:
                if (array) fail_expected(path(), "an object", "an array");
                start_model();
                return;
            case Level::model:
                if (array && (field_ == Field::verdicts || field_ == Field::samples || field_ == Field::sample_scores)) {
                    level_ = Level::list;
                    item_ = 0;
                    return;
                }
                break;
            case Level::list: fail_expected(path(), "a value", array ? "an array" : "an object");
        }
        if (field_ != Field::unknown && wanted_model()) fail_expected(path(), expected_of(field_), array ? "an array" : "an object");
        skipped_ = 1;
    }

    void on_close() {
        if (skipped_ > 0) {
            --skipped_;
            return;
        }
        switch (level_) {
            case Level::list: level_ = Level::model; break;
            case Level::model: finish_model(); break;
            case Level::models: level_ = Level::record; break;
            case Level::record:
            case Level::line: level_ = Level::line; break;
        }
    }

    void on_scalar(const JsonScalar& value) {
        if (skipped_ > 0) return;
        switch (level_) {
            case Level::line: fail_expected("", "an object", value.shown());
            case Level::record: record_value(value); break;
            case Level::models: fail_expected(path(), "an object", value.shown());
            case Level::model:
                if (field_ == Field::name || wanted_model()) model_value(value);
                break;
            case Level::list:
                if (wanted_model()) list_value(value);
                ++item_;
                break;
        }
    }

    /// The field that is being read, as in `models[0].verdicts[3]`.
    [[nodiscard]] std::string path() const {
        const std::string model = "models[" + std::to_string(position_) + "]";
        switch (level_) {
            case Level::line: return {};
            case Level::record: return std::string(name_of(record_fields));
            case Level::models: return model;
            case Level::model: return model + "." + std::string(name_of(model_fields));
            case Level::list: break;
        }
        return model + "." + std::string(name_of(model_fields)) + "[" + std::to_string(item_) + "]";
    }

 private:
    enum class Level { line, record, models, model, list };
    enum class Field : std::uint8_t {
        schema, id, dataset, split, category, question, context, reference, models,
        name, answer, score, verdicts, confidence, samples, sample_scores, cost, draw_cost, unknown
    };
    struct Name {
        std::string_view text;
        Field field;
    };
    static constexpr std::array<Name, 9> record_fields = {
        {{"schema", Field::schema}, {"id", Field::id}, {"dataset", Field::dataset}, {"split", Field::split},
         {"category", Field::category}, {"question", Field::question}, {"context", Field::context},
         {"reference", Field::reference}, {"models", Field::models}}};
    static constexpr std::array<Name, 9> model_fields = {
        {{"name", Field::name}, {"answer", Field::answer}, {"score", Field::score}, {"verdicts", Field::verdicts},
         {"confidence", Field::confidence}, {"samples", Field::samples}, {"sample_scores", Field::sample_scores},
         {"cost", Field::cost}, {"draw_cost", Field::draw_cost}}};

    template <std::size_t N>
    static Field find(const std::array<Name, N>& names, std::string_view text) {
        for (const Name& name : names) {
            if (name.text == text) return name.field;
        }
        return Field::unknown;
    }

    template <std::size_t N>
    [[nodiscard]] std::string_view name_of(const std::array<Name, N>& names) const {
        for (const Name& name : names) {
            if (name.field == field_) return name.text;
        }
        return "(unknown)";
    }

    static constexpr std::uint32_t bit(Field field) noexcept { return std::uint32_t{1} << static_cast<unsigned>(field); }

    void mark(std::uint32_t& seen, const std::string& name) const {
        if (field_ == Field::unknown) return;
        if ((seen & bit(field_)) != 0) fail_field(path(), "the key " + in_quotes(name) + " stands twice in one object");
        seen |= bit(field_);
    }

    void require(std::uint32_t seen, Field field, const std::string& name) const {
        if ((seen & bit(field)) == 0) fail_field(name, "missing");
    }

    static std::string_view expected_of(Field field) {
        switch (field) {
            case Field::score:
            case Field::confidence: return "a number in [0, 1]";
            case Field::cost:
            case Field::draw_cost: return "a finite price of at least 0";
            case Field::verdicts:
            case Field::samples:
            case Field::sample_scores: return "an array";
            default: return "a string";
        }
    }

    void start_model() {
        level_ = Level::model;
        model_seen_ = 0;
        order_.emplace_back();
        if (out_->record.models.size() <= kept_) out_->record.models.emplace_back();
        if (out_->texts.size() <= kept_) out_->texts.emplace_back();
        ModelRecord& model = this->model();
        model.verdicts.clear();
        model.clusters.clear();
        model.sample_scores.clear();
        model.confidence.reset();
        model.cost.reset();
        model.draw_cost.reset();
        model.flagged = false;
        texts().answer.reset();
        texts().samples.clear();
    }

    void finish_model() {
        const std::string prefix = "models[" + std::to_string(position_) + "].";
        require(model_seen_, Field::name, prefix + "name");
        const std::string& name = order_.back();
        if (std::find(order_.begin(), order_.end() - 1, name) != order_.end() - 1) {
            fail_field(prefix + "name", "a second model named " + in_quotes(name));
        }
        if (wanted_model()) {
            require(model_seen_, Field::score, prefix + "score");
            out_->model_names.push_back(name);
            ++kept_;
        }
        level_ = Level::models;
        ++position_;
    }

    /// False once the model's name is known and not wanted.
    [[nodiscard]] bool wanted_model() const {
        if (wanted_.empty() || level_ == Level::record || (model_seen_ & bit(Field::name)) == 0) return true;
        return std::find(wanted_.begin(), wanted_.end(), order_.back()) != wanted_.end();
    }

    ModelRecord& model() { return out_->record.models[kept_]; }
    ModelTexts& texts() { return out_->texts[kept_]; }

    [[nodiscard]] const std::string& text_of(const JsonScalar& value, std::string_view expected = "a string") const {
        if (value.kind != JsonScalar::Kind::text) fail_expected(path(), expected, value.shown());
        return *value.text;
    }

    [[nodiscard]] double share_of(const JsonScalar& value) const {
        if (value.kind != JsonScalar::Kind::number || !(value.number >= 0.0 && value.number <= 1.0)) {
            fail_expected(path(), "a number in [0, 1]", value.shown());
        }
        return value.number;
    }

    [[nodiscard]] double price_of(const JsonScalar& value) const {
        if (value.kind != JsonScalar::Kind::number || !std::isfinite(value.number) || value.number < 0.0) {
            fail_expected(path(), "a finite price of at least 0", value.shown());
        }
        return value.number;
    }

    void record_value(const JsonScalar& value) {
        const bool null = value.kind == JsonScalar::Kind::null;
        Record& record = out_->record;
        const auto keep = [&](std::optional<std::string>& target, bool wanted) {
            if (null) return;
            const std::string& text = text_of(value);
            if (wanted) target = text;
        };
        switch (field_) {
            case Field::schema:
                if (value.kind != JsonScalar::Kind::text || *value.text != log_schema) {
                    fail_expected("schema", in_quotes(log_schema), value.shown());
                }
                break;
            case Field::id:
                record.id = text_of(value, "a non-empty string");
                if (record.id.empty()) fail_expected("id", "a non-empty string", "\"\"");
                break;
            case Field::dataset:
                if (!null) record.dataset = text_of(value);
                break;
            case Field::split:
                if (!null) record.split = text_of(value);
                break;
            case Field::category:
                if (!null) record.category = text_of(value);
                break;
            case Field::question: keep(out_->question, parts_.texts); break;
            case Field::context: keep(out_->context, parts_.texts); break;
            case Field::reference: keep(out_->reference, parts_.texts || parts_.samples || parts_.answers); break;
            case Field::models: fail_expected("models", "an array", value.shown());
            default: break;
        }
    }

    void model_value(const JsonScalar& value) {
        const bool null = value.kind == JsonScalar::Kind::null;
        switch (field_) {
            case Field::name:
                order_.back() = text_of(value, "a non-empty string");
                if (order_.back().empty()) fail_expected(path(), "a non-empty string", "\"\"");
                break;
            case Field::answer:
                if (null) break;
                if (const std::string& text = text_of(value); parts_.texts || parts_.samples || parts_.answers) {
                    texts().answer = text;
                }
                break;
            case Field::score: model().score = share_of(value); break;
            case Field::confidence:
                if (!null) model().confidence = share_of(value);
                break;
            case Field::cost:
                if (!null) model().cost = price_of(value);
                break;
            case Field::draw_cost:
                if (!null) model().draw_cost = price_of(value);
                break;
            case Field::verdicts:
            case Field::samples:
            case Field::sample_scores:
                if (!null) fail_expected(path(), "an array", value.shown());
                break;
            default: break;
        }
    }

    void list_value(const JsonScalar& value) {
        const bool null = value.kind == JsonScalar::Kind::null;
        if (field_ == Field::verdicts) {
            const bool bit_value = value.kind == JsonScalar::Kind::number && value.whole && (value.number == 0.0 || value.number == 1.0);
            if (!null && !bit_value) fail_expected(path(), "0, 1 or null", value.shown());
            model().verdicts.push_back(null ? Verdict::unparsed : value.number == 1.0 ? Verdict::positive : Verdict::negative);
        } else if (field_ == Field::samples) {
            if (!null) (void)text_of(value, "a string or null");
            if (!parts_.samples && !parts_.texts) return;
            texts().samples.push_back(null ? std::nullopt : std::optional(*value.text));
        } else {
            const double score = share_of(value);
            if (parts_.samples || parts_.texts) model().sample_scores.push_back(score);
        }
    }

    std::vector<std::string> wanted_;
    LogParts parts_;
    LogRecord* out_ = nullptr;
    std::vector<std::string> order_;
    Level level_ = Level::line;
    Field field_ = Field::unknown;
    std::uint32_t seen_ = 0;
    std::uint32_t model_seen_ = 0;
    int skipped_ = 0;
    std::size_t position_ = 0;
    std::size_t item_ = 0;
    std::size_t kept_ = 0;
    bool complete_ = false;
};

}  // namespace automix
