// SPDX-License-Identifier: Apache-2.0
// This file turns a row of a table in another shape into a `LogRecord` by a `ColumnMapping`. A row is the events of one
// flat object, or the fields of a line of CSV. Columns outside the mapping are skipped with any content. Every row must
// have the columns of the mapping. Linear in the columns of the row times those of the mapping.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/core/random.hpp>
#include <automix/data/category.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/data/log/detail/choose_verifiers.hpp>
#include <automix/data/log/detail/folded.hpp>
#include <automix/data/log/detail/log_fields.hpp>
#include <automix/data/log/detail/log_parts.hpp>
#include <automix/data/log/detail/name_choice.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/record.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/data/verification.hpp>
#include <automix/json/sax.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace automix::detail {

/// Returns the value of a CSV field in a column of numbers. Blank fields and the usual words for a missing value are
/// null, and `true` and `false` are booleans. `storage` holds the text.
inline JsonScalar cell_value(std::string_view cell, std::string& storage) {
    const std::string word = folded(cell);
    storage = trimmed(cell);
    constexpr std::array<std::string_view, 8> missing{"", "na", "n/a", "nan", "null", "none", "<na>", "-nan"};
    if (std::find(missing.begin(), missing.end(), word) != missing.end())
        return {JsonScalar::Kind::null, false, 0, 0.0, &storage};
    if (word == "true" || word == "false")
        return {JsonScalar::Kind::boolean, false, word == "true" ? 1U : 0U, 0.0, nullptr};
    if (const auto number = parse_number(storage))
        return {JsonScalar::Kind::real, false, 0, *number, &storage};
    return {JsonScalar::Kind::text, false, 0, 0.0, &storage};
}

class MappedHandler : public SaxHandler<MappedHandler> {
 public:
    /// Takes in `keep`, for each model of the mapping, whether it is read.
    MappedHandler(const ColumnMapping& mapping, const std::vector<bool>& keep, LogParts parts,
                  NameChoice signals = {"signal", {}}, NameChoice verifiers = {"verifier", {}})
        : words_(mapping.words),
          signals_(std::move(signals)),
          verifiers_(std::move(verifiers)),
          same_pair_(keep.front() && keep.back()),
          has_prior_(parts.facts && !mapping.prior.empty()) {
        for (WordMapping& word : words_) word.word = folded(word.word);
        add(mapping.id, Target::id);
        add(mapping.split, Target::split);
        add(mapping.dataset, Target::dataset);
        add(mapping.category, Target::category);
        if (parts.texts) add(mapping.reference, Target::reference);
        if (parts.facts) {
            add(mapping.question, Target::question);
            add(mapping.context, Target::context);
            for (const std::string& column : mapping.features) add(column, Target::feature);
        }
        for (std::size_t m = 0; m < mapping.models.size(); ++m) {
            if (!keep[m]) continue;
            const ModelMapping& model = mapping.models[m];
            add(model.score, Target::score);
            add(model.cost, Target::cost);
            add_verification(model);
            for (const VerifierMapping& verifier : model.verifiers) add_verification(verifier);
            std::vector<VerifierRecord>& blank = blank_verifiers_.emplace_back();
            for (const VerifierMapping& verifier : model.verifiers)
                blank.push_back({verifier.name, {}, {}, {}});
            if (has_prior_) add(mapping.prior[m], Target::prior);
            if (parts.texts || parts.answers) add(model.answer, Target::answer);
            for (const SignalMapping& signal : model.signals) {
                add(signal.column, Target::signal);
                columns_.back().element = signal_names_.size();
                signal_names_.push_back(signal.name);
            }
            names_.push_back(model.name);
        }
    }

    /// Clears `record` and fills it from the events or fields that follow. Its id is `id` if the mapping names no
    /// column for it.
    void start(LogRecord& record, std::string_view id) {
        reset(record, names_);
        record.record.id = id;
        out_ = &record;
        for (std::size_t m = 0; m < names_.size(); ++m)
            record.record.models[m].verifiers = blank_verifiers_[m];
        for (Verification& verification : verifications_) {
            verification.draws = verification.fixed_draws;
            use(verification, [&](auto& verified) {
                verified.verdicts.assign(verification.verdict_columns, Verdict::unparsed);
            });
        }
        if (has_prior_) record.prior.assign(names_.size(), missing_prior);
        for (Column& column : columns_) column.seen = false;
        found_.clear();
        level_ = 0;
        column_.clear();
    }

