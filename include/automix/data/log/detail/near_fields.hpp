// SPDX-License-Identifier: Apache-2.0
// This file finds the field that an unknown name probably means: a misspelling, or the word of another program. So a
// log whose verdicts stand under another name is not read as a log without verdicts. O(names of fields), once for each
// unknown name of a file.
#pragma once

#include <automix/data/log/detail/log_fields.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

struct FieldSynonym {
    std::string_view text;
    LogField field;
};

/// The names that other programs give to the fields of a record, in lower case and without underscores.
inline constexpr std::array<FieldSynonym, 31> record_synonyms = {{
    {"qid", LogField::id},
    {"uid", LogField::id},
    {"questionid", LogField::id},
    {"queryid", LogField::id},
    {"exampleid", LogField::id},
    {"sampleid", LogField::id},
    {"docid", LogField::id},
    {"model", LogField::models},
    {"systems", LogField::models},
    {"responses", LogField::models},
    {"task", LogField::dataset},
    {"tasks", LogField::dataset},
    {"taskname", LogField::dataset},
    {"benchmark", LogField::dataset},
    {"evalname", LogField::dataset},
    {"partition", LogField::split},
    {"query", LogField::question},
    {"prompt", LogField::question},
    {"input", LogField::question},
    {"problem", LogField::question},
    {"passage", LogField::context},
    {"target", LogField::reference},
    {"targets", LogField::reference},
    {"gold", LogField::reference},
    {"goldanswer", LogField::reference},
    {"groundtruth", LogField::reference},
    {"expected", LogField::reference},
    {"answer", LogField::reference},
    {"answers", LogField::reference},
    {"ideal", LogField::reference},
    {"label", LogField::reference},
}};

/// The names that other programs give to the fields of a model.
inline constexpr std::array<FieldSynonym, 46> model_synonyms = {{
    {"model", LogField::name},
    {"modelname", LogField::name},
    {"output", LogField::answer},
    {"response", LogField::answer},
    {"prediction", LogField::answer},
    {"pred", LogField::answer},
    {"completion", LogField::answer},
    {"generation", LogField::answer},
    {"correct", LogField::score},
    {"iscorrect", LogField::score},
    {"accuracy", LogField::score},
    {"acc", LogField::score},
    {"em", LogField::score},
    {"exactmatch", LogField::score},
    {"f1", LogField::score},
    {"grade", LogField::score},
    {"label", LogField::score},
    {"reward", LogField::score},
    {"quality", LogField::score},
    {"verification", LogField::verdicts},
    {"verifications", LogField::verdicts},
    {"selfverification", LogField::verdicts},
    {"votes", LogField::verdicts},
    {"checks", LogField::verdicts},
    {"labels", LogField::verdicts},
    {"judgments", LogField::verdicts},
    {"judgements", LogField::verdicts},
    {"conf", LogField::confidence},
    {"pver", LogField::confidence},
    {"selfconfidence", LogField::confidence},
    {"certainty", LogField::confidence},
    {"generations", LogField::samples},
    {"completions", LogField::samples},
    {"price", LogField::cost},
    {"prices", LogField::cost},
    {"usd", LogField::cost},
    {"costusd", LogField::cost},
    {"totalcost", LogField::cost},
    {"answercost", LogField::cost},
    {"answerprice", LogField::cost},
    {"drawprice", LogField::draw_cost},
    {"verificationcost", LogField::draw_cost},
    {"verifycost", LogField::draw_cost},
    {"verifiercost", LogField::draw_cost},
    {"costperdraw", LogField::draw_cost},
    {"tokens", LogField::usage},
}};

/// Parts of names that tell a field of a model, as in `self_verdicts`. The first that is found counts.
inline constexpr std::array<FieldSynonym, 9> contained_words = {{
    {"drawcost", LogField::draw_cost},
    {"verdict", LogField::verdicts},
    {"vote", LogField::verdicts},
    {"verification", LogField::verdicts},
    {"confidence", LogField::confidence},
    {"score", LogField::score},
    {"correct", LogField::score},
    {"cost", LogField::cost},
    {"price", LogField::cost},
}};

inline constexpr std::array<FieldSynonym, 2> usage_synonyms = {{
    {"inputtokens", LogField::prompt_tokens},
    {"outputtokens", LogField::completion_tokens},
}};

/// Returns the number of changes between two words: letters changed, left out, added, or swapped with the next one.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

/// Returns a name in lower case and without underscores, hyphens and blanks.
inline std::string bare_name(std::string_view name) {
    std::string bare;
    for (const char c : name) {
        if (c == '_' || c == '-' || c == ' ') continue;
        bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return bare;
}

/// Returns the field of a model whose word is part of a name; `unknown` if there is none.
inline LogField contained_field(std::string_view name) {
    const std::string bare = bare_name(name);
    for (const FieldSynonym& word : contained_words) {
        if (bare.find(word.text) != std::string::npos) return word.field;
    }
    return LogField::unknown;
}

/// Returns the field that a name means which is none of `fields`; `unknown` if it resembles none. A word of eight
/// letters may have two errors, a shorter one of three or more one, not in its first letter.
inline LogField near_field(std::string_view name, std::span<const LogFieldName> fields,
                           std::span<const FieldSynonym> synonyms) {
    constexpr std::size_t longest = 24;
    const std::string bare = bare_name(name);
    if (bare.empty() || bare.size() > longest) return LogField::unknown;
    for (const LogFieldName& field : fields) {
        if (bare_name(field.text) == bare) return field.field;
    }
    for (const FieldSynonym& synonym : synonyms) {
        if (synonym.text == bare) return synonym.field;
    }
    for (const LogFieldName& field : fields) {
        const std::string known = bare_name(field.text);
        const std::size_t errors = bare.size() >= 8 ? 2 : bare.size() >= 3 ? 1 : 0;
        if (bare.front() == known.front() && edit_distance(bare, known) <= errors) return field.field;
    }
    return LogField::unknown;
}

}  // namespace automix::detail
