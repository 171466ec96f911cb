// SPDX-License-Identifier: Apache-2.0
// This file turns the events of one line in the schema `automix-log/1` (JSON Lines, one query per object) into a
// `LogRecord`. The buffers of the record are reused. Known fields are checked as they come. Unknown fields and the
// content of models that are not kept are skipped; names that resemble a known field are told. The names of the models are learned from a first line and are then
// the same in every line.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/category.hpp>
#include <automix/data/log/detail/choose_verifiers.hpp>
#include <automix/data/log/detail/log_fields.hpp>
#include <automix/data/log/detail/log_parts.hpp>
#include <automix/data/log/detail/name_choice.hpp>
#include <automix/data/log/detail/near_fields.hpp>
#include <automix/data/log/detail/unknown_fields.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/record.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/json/sax.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

class LogHandler : public SaxHandler<LogHandler> {
 public:
    explicit LogHandler(LogParts parts, NameChoice signals = {"signal", {}},
                        NameChoice verifiers = {"verifier", {}})
        : parts_(parts), signals_(std::move(signals)), verifiers_(std::move(verifiers)) {}

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

    /// Throws `ArgumentError` if no row had one of the signals or verifiers asked for.
    void require_found() const {
        signals_.require_found();
        verifiers_.require_found();
    }

    /// Clears `record` and fills it from the events that follow.
    void start(LogRecord& record) {
        out_ = &record;
        reset(record, kept_names_);
        if (learning_) names_.clear();
        level_ = Level::line;
        seen_.clear();
        record_unknown_.start_object();
        ignored_ = 0;
        position_ = 0;
        lists_prior_ = false;
        in_verifier_ = false;
    }

    /// Starts a file: its unknown names are told anew.
    void start_file() noexcept {
        record_unknown_.start_file();
        model_unknown_.start_file();
        usage_unknown_.start_file();
        verifier_unknown_.start_file();
    }

    /// Returns the messages about names that resemble a field, collected since the last call.
    [[nodiscard]] std::vector<std::string> take_near_fields() { return std::exchange(near_fields_, {}); }

    /// Checks that nothing is missing.
    void finish() {
        for (const LogField field : {LogField::id, LogField::models}) {
            if (!seen_.has(field)) {
                fail_field(std::string(describe_field(field).text), "missing" + record_unknown_.hint(field));
            }
        }
        if (!learning_) {
            record_unknown_.tell_near(seen_, [this](const std::string& name, LogField near) {
                near_fields_.push_back("field " + in_quotes(name) + " is not read; " +
                                       (is_record_field(near)
                                            ? "did you mean " + in_quotes(describe_field(near).text) + "?"
                                            : "it belongs to a model, in \"models\""));
            });
        }
        if (names_.empty()) fail_field("models", "empty; expected at least one model");
        if (position_ < names_.size()) {
            fail_expected(
                "models",
                std::to_string(names_.size()) + " models (" + joined(names_) + "), as in the first record",
                std::to_string(position_));
        }
        if (!learning_) finish_prior();
        // A category belongs to the pair of first and last model.
        if (!same_pair_) out_->record.category.clear();
    }

    void on_key(const std::string& name) {
        if (ignored_ > 0) return;
        switch (level_) {
            case Level::record:
                take_key(seen_, find_field(record_fields, name));
                if (field_ == LogField::unknown) record_unknown_.add(name, near_record_field);
                return;
            case Level::model:
                take_key(model_seen_, find_field(model_fields, name));
                if (!signals_.all()) key_ = name;
                if (field_ == LogField::unknown && !signals_.names(name))
                    model_unknown_.add(name, near_model_field);
                return;
            case Level::features:
            case Level::signals:
            case Level::verifiers:
                key_ = name;
                return;
            case Level::verifier:
                take_key(verifier_seen_, find_field(verifier_fields, name));
                if (field_ == LogField::unknown) verifier_unknown_.add(name, near_verifier_field);
                return;
            default:
                take_key(usage_seen_, find_field(usage_fields, name));
                if (field_ == LogField::unknown) usage_unknown_.add(name, near_usage_field);
        }
    }