    /// Checks that no column is missing, and reads confidences of several draws as verdicts.
    void finish() {
        for (const Column& column : columns_) {
            if (!column.seen) {
                fail_field(column.name, "missing, but named in the mapping; the row has " + listed(found_));
            }
        }
        for (ModelRecord& model : out_->record.models) signal_confidence(model);
        for (const Verification& verification : verifications_)
            use(verification, [&](auto& verified) { draw_confidence(verification, verified); });
        for (ModelRecord& model : out_->record.models) {
            std::erase_if(model.verifiers, [](const VerifierRecord& verifier) {
                return verifier.verdicts.empty() && !verifier.confidence && !verifier.draw_cost;
            });
            choose_verifiers(model, verifiers_);
        }
        finish_prior();
        // A category belongs to the pair of first and last model.
        if (!same_pair_) out_->record.category.clear();
    }

    /// Throws `ArgumentError` if no row had one of the signals or verifiers asked for.
    void require_found() const {
        signals_.require_found();
        verifiers_.require_found();
    }

    /// Sets the columns of the rows that follow. Throws `DataError` if one of the mapping is not among them.
    void set_header(const std::vector<std::string>& header) {
        for (Column& column : columns_) {
            const auto found = std::find(header.begin(), header.end(), column.name);
            if (found == header.end()) {
                fail_field(column.name,
                           "no such column, but named in the mapping; the columns are " + listed(header));
            }
            if (std::find(found + 1, header.end(), column.name) != header.end())
                fail_field(column.name, "stands twice in the header");
            column.at = as_size(found - header.begin());
        }
    }

    /// Takes the fields of a row, one for each column of the header.
    void take_row(const std::vector<std::string>& fields) {
        for (Column& column : columns_) {
            column.seen = true;
            column_ = column.name;
            const std::string& field = fields[column.at];
            if (holds_text(column.target)) {
                require_utf8(column.name, field);
                store(column, field.empty() ? JsonScalar{}
                                            : JsonScalar{JsonScalar::Kind::text, false, 0, 0.0, &field});
            } else if (column.target == Target::verdict_list) {
                store_list(column, field);
            } else {
                store_cell(column, field);
            }
        }
    }

    /// Returns true if the column of the header with that number is read as a number.
    [[nodiscard]] bool reads_number(std::size_t at) const {
        return std::any_of(columns_.begin(), columns_.end(), [at](const Column& column) {
            return column.at == at && !holds_text(column.target) && column.target != Target::verdict_list &&
                   column.target != Target::feature;
        });
    }

    void on_key(const std::string& name) {
        if (level_ != 1) return;
        column_ = name;
        found_.push_back(name);
        // One column may be mapped to several targets.
        for (Column& column : columns_) {
            if (column.name != name) continue;
            if (column.seen) fail_field(name, "stands twice in one row");
            column.seen = true;
        }
    }

    void on_open(bool array) {
        const char* found = array ? "an array" : "an object";
        if (level_ == 0 && array) {
            fail_expected("", "an object", "an array; write one object a line, as `jq -c '.[]'` does");
        }
        if (level_ == 1) {
            for (const Column& column : columns_) {
                if (column.name != column_ || (array && column.target == Target::verdict_list)) continue;
                fail_expected(column_, expected(column.target), found);
            }
        }
        if (level_ == 2) {
            for (const Column& column : columns_) {
                if (column.name == column_) fail_expected(column_, expected(Target::verdict), found);
            }
        }
        ++level_;
    }

    void on_close() noexcept { --level_; }

    void on_scalar(const JsonScalar& value) {
        if (level_ == 0) fail_expected("", "an object", value.shown());
        if (level_ > 2) return;
        for (const Column& column : columns_) {
            if (column.name != column_) continue;
            if (level_ == 2 || column.target != Target::verdict_list) {
                store(column, worded(column.target, value));
            } else if (value.is_text()) {
                store_list(column, *value.text);
            } else if (!value.is_null()) {
                store(column, value);
            }
        }
    }

    [[nodiscard]] const std::string& path() const noexcept { return column_; }

 private:
    enum class Target : std::uint8_t {
        id,
        split,
        dataset,
        category,
        question,
        context,
        reference,
        feature,
        prior,
        score,
        verdict,
        verdict_list,
        confidence,
        draws,
        cost,
        draw_cost,
        answer,
        signal
    };
    struct Column {
        std::string name;
        Target target;
        Index model;
        bool seen;
        std::size_t element;       ///< number of the draw, of a column of verdicts, or of the signal's name
        std::size_t at;            ///< position in the header
        std::size_t verification;  ///< number of the verification that the column belongs to
    };
    /// The columns of one verifier of a model's answers.
    struct Verification {
        std::size_t model;
        std::string verifier;  ///< `self` or a further one
        std::string confidence_column;
        std::size_t verdict_columns;  ///< number of columns with one verdict each
        int fixed_draws;
        int draws;  ///< draws behind the confidence; 0: none are known
    };

