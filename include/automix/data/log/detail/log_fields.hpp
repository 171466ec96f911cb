// SPDX-License-Identifier: Apache-2.0
// This file lists the fields of the log schema `automix-log/1`. It has their names in a record and in a model, and
// their expected content in the words of messages. It also checks single values. Looking up a name is linear in a dozen
// names.
#pragma once

#include <automix/core/format.hpp>
#include <automix/core/price.hpp>
#include <automix/core/verdict.hpp>
#include <automix/data/log/detail/folded.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/validate_facts.hpp>
#include <automix/json/sax.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace automix::detail {

inline constexpr std::string_view share_text = "a number in [0, 1]";
inline constexpr std::string_view price_text = "a finite price of at least 0, below 1e100";
inline constexpr std::string_view name_text = "a non-empty string";
inline constexpr std::string_view signal_text = "a number or a boolean";
inline constexpr std::string_view id_text = "a non-empty string or a whole number";

enum class LogField : std::uint8_t {
    schema,
    id,
    dataset,
    split,
    category,
    question,
    context,
    reference,
    features,
    prior,
    models,
    name,
    answer,
    finish,
    score,
    verdicts,
    confidence,
    samples,
    sample_scores,
    cost,
    draw_cost,
    usage,
    prompt_tokens,
    completion_tokens,
    signals,
    verifiers,
    unknown
};

struct LogFieldName {
    std::string_view text;
    LogField field;
    std::string_view expected;  ///< the content in "expected ..., found ..."
};

inline constexpr std::array<LogFieldName, 11> record_fields = {{
    {"id", LogField::id, id_text},
    {"models", LogField::models, "an array"},
    {"schema", LogField::schema, "\"automix-log/1\""},
    {"dataset", LogField::dataset, "a string"},
    {"split", LogField::split, "a string"},
    {"category", LogField::category, "one of GOOD, NEEDY, HOPELESS, UNDEFINED"},
    {"question", LogField::question, "a string"},
    {"context", LogField::context, "a string"},
    {"reference", LogField::reference, "a string, a number, a boolean or a list of them"},
    {"features", LogField::features, expected_features},
    {"prior", LogField::prior, "an array of one number for each model"},
}};

inline constexpr std::array<LogFieldName, 13> model_fields = {{
    {"name", LogField::name, name_text},
    {"answer", LogField::answer, "a string or null"},
    {"finish", LogField::finish, "a string or null"},
    {"score", LogField::score, share_text},
    {"verdicts", LogField::verdicts, "an array"},
    {"confidence", LogField::confidence, share_text},
    {"samples", LogField::samples, "an array"},
    {"sample_scores", LogField::sample_scores, "an array"},
    {"cost", LogField::cost, price_text},
    {"draw_cost", LogField::draw_cost, price_text},
    {"usage", LogField::usage, "an object"},
    {"signals", LogField::signals, "an object of numbers and booleans"},
    {"verifiers", LogField::verifiers, "an object of objects with verdicts, confidence and draw_cost"},
}};

inline constexpr std::array<LogFieldName, 3> verifier_fields = {{
    {"verdicts", LogField::verdicts, "an array"},
    {"confidence", LogField::confidence, share_text},
    {"draw_cost", LogField::draw_cost, price_text},
}};

inline constexpr std::array<LogFieldName, 2> usage_fields = {{
    {"prompt_tokens", LogField::prompt_tokens, "a whole number of at least 0"},
    {"completion_tokens", LogField::completion_tokens, "a whole number of at least 0"},
}};

/// Returns the field of that name, or `unknown` if there is none.
template <std::size_t N>
constexpr LogField find_field(const std::array<LogFieldName, N>& fields, std::string_view name) noexcept {
    for (const LogFieldName& candidate : fields) {
        if (candidate.text == name) return candidate.field;
    }
    return LogField::unknown;
}

/// Returns the name and expectation of a field that is not `unknown`.
constexpr const LogFieldName& describe_field(LogField field) noexcept {
    for (const LogFieldName& candidate : record_fields) {
        if (candidate.field == field) return candidate;
    }
    for (const LogFieldName& candidate : model_fields) {
        if (candidate.field == field) return candidate;
    }
    return usage_fields[field == LogField::prompt_tokens ? 0 : 1];
}

/// The set of fields of an object seen so far, to find duplicate and missing fields.
class SeenFields {
 public:
    void clear() noexcept { bits_ = 0; }
    [[nodiscard]] bool has(LogField field) const noexcept { return (bits_ & bit(field)) != 0; }
    /// Adds a field; returns false if it was already there.
    bool add(LogField field) noexcept {
        const bool fresh = !has(field);
        bits_ |= bit(field);
        return fresh;
    }

 private:
    static constexpr std::uint32_t bit(LogField field) noexcept {
        return std::uint32_t{1} << static_cast<unsigned>(field);
    }

    static_assert(static_cast<unsigned>(LogField::unknown) < 32U, "automix: one bit for each field");