    void on_open(bool array) {
        if (ignored_ > 0) {
            ++ignored_;
            return;
        }
        const char* found = array ? "an array" : "an object";
        if (level_ == Level::line || level_ == Level::models) {
            if (array) {
                fail_expected(path(), "an object",
                              level_ == Level::line
                                  ? "an array; write one object a line, as `jq -c '.[]'` does"
                                  : found);
            }
            if (level_ == Level::models) return start_model();
            level_ = Level::record;
            return;
        }
        if (level_ == Level::list || level_ == Level::record_list || level_ == Level::features ||
            level_ == Level::signals) {
            fail_expected(path(), element_text(), found);
        }
        if (level_ == Level::verifiers) {
            if (array) fail_expected(path(), verifier_text, found);
            return start_verifier();
        }
        if (is_named_beside()) fail_expected(path() + "." + key_, signal_text, found);
        if (passed_over()) {
            ignored_ = 1;
            return;
        }
        const bool list = field_ == LogField::verdicts || field_ == LogField::samples ||
                          field_ == LogField::sample_scores || is_record_list();
        const bool object = field_ == LogField::usage || field_ == LogField::features ||
                            field_ == LogField::signals || field_ == LogField::verifiers;
        if (array ? !list && field_ != LogField::models : !object) {
            const bool answers = array && field_ == LogField::answer;
            fail_expected(
                path(), describe_field(field_).expected,
                found + std::string(answers ? "; write one text, and all of them in \"samples\"" : ""));
        }
        if (field_ == LogField::models) {
            level_ = Level::models;
        } else if (field_ == LogField::features) {
            level_ = Level::features;
            key_.clear();
        } else if (field_ == LogField::signals) {
            level_ = Level::signals;
            key_.clear();
        } else if (field_ == LogField::verifiers) {
            level_ = Level::verifiers;
            key_.clear();
        } else if (field_ == LogField::usage) {
            level_ = Level::usage;
            usage_seen_.clear();
            usage_unknown_.start_object();
        } else {
            level_ = is_record_list() ? Level::record_list : Level::list;
            if (field_ == LogField::prior) lists_prior_ = true;
            element_ = 0;
        }
    }

    void on_close() {
        if (ignored_ > 0) {
            --ignored_;
            return;
        }
        switch (level_) {
            case Level::usage:
                tell_near(usage_unknown_, usage_seen_);
                level_ = Level::model;
                break;
            case Level::list:
                level_ = in_verifier_ ? Level::verifier : Level::model;
                break;
            case Level::verifier:
                return finish_verifier();
            case Level::signals:
            case Level::verifiers:
                level_ = Level::model;
                break;
            case Level::model:
                return finish_model();
            case Level::models:
            case Level::record_list:
            case Level::features:
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
            case Level::record_list:
                return field_ == LogField::reference ? add_reference(value) : add_prior(value);
            case Level::features:
                return add_feature(value);
            case Level::signals:
                return add_signal(value);
            case Level::verifiers:
                if (!value.is_null()) fail_expected(path(), verifier_text, value.shown());
                return;
            default:
                if (level_ == Level::model && slot_ != skipped) signal_beside(value);
                if (!passed_over()) field_value(value);
        }
    }

    /// Returns the field being read, as in `models[0].verdicts[3]`. For an unknown field it is the enclosing one.
    [[nodiscard]] std::string path() const {
        if (level_ == Level::line) return {};
        const std::string field = field_ == LogField::unknown ? "" : std::string(describe_field(field_).text);
        if (level_ == Level::record) return field;
        const std::string key = key_.empty() ? "" : "." + key_;
        if (level_ == Level::features) return field + key;
        if (level_ == Level::record_list) return field + "[" + std::to_string(element_) + "]";
        const std::string model = "models[" + std::to_string(position_) + "]";
        if (level_ == Level::models) return model;
        if (level_ == Level::signals || level_ == Level::verifiers) return model + "." + field + key;
        if (level_ == Level::usage) return model + ".usage" + (field.empty() ? "" : "." + field);
        const std::string element = level_ == Level::list ? "[" + std::to_string(element_) + "]" : "";
        return model + (in_verifier_ ? ".verifiers" + key : "") + (field.empty() ? "" : "." + field) +
               element;
    }

 private:
    static constexpr std::string_view verifier_text = "an object with verdicts, confidence and draw_cost";

    enum class Level : std::uint8_t {
        line,
        record,
        record_list,
        features,
        models,
        model,
        list,
        usage,
        signals,
        verifiers,
        verifier
    };
    static constexpr Index skipped = -1;