    void add(const std::string& column, Target target) {
        if (!column.empty())
            columns_.push_back({column, target, std::ssize(names_), false, 0, 0, verifications_.size()});
    }

    /// Adds the columns of a verifier, or those of `self` in a `ModelMapping`.
    template <class Mapping>
    void add_verification(const Mapping& mapping) {
        const bool list = mapping.verdicts.size() == 1;
        add(mapping.confidence, Target::confidence);
        add(mapping.draw_cost, Target::draw_cost);
        add(mapping.draws, Target::draws);
        for (const std::string& column : mapping.verdicts) {
            add(column, list ? Target::verdict_list : Target::verdict);
            columns_.back().element = static_cast<std::size_t>(&column - mapping.verdicts.data());
        }
        const bool further = std::is_same_v<Mapping, VerifierMapping>;
        verifications_.push_back({names_.size(), further ? mapping.name : std::string(self_verifier),
                                  mapping.confidence, list ? 0 : mapping.verdicts.size(),
                                  mapping.confidence_draws, 0});
    }

    /// Calls `f` with the record that a verification is read into: the model's own, or that of a further verifier.
    template <class F>
    void use(const Verification& verification, F f) {
        ModelRecord& model = out_->record.models[verification.model];
        if (verification.verifier == self_verifier) return f(model);
        for (VerifierRecord& verifier : model.verifiers) {
            if (verifier.name == verification.verifier) return f(verifier);
        }
    }

    static bool holds_text(Target target) noexcept {
        switch (target) {
            case Target::id:
            case Target::split:
            case Target::dataset:
            case Target::category:
            case Target::question:
            case Target::context:
            case Target::reference:
            case Target::answer:
                return true;
            default:
                return false;
        }
    }