    std::uint32_t bits_ = 0;
};

[[nodiscard]] inline bool is_share(const JsonScalar& value) noexcept {
    return value.is_number() && value.number >= 0.0 && value.number <= 1.0;
}

/// Returns the share that a value stands for: a number in [0, 1], or a boolean; nothing for any other value.
[[nodiscard]] inline std::optional<double> share_of(const JsonScalar& value) noexcept {
    if (value.is_boolean()) return value.magnitude != 0 ? 1.0 : 0.0;
    return is_share(value) ? std::optional(value.number) : std::nullopt;
}

/// Returns the verdict that a value stands for: 0, 1, a boolean, or null for one that could not be parsed; nothing for
/// any other value.
[[nodiscard]] inline std::optional<Verdict> verdict_of(const JsonScalar& value) noexcept {
    if (value.is_null()) return Verdict::unparsed;
    const std::optional<double> share = share_of(value);
    if (!share || (*share != 0.0 && *share != 1.0)) return std::nullopt;
    return *share == 1.0 ? Verdict::positive : Verdict::negative;
}

[[nodiscard]] inline bool holds_price(const JsonScalar& value) noexcept {
    return value.is_number() && automix::is_price(value.number);
}

/// Returns the id that a value stands for: a text, or a whole number as it is written; empty for any other value.
[[nodiscard]] inline std::string id_of(const JsonScalar& value) {
    if (value.is_text()) return *value.text;
    if (value.kind == JsonScalar::Kind::integer) return value.shown();
    if (value.kind != JsonScalar::Kind::real) return {};
    // Integers beyond 64 bits, and those that a table with gaps holds as 17.0.
    if (value.text->find_first_of(".eE") == std::string::npos) return *value.text;
    constexpr double exact = 9007199254740992.0;
    const bool whole = std::abs(value.number) < exact && value.number == std::trunc(value.number);
    return whole ? std::to_string(static_cast<std::int64_t>(value.number)) : std::string();
}

/// Returns the text of a reference: a text, a number as it is written, or a boolean; nothing for any other value.
[[nodiscard]] inline std::optional<std::string> reference_of(const JsonScalar& value) {
    if (value.is_text() || value.kind == JsonScalar::Kind::real) return *value.text;
    if (value.is_boolean() || value.kind == JsonScalar::Kind::integer) return value.shown();
    return std::nullopt;
}

/// Returns the feature that a value stands for: a number, a boolean as 0 or 1, or a short text; nothing for any other
/// value.
[[nodiscard]] inline std::optional<QueryFeature> feature_of(const std::string& name,
                                                            const JsonScalar& value) {
    if (value.is_boolean()) return QueryFeature{name, value.magnitude != 0 ? 1.0 : 0.0, {}};
    if (value.is_number() && std::isfinite(value.number)) return QueryFeature{name, value.number, {}};
    if (!value.is_text() || value.text->size() > maximum_feature_bytes) return std::nullopt;
    return QueryFeature{name, 0.0, *value.text};
}

/// Returns the signal that a value stands for: a number, or a boolean as 0 or 1; nothing for any other value.
[[nodiscard]] inline std::optional<double> signal_of(const JsonScalar& value) noexcept {
    if (value.is_boolean()) return value.magnitude != 0 ? 1.0 : 0.0;
    return value.is_number() && std::isfinite(value.number) ? std::optional(value.number) : std::nullopt;
}

/// Returns advice on a text that stands in place of a number; empty if there is none.
[[nodiscard]] inline std::string number_advice(std::string_view text) {
    text = trimmed(text);
    if (parse_number(text)) return "; write numbers without quotes";
    if (text.ends_with('%') && parse_number(trimmed(text.substr(0, text.size() - 1))))
        return "; write a per cent as a number divided by 100, without the sign";
    if (text.starts_with('$') && parse_number(text.substr(1))) return "; write the number without its unit";
    std::string pointed(text);
    std::replace(pointed.begin(), pointed.end(), ',', '.');
    if (pointed != text && parse_number(pointed)) return "; write a decimal point in place of the comma";
    return {};
}

/// Returns a value as messages show it, with advice on what programs write in place of a number.
[[nodiscard]] inline std::string shown_number(const JsonScalar& value) {
    return value.shown() + (value.is_text() ? number_advice(*value.text) : "");
}

/// Returns a value as messages show it, with advice on what programs write in place of a share.
[[nodiscard]] inline std::string shown_share(const JsonScalar& value) {
    constexpr double hundred = 100.0;
    constexpr double rounding = 1e-6;
    std::string shown = shown_number(value);
    if (value.is_number() && value.number > 1.0 && value.number <= hundred)
        shown += value.number <= 1.0 + rounding ? "; round it to 1" : "; divide per cent by 100";
    if (value.is_boolean()) shown += "; write one verdict as a list of verdicts";
    if (value.is_null()) shown += "; leave out rows without a value";
    return shown;
}

}  // namespace automix::detail