    static bool is_record_field(LogField field) noexcept {
        return std::any_of(record_fields.begin(), record_fields.end(),
                           [field](const LogFieldName& known) { return known.field == field; });
    }

    /// Returns the field that an unknown name of a record means. It may be a field of a model that stands outside.
    static LogField near_record_field(const std::string& name) {
        const LogField near = near_field(name, record_fields, record_synonyms);
        if (near != LogField::unknown) return near;
        if (contained_field(name) == LogField::verdicts) return LogField::verdicts;
        const LogField outside = find_field(model_fields, name);
        return outside == LogField::name || outside == LogField::usage ? LogField::unknown : outside;
    }

    static LogField near_model_field(const std::string& name) {
        const LogField near = near_field(name, model_fields, model_synonyms);
        return near == LogField::unknown ? contained_field(name) : near;
    }

    static LogField near_verifier_field(const std::string& name) {
        LogField near = near_field(name, verifier_fields, model_synonyms);
        if (near == LogField::unknown) near = contained_field(name);
        if (near == LogField::cost) near = LogField::draw_cost;  // a verifier has no other price
        return find_field(verifier_fields, describe_field(near).text);
    }

    static LogField near_usage_field(const std::string& name) {
        return near_field(name, usage_fields, usage_synonyms);
    }

    /// Tells the names of a model, or of its usage, that resemble a field that is not there.
    void tell_near(UnknownFields& unknown, const SeenFields& seen) {
        if (learning_ || slot_ == skipped) return;
        unknown.tell_near(seen, [this](const std::string& name, LogField near) {
            near_fields_.push_back("field " + in_quotes(name) + " of model " + in_quotes(names_[position_]) +
                                   " is not read; did you mean " + in_quotes(describe_field(near).text) +
                                   "?");
        });
    }

    void take_key(SeenFields& seen, LogField field) {
        field_ = field;
        if (field != LogField::unknown && !seen.add(field)) fail_field(path(), "stands twice in one object");
    }

    void start_model() {
        level_ = Level::model;
        field_ = LogField::unknown;
        model_seen_.clear();
        beside_.clear();
        has_self_ = false;
        model_unknown_.start_object();
        slot_ = position_ < slots_.size() ? slots_[position_] : skipped;
    }

    void finish_model() {
        for (const LogField field : {LogField::name, LogField::score}) {
            if (model_seen_.has(field) || (field == LogField::score && slot_ == skipped)) continue;
            field_ = field;
            fail_field(path(), "missing" + model_unknown_.hint(field));
        }
        tell_near(model_unknown_, model_seen_);
        for (Signal& signal : beside_) {
            if (!has_signal(signal.name)) model().signals.push_back(std::move(signal));
        }
        if (has_self_) {
            for (const LogFieldName& own : verifier_fields) {
                if (!model_seen_.has(own.field)) continue;
                field_ = LogField::verifiers;
                fail_field(path() + ".self", "stands twice, as the " + std::string(own.text) +
                                                 " beside are those of the verifier \"self\" too");
            }
        }
        if (slot_ != skipped) choose_verifiers(model(), verifiers_);
        level_ = Level::models;
        ++position_;
    }

    void start_verifier() {
        if (key_.empty()) fail_field(path(), "expected names, found an empty one");
        is_self_ = key_ == self_verifier;
        const auto& others = model().verifiers;
        const bool twice = is_self_
                               ? has_self_
                               : std::any_of(others.begin(), others.end(),
                                             [&](const VerifierRecord& other) { return other.name == key_; });
        if (twice) fail_field(path(), "stands twice in one object");
        if (is_self_) {
            has_self_ = true;
        } else {
            model().verifiers.push_back({key_, {}, {}, {}});
        }
        level_ = Level::verifier;
        in_verifier_ = true;
        field_ = LogField::unknown;
        verifier_seen_.clear();
        verifier_unknown_.start_object();
    }

    void finish_verifier() {
        tell_near(verifier_unknown_, verifier_seen_);
        level_ = Level::verifiers;
        in_verifier_ = false;
        field_ = LogField::verifiers;
        if (is_self_) return;
        const VerifierRecord& last = model().verifiers.back();
        if (last.verdicts.empty() && !last.confidence && !last.draw_cost) model().verifiers.pop_back();
    }