    static void require_utf8(const std::string& column, std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const CodePoint point = code_point_at(text, at);
            if (!point.valid) {
                fail_field(column,
                           "ill-formed UTF-8; convert the file, for example by `iconv -f latin1 -t utf-8`");
            }
            at += point.bytes;
        }
    }

    static std::string_view expected(Target target) noexcept {
        switch (target) {
            case Target::id:
                return id_text;
            case Target::category:
                return describe_field(LogField::category).expected;
            case Target::reference:
                return "a string, a number or a boolean";
            case Target::feature:
                return expected_feature;
            case Target::prior:
            case Target::score:
            case Target::confidence:
                return share_text;
            case Target::verdict:
            case Target::verdict_list:
                return "0, 1, true, false, null or one of the mapping's words";
            case Target::draws:
                return "a number of draws from 1 to 255";
            case Target::signal:
                return signal_text;
            case Target::cost:
            case Target::draw_cost:
                return price_text;
            default:
                return "a string";
        }
    }

    /// Returns the first names of a list, for a message.
    static std::string listed(const std::vector<std::string>& names) {
        constexpr std::size_t most = 20;
        std::string text;
        for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
            text += (i == 0 ? "" : ", ") + in_quotes(names[i]);
        if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
        return names.empty() ? "none" : text;
    }

    /// Returns the mapping's word that a text is; null if it is none.
    [[nodiscard]] const WordMapping* word_of(std::string_view text) const {
        if (words_.empty()) return nullptr;
        const std::string word = folded(text);
        const auto found =
            std::find_if(words_.begin(), words_.end(), [&](const WordMapping& w) { return w.word == word; });
        return found == words_.end() ? nullptr : &*found;
    }

    /// Returns true for a target whose words the mapping may give a value.
    static bool has_words(Target target) noexcept {
        return target == Target::score || target == Target::verdict || target == Target::verdict_list ||
               target == Target::signal;
    }

    static JsonScalar word_value(const WordMapping& word) {
        if (!word.value) return {};
        return {JsonScalar::Kind::real, false, 0, *word.value, nullptr};
    }

    /// Returns the value that the mapping gives to a word of a score, verdict or signal; any other value as it is.
    [[nodiscard]] JsonScalar worded(Target target, const JsonScalar& value) const {
        const WordMapping* word = has_words(target) && value.is_text() ? word_of(*value.text) : nullptr;
        return word == nullptr ? value : word_value(*word);
    }

    void store_cell(const Column& column, std::string_view cell) {
        const WordMapping* word = has_words(column.target) ? word_of(cell) : nullptr;
        store(column, word == nullptr ? cell_value(cell, storage_) : word_value(*word));
    }

    /// Returns the value within a scalar as NumPy 2 prints it, such as `np.int64(1)` or `np.True_`; any other text as
    /// it is.
    static std::string_view without_numpy(std::string_view item) {
        constexpr std::string_view prefix = "np.";
        if (!item.starts_with(prefix)) return item;
        const std::size_t open = item.find('(');
        if (open != std::string_view::npos && item.ends_with(')'))
            return trimmed(item.substr(open + 1, item.size() - open - 2));
        item.remove_prefix(prefix.size());
        if (item.ends_with('_')) item.remove_suffix(1);
        return item;
    }

    /// Stores the verdicts that a text lists, as in `[1, 0, None]`, `(1, 0)`, NumPy's `[1 0]`, `yes;no` or `1`. A blank
    /// text has none. A comma may follow the last item in brackets, as in Python's `(1,)`.
    void store_list(const Column& column, std::string_view text) {
        text = trimmed(text);
        if (text.starts_with("array(") && text.ends_with(')'))
            text = trimmed(text.substr(6, text.size() - 7));
        const bool in_brackets =
            (text.starts_with('[') && text.ends_with(']')) || (text.starts_with('(') && text.ends_with(')'));
        if (in_brackets) text = trimmed(text.substr(1, text.size() - 2));
        if (text.empty()) return;
        std::string_view separators = ",;|";
        if (in_brackets && text.find_first_of(",;|'\"") == std::string_view::npos) separators = " \t\r\n";
        if (in_brackets && text.ends_with(',')) text = trimmed(text.substr(0, text.size() - 1));
        for (std::size_t number = 1;; ++number) {
            const std::size_t end = std::min(text.find_first_of(separators), text.size());
            std::string_view item = without_numpy(trimmed(text.substr(0, end)));
            if (item.empty()) {
                fail_field(column.name, "item " + std::to_string(number) +
                                            " of the list is empty; write null for a verdict that could not "
                                            "be parsed");
            }
            const bool quoted = item.size() >= 2 && (item.front() == '"' || item.front() == '\'') &&
                                item.back() == item.front();
            if (quoted) item = item.substr(1, item.size() - 2);
            store_cell(column, item);
            if (end == text.size()) return;
            text = trimmed(text.substr(end + 1));
        }
    }

    void store(const Column& column, const JsonScalar& value) {
        Record& row = out_->record;
        const auto fail = [&](const std::string& found) {
            fail_expected(column.name, expected(column.target), found);
        };
        const auto require = [&](bool right) {
            if (!right) fail(holds_text(column.target) ? value.shown() : shown_number(value));
        };
        const auto advise_words = [&](const std::string& shown) {
            const bool word = value.is_text() && number_advice(*value.text).empty();
            return shown + (word ? "; give words a value in \"words\" of the mapping" : "");
        };
        const auto store_text = [&](auto& text) {
            require(value.is_text() || value.is_null());
            if (value.is_text()) text = *value.text;
        };
        switch (column.target) {
            case Target::id:
                row.id = id_of(value);
                return require(!row.id.empty());
            case Target::split:
                return store_text(row.split);
            case Target::dataset:
                return store_text(row.dataset);
            case Target::category:
                store_text(row.category);
                return require(parse_category(row.category).has_value());
            case Target::question:
                return store_text(out_->question);
            case Target::context:
                return store_text(out_->context);
            case Target::reference:
                out_->reference = reference_of(value);
                return require(out_->reference || value.is_null());
            case Target::feature: {
                if (value.is_null()) return;
                if (value.is_text()) require_utf8(column.name, *value.text);
                auto feature = feature_of(column.name, value);
                if (!feature) fail(value.shown());
                out_->features.push_back(std::move(*feature));
                return;
            }
            default:
                break;
        }
        const auto m = as_size(column.model);
        ModelRecord& model = row.models[m];
        const auto share = share_of(value);
        switch (column.target) {
            case Target::answer:
                return store_text(out_->texts[m].answer);
            case Target::score:
                if (!share) fail(advise_words(shown_share(value)));
                model.score = *share;
                return;
            case Target::verdict:
            case Target::verdict_list: {
                const auto verdict = verdict_of(value);
                if (!verdict) fail(advise_words(shown_number(value)));
                return use(verifications_[column.verification], [&](auto& verified) {
                    if (column.target == Target::verdict) {
                        verified.verdicts[column.element] = *verdict;
                    } else {
                        verified.verdicts.push_back(*verdict);
                    }
                });
            }
            case Target::signal: {
                if (value.is_null()) return;
                const auto signal = signal_of(value);
                if (!signal) fail(advise_words(shown_number(value)));
                const std::string& name = signal_names_[column.element];
                if (signals_.take(name)) model.signals.push_back({name, *signal});
                return;
            }
            case Target::prior:
                require(is_share(value) || value.is_null());
                if (!value.is_null()) out_->prior[m] = value.number;
                return;
            case Target::confidence:
                if (!is_share(value) && !value.is_null()) fail(shown_share(value));
                if (value.is_null()) return;
                return use(verifications_[column.verification],
                           [&](auto& verified) { verified.confidence = value.number; });
            case Target::draws:
                require(value.is_null() ||
                        (value.is_number() && value.number >= 1.0 && value.number <= maximum_draws &&
                         value.number == std::trunc(value.number)));
                if (!value.is_null())
                    verifications_[column.verification].draws = static_cast<int>(value.number);
                return;
            default:
                require(holds_price(value) || value.is_null());
                if (value.is_null()) return;
                if (column.target == Target::cost) {
                    model.cost = value.number;
                } else {
                    use(verifications_[column.verification],
                        [&](auto& verified) { verified.draw_cost = value.number; });
                }
        }
    }

    /// Takes the confidence of a model as a signal if it is asked for and no signal has its name.
    void signal_confidence(ModelRecord& model) {
        if (signals_.all() || !model.confidence) return;
        const std::string name = "confidence";
        const bool known = std::any_of(model.signals.begin(), model.signals.end(),
                                       [&](const Signal& signal) { return signal.name == name; });
        if (signals_.take(name) && !known) model.signals.push_back({name, *model.confidence});
    }

    /// Drops the prior of a row that has none. Throws `DataError` if it has one for some models only.
    void finish_prior() {
        std::vector<double>& prior = out_->prior;
        const auto is_missing = [](double value) { return value == missing_prior; };
        const auto absent = std::find_if(prior.begin(), prior.end(), is_missing);
        if (absent == prior.end()) return;
        const auto model = absent - prior.begin();
        if (std::all_of(prior.begin(), prior.end(), is_missing)) return prior.clear();
        for (const Column& column : columns_) {
            if (column.target == Target::prior && column.model == model)
                fail_expected(column.name, "a number in [0, 1], as the prior has for other models", "none");
        }
    }

    /// Reads the confidence of a verifier as the verdicts that it is the mean of. If it is no share of that many, some
    /// could not be parsed: then the largest number of readable ones is taken that fits. A share of all draws may be
    /// rounded to two digits. Draws are exchangeable, so the
    /// order is random, by the row's id.
    template <class Verified>
    void draw_confidence(const Verification& verification, Verified& verified) const {
        const int draws = verification.draws;
        if (draws == 0 || !verified.confidence) return;
        constexpr double rounding = 1e-3 * (1.0 + 1e-9);
        constexpr double percent = 5e-3 * (1.0 + 1e-9);
        const double share = 100.0 * *verified.confidence;
        const bool two_digits = std::abs(share - std::round(share)) < 1e-9;
        for (int readable = draws; readable > 0; --readable) {
            const double positive = std::round(*verified.confidence * readable);
            const double most = readable == draws && two_digits ? percent : rounding;
            if (std::abs(positive / readable - *verified.confidence) > most) continue;
            verified.verdicts.assign(as_size(draws), Verdict::unparsed);
            for (int i = 0; i < readable; ++i)
                verified.verdicts[as_size(i)] = i < positive ? Verdict::positive : Verdict::negative;
            const std::string& id = out_->record.id;
            Random random(hash_text(std::is_same_v<Verified, ModelRecord> ? id : id + verification.verifier,
                                    verification.model));
            random.shuffle(verified.verdicts);
            verified.confidence.reset();
            return;
        }
        fail_expected(verification.confidence_column,
                      "the mean of " + std::to_string(draws) + " draws or fewer",
                      format_number(*verified.confidence));
    }

    static constexpr double missing_prior = -1.0;

    std::vector<WordMapping> words_;
    NameChoice signals_;
    NameChoice verifiers_;
    std::vector<std::string> signal_names_;
    std::vector<std::string> names_;  ///< names of the models that are read
    std::vector<Verification> verifications_;
    std::vector<std::vector<VerifierRecord>> blank_verifiers_;  ///< those of each model, without content
    std::vector<Column> columns_;
    bool same_pair_;
    bool has_prior_;
    LogRecord* out_ = nullptr;
    std::vector<std::string> found_;  ///< columns of the row
    std::string storage_;
    std::string column_;
    std::size_t level_ = 0;
};

}  // namespace automix::detail