    /// Returns the field of the verifier being read, or of the model itself, which is that of `self`.
    template <class Field>
    Field& verified(Field ModelRecord::*own, Field VerifierRecord::*other) {
        return in_verifier_ && !is_self_ ? model().verifiers.back().*other : model().*own;
    }

    /// Returns true for a field of a record whose content is a list.
    [[nodiscard]] bool is_record_list() const noexcept {
        return field_ == LogField::reference || field_ == LogField::prior;
    }

    /// Returns true for a value that is neither checked nor kept.
    [[nodiscard]] bool passed_over() const noexcept {
        return field_ == LogField::unknown ||
               (level_ != Level::record && slot_ == skipped && field_ != LogField::name);
    }

    ModelRecord& model() { return out_->record.models[as_size(slot_)]; }
    ModelTexts& texts() { return out_->texts[as_size(slot_)]; }

    [[nodiscard]] bool is_number_field() const noexcept {
        return field_ == LogField::cost || field_ == LogField::draw_cost ||
               field_ == LogField::prompt_tokens || field_ == LogField::completion_tokens;
    }

    void require(bool right, const JsonScalar& value) const {
        if (right) return;
        const bool share = field_ == LogField::score || field_ == LogField::confidence;
        fail_expected(path(), describe_field(field_).expected,
                      share               ? shown_share(value)
                      : is_number_field() ? shown_number(value)
                                          : value.shown());
    }

    void field_value(const JsonScalar& value) {
        auto& row = out_->record;
        switch (field_) {
            case LogField::schema:
                return require(value.is_text() && *value.text == log_schema, value);
            case LogField::id:
                if (value.is_text()) {
                    row.id = *value.text;
                } else {
                    row.id = id_of(value);
                }
                return require(!row.id.empty(), value);
            case LogField::dataset:
                return store_text(row.dataset, value);
            case LogField::split:
                return store_text(row.split, value);
            case LogField::category:
                store_text(row.category, value);
                return require(parse_category(row.category).has_value(), value);
            case LogField::question:
                return store_text(out_->question, value, parts_.facts);
            case LogField::context:
                return store_text(out_->context, value, parts_.facts);
            case LogField::reference: {
                auto text = reference_of(value);
                require(text || value.is_null(), value);
                if (parts_.texts || parts_.samples) out_->reference = std::move(text);
                return;
            }
            case LogField::name:
                return take_name(value);
            case LogField::answer:
                return store_text(texts().answer, value, parts_.texts || parts_.samples || parts_.answers);
            case LogField::finish:
                return store_text(texts().finish, value, parts_.texts);
            case LogField::score:
                require(share_of(value).has_value(), value);
                model().score = *share_of(value);
                return;
            case LogField::confidence:
                return store_number(verified(&ModelRecord::confidence, &VerifierRecord::confidence), value,
                                    is_share(value));
            case LogField::cost:
                return store_number(model().cost, value, holds_price(value));
            case LogField::draw_cost:
                return store_number(verified(&ModelRecord::draw_cost, &VerifierRecord::draw_cost), value,
                                    holds_price(value));
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

    void add_reference(const JsonScalar& value) {
        auto text = reference_of(value);
        if (!text) fail_expected(path(), element_text(), value.shown());
        if (parts_.texts || parts_.samples) {
            if (element_ == 0) {
                out_->reference = std::move(text);
            } else {
                out_->other_references.push_back(std::move(*text));
            }
        }
        ++element_;
    }

    void add_feature(const JsonScalar& value) {
        if (key_.empty()) fail_field(path(), "expected names, found an empty one");
        if (value.is_null()) return;
        auto feature = feature_of(key_, value);
        if (!feature) fail_expected(path(), expected_feature, value.shown());
        for (const QueryFeature& known : out_->features) {
            if (known.name == key_) fail_field(path(), "stands twice in one object");
        }
        if (parts_.facts) out_->features.push_back(std::move(*feature));
    }

    void add_signal(const JsonScalar& value) {
        if (key_.empty()) fail_field(path(), "expected names, found an empty one");
        if (value.is_null()) return;
        const auto signal = signal_of(value);
        if (!signal) fail_expected(path(), signal_text, shown_number(value));
        if (has_signal(key_)) fail_field(path(), "stands twice in one object");
        if (signals_.take(key_)) model().signals.push_back({key_, *signal});
    }

    [[nodiscard]] bool has_signal(const std::string& name) {
        const auto& signals = model().signals;
        return std::any_of(signals.begin(), signals.end(),
                           [&](const Signal& signal) { return signal.name == name; });
    }

    /// Returns true for an unknown field of a model that is asked for as a signal.
    [[nodiscard]] bool is_named_beside() const noexcept {
        return level_ == Level::model && field_ == LogField::unknown && slot_ != skipped &&
               signals_.names(key_);
    }

    /// Takes a field of a model as a signal if it is asked for by its name.
    void signal_beside(const JsonScalar& value) {
        if (signals_.all() || value.is_null()) return;
        const auto signal = signal_of(value);
        if (!signal && is_named_beside())
            fail_expected(path() + "." + key_, signal_text, shown_number(value));
        const bool other = field_ == LogField::unknown || field_ == LogField::confidence;
        if (signal && (other || signals_.names(key_)) && signals_.take(key_))
            beside_.push_back({key_, *signal});
    }

    void add_prior(const JsonScalar& value) {
        if (!is_share(value)) fail_expected(path(), element_text(), shown_number(value));
        out_->prior.push_back(value.number);
        ++element_;
    }

    /// Checks that the prior has a number for each model, and keeps those of the models that are kept.
    void finish_prior() {
        if (!lists_prior_) return;
        std::vector<double>& prior = out_->prior;
        if (prior.size() != names_.size())
            fail_expected("prior", expected_prior(names_), std::to_string(prior.size()));
        std::size_t kept = 0;
        for (std::size_t m = 0; m < prior.size(); ++m) {
            if (slots_[m] != skipped) prior[kept++] = prior[m];
        }
        prior.resize(parts_.facts ? kept : 0);
    }

    [[nodiscard]] std::string_view element_text() const noexcept {
        if (field_ == LogField::reference) return "a string, a number or a boolean";
        if (field_ == LogField::prior) return share_text;
        if (field_ == LogField::features) return expected_feature;
        if (field_ == LogField::signals) return signal_text;
        if (field_ == LogField::verdicts) return "0, 1 or null";
        return field_ == LogField::samples ? "a string or null" : share_text;
    }

    void list_value(const JsonScalar& value) {
        const bool keep_all = parts_.samples || parts_.texts;
        if (field_ == LogField::verdicts) {
            const auto verdict = verdict_of(value);
            if (!verdict) fail_expected(path(), element_text(), value.shown());
            verified(&ModelRecord::verdicts, &VerifierRecord::verdicts).push_back(*verdict);
        } else if (field_ == LogField::samples) {
            if (!value.is_text() && !value.is_null()) fail_expected(path(), element_text(), value.shown());
            if (keep_all || (parts_.answers && element_ == 0)) {
                texts().samples.push_back(value.is_text() ? std::optional(*value.text) : std::nullopt);
            }
        } else {
            const auto share = share_of(value);
            if (!share) fail_expected(path(), element_text(), shown_share(value));
            if (keep_all) model().sample_scores.push_back(*share);
        }
        ++element_;
    }

    LogParts parts_;
    NameChoice signals_;
    NameChoice verifiers_;
    std::vector<std::string> names_;
    std::vector<std::string> kept_names_;
    std::vector<Index> slots_;  ///< for each model its place among those kept, or `skipped`
    bool learning_ = true;
    bool same_pair_ = false;
    LogRecord* out_ = nullptr;
    Level level_ = Level::line;
    LogField field_ = LogField::unknown;
    /// The fields of the current record, model, usage and verifier.
    SeenFields seen_, model_seen_, usage_seen_, verifier_seen_;
    UnknownFields record_unknown_, model_unknown_, usage_unknown_, verifier_unknown_;
    bool in_verifier_ = false;
    bool is_self_ = false;                  ///< true if the verifier is `self`
    bool has_self_ = false;                 ///< true if the model's verifiers have `self`
    std::vector<std::string> near_fields_;  ///< messages about names that resemble a field
    std::size_t ignored_ = 0;               ///< number of open brackets of a skipped value
    std::size_t position_ = 0;              ///< position of the current model
    Index slot_ = skipped;
    std::size_t element_ = 0;
    bool lists_prior_ = false;  ///< true if the record has a list as its prior
    std::string
        key_;  ///< name of the feature or signal being read, or of a field of a model if signals are asked for
    std::vector<Signal> beside_;  ///< fields of the current model that are signals
};

}  // namespace automix::detail
