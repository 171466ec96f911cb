// SPDX-License-Identifier: Apache-2.0
// Definitions of data/log/mapping.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/data/column_mapping.hpp>
#include <automix/data/log/detail/folded.hpp>
#include <automix/data/log/detail/log_fields.hpp>
#include <automix/data/log/detail/near_fields.hpp>
#include <automix/data/log/mapping.hpp>
#include <automix/data/record.hpp>
#include <automix/data/verification.hpp>
#include <automix/file/file.hpp>
#include <automix/json/json_document.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// A reader of the document of a mapping, which messages call `name`.
class MappingReader {
 public:
    explicit MappingReader(const std::string& name) : name_(name) {}

    [[nodiscard]] ColumnMapping read(const nlohmann::json& json) const {
        require_object(json, "");
        ColumnMapping mapping;
        read_columns(json, "",
                     {{"id", &mapping.id},
                      {"split", &mapping.split},
                      {"dataset", &mapping.dataset},
                      {"category", &mapping.category},
                      {"question", &mapping.question},
                      {"context", &mapping.context},
                      {"reference", &mapping.reference},
                      {"features", nullptr},
                      {"prior", nullptr},
                      {"words", nullptr},
                      {"models", nullptr}});
        if (json.contains("features")) mapping.features = read_column_list(json["features"], "features");
        if (json.contains("prior")) mapping.prior = read_column_list(json["prior"], "prior");
        if (json.contains("words")) mapping.words = read_words(json["words"]);
        if (!json.contains("models")) fail("models", "missing");
        const nlohmann::json& models = json["models"];
        if (!models.is_array() || models.empty())
            fail("models", "expected a list of at least one model, found " + shown(models));
        for (std::size_t m = 0; m < models.size(); ++m) {
            ModelMapping model = read_model(models[m], "models[" + std::to_string(m) + "]");
            for (const ModelMapping& earlier : mapping.models) {
                if (earlier.name == model.name) {
                    fail("models[" + std::to_string(m) + "].name",
                         "a second model named " + in_quotes(model.name));
                }
                if (earlier.score == model.score) {
                    fail("models[" + std::to_string(m) + "].score",
                         in_quotes(model.score) + " is the score of model " + in_quotes(earlier.name) +
                             " already; each model needs a column of its own");
                }
            }
            mapping.models.push_back(std::move(model));
        }
        if (!mapping.prior.empty() && mapping.prior.size() != mapping.models.size())
            fail("prior", "expected a column for each of " + std::to_string(mapping.models.size()) +
                              " models, found " + std::to_string(mapping.prior.size()));
        require_one_use(mapping.models);
        require_fair("features", mapping.features, mapping.models);
        require_fair("prior", mapping.prior, mapping.models);
        return mapping;
    }

 private:
    /// Keys and where their columns go; null for a key with another content.
    using Columns = std::vector<std::pair<std::string_view, std::string*>>;

    [[noreturn]] void fail(const std::string& field, const std::string& message) const {
        throw DataError(Place{name_, 0, field}, message);
    }

    /// One use of a column by a model.
    struct Use {
        std::string column;
        std::string model;  ///< its name
        std::string key;    ///< in the mapping
        std::string role;   ///< in messages
    };

    static std::vector<Use> uses_of(const ModelMapping& model) {
        std::vector<Use> uses = {{model.score, model.name, "score", "score"},
                                 {model.cost, model.name, "cost", "cost"}};
        const auto add_verification = [&](const auto& mapping, const std::string& prefix) {
            uses.push_back({mapping.confidence, model.name, prefix + "confidence", "confidence"});
            uses.push_back({mapping.draws, model.name, prefix + "draws", "number of draws"});
            uses.push_back({mapping.draw_cost, model.name, prefix + "draw_cost", "draw_cost"});
            for (std::size_t i = 0; i < mapping.verdicts.size(); ++i)
                uses.push_back({mapping.verdicts[i], model.name,
                                prefix + "verdicts[" + std::to_string(i) + "]", "verdict"});
        };
        add_verification(model, "");
        for (const VerifierMapping& verifier : model.verifiers)
            add_verification(verifier, "verifiers." + verifier.name + ".");
        for (const SignalMapping& signal : model.signals)
            uses.push_back({signal.column, model.name, "signals." + signal.name, "signal"});
        std::erase_if(uses, [](const Use& use) { return use.column.empty(); });
        return uses;
    }

    /// Refuses a column of scores with another use, which would tell a router what is right, and one of costs that two
    /// models would be billed by. Models may share the price of a draw.
    void require_one_use(const std::vector<ModelMapping>& models) const {
        std::vector<Use> earlier;
        for (std::size_t m = 0; m < models.size(); ++m) {
            for (Use& use : uses_of(models[m])) {
                for (const Use& other : earlier) {
                    const bool score = use.key == "score" || other.key == "score";
                    const bool costs = use.key == "cost" && other.key == "cost";
                    if (use.column != other.column || !(score || costs)) continue;
                    fail("models[" + std::to_string(m) + "]." + use.key,
                         in_quotes(use.column) + " is the " + use.role + " of model " + in_quotes(use.model) +
                             " and the " + other.role + " of model " + in_quotes(other.model) +
                             "; each needs a column of its own");
                }
                earlier.push_back(std::move(use));
            }
        }
    }

    void require_object(const nlohmann::json& json, const std::string& field) const {
        if (!json.is_object()) fail(field, "expected an object, found " + shown(json));
    }

    [[nodiscard]] std::string column_name(const nlohmann::json& json, const std::string& field) const {
        if (!json.is_string() || json.get_ref<const std::string&>().empty())
            fail(field, "expected a non-empty string, found " + shown(json));
        return json.get<std::string>();
    }

    /// Stores the column names of an object through `columns`, by their keys.
    void read_columns(const nlohmann::json& object, const std::string& prefix, const Columns& columns) const {
        for (const auto& [key, value] : object.items()) {
            const auto column = std::find_if(columns.begin(), columns.end(),
                                             [&k = key](const auto& c) { return c.first == k; });
            if (column == columns.end()) {
                std::vector<std::string_view> known;
                for (const auto& [text, target] : columns) known.push_back(text);
                fail(prefix + key,
                     "unknown key" + near_key(key, known) + "; known keys are " + joined(known));
            }
            if (column->second != nullptr) *column->second = column_name(value, prefix + key);
        }
    }

    /// Returns the question whether another key is meant; empty if the key resembles none.
    static std::string near_key(std::string_view key, const std::vector<std::string_view>& known) {
        const LogField of_record = near_field(key, record_fields, record_synonyms);
        const LogField of_model = near_field(key, model_fields, model_synonyms);
        for (const LogField near : {of_record, of_model, contained_field(key)}) {
            if (near == LogField::unknown) continue;
            const std::string_view text = describe_field(near).text;
            if (std::find(known.begin(), known.end(), text) != known.end())
                return ", did you mean " + in_quotes(text) + "?";
        }
        return {};
    }

    /// Refuses columns of scores among those of a key, which routers know before anything is asked.
    void require_fair(const std::string& key, const std::vector<std::string>& columns,
                      const std::vector<ModelMapping>& models) const {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            for (const ModelMapping& model : models) {
                if (columns[i] != model.score) continue;
                fail(key + "[" + std::to_string(i) + "]", in_quotes(columns[i]) + " is the score of model " +
                                                              in_quotes(model.name) +
                                                              ", which no router knows");
            }
        }
    }

    /// Reads a list of names, all of them different.
    [[nodiscard]] std::vector<std::string> read_column_list(const nlohmann::json& json,
                                                            const std::string& field) const {
        if (!json.is_array()) fail(field, "expected a list of columns, found " + shown(json));
        std::vector<std::string> columns;
        for (std::size_t i = 0; i < json.size(); ++i) {
            const std::string element = field + "[" + std::to_string(i) + "]";
            columns.push_back(column_name(json[i], element));
            if (std::find(columns.begin(), columns.end() - 1, columns.back()) != columns.end() - 1)
                fail(element, in_quotes(columns.back()) + " stands twice");
        }
        return columns;
    }

    [[nodiscard]] ModelMapping read_model(const nlohmann::json& json, const std::string& field) const {
        require_object(json, field);
        ModelMapping model;
        read_columns(json, field + ".",
                     {{"name", &model.name},
                      {"score", &model.score},
                      {"verdicts", nullptr},
                      {"confidence", &model.confidence},
                      {"draws", nullptr},
                      {"cost", &model.cost},
                      {"draw_cost", &model.draw_cost},
                      {"answer", &model.answer},
                      {"signals", nullptr},
                      {"verifiers", nullptr}});
        if (model.name.empty()) fail(field + ".name", "missing");
        if (model.score.empty()) fail(field + ".score", "missing");
        read_verification(json, field, model);
        if (json.contains("verifiers"))
            model.verifiers = read_verifiers(json["verifiers"], field + ".verifiers");
        if (json.contains("signals")) model.signals = read_signals(json["signals"], field + ".signals");
        return model;
    }

    static std::string member_of(const std::string& field, const std::string& name) {
        return field + "." + name;
    }

    [[nodiscard]] std::vector<SignalMapping> read_signals(const nlohmann::json& json,
                                                          const std::string& field) const {
        require_object(json, field);
        std::vector<SignalMapping> signals;
        for (const auto& [name, column] : json.items()) {
            if (name.empty()) fail(field, "expected names, found an empty one");
            signals.push_back({name, column_name(column, member_of(field, name))});
        }
        return signals;
    }

    /// Reads the verdicts and draws of a model or of a verifier, whose other columns are known.
    template <class Mapping>
    void read_verification(const nlohmann::json& json, const std::string& field, Mapping& mapping) const {
        if (json.contains("verdicts"))
            mapping.verdicts = read_verdicts(json["verdicts"], field + ".verdicts");
        if (json.contains("draws")) read_draws(json["draws"], field + ".draws", mapping);
    }

    [[nodiscard]] std::vector<VerifierMapping> read_verifiers(const nlohmann::json& json,
                                                              const std::string& field) const {
        require_object(json, field);
        std::vector<VerifierMapping> verifiers;
        for (const auto& [name, columns] : json.items()) {
            if (name.empty()) fail(field, "expected names, found an empty one");
            const std::string place = member_of(field, name);
            if (name == self_verifier)
                fail(place, "name its verdicts, confidence, draws and draw_cost in the model itself");
            require_object(columns, place);
            VerifierMapping verifier;
            verifier.name = name;
            read_columns(columns, place + ".",
                         {{"verdicts", nullptr},
                          {"confidence", &verifier.confidence},
                          {"draws", nullptr},
                          {"draw_cost", &verifier.draw_cost}});
            read_verification(columns, place, verifier);
            if (verifier.verdicts.empty() && verifier.confidence.empty())
                fail(place, "expected a column of verdicts or confidences, found none");
            verifiers.push_back(std::move(verifier));
        }
        return verifiers;
    }

    [[nodiscard]] std::vector<std::string> read_verdicts(const nlohmann::json& json,
                                                         const std::string& field) const {
        if (!json.is_array()) return {column_name(json, field)};
        if (json.empty()) fail(field, "expected a column or a list of columns, found " + shown(json));
        return read_column_list(json, field);
    }

    template <class Mapping>
    void read_draws(const nlohmann::json& json, const std::string& field, Mapping& model) const {
        if (model.confidence.empty()) fail(field, "expected a column of confidences besides, found none");
        if (!model.verdicts.empty())
            fail(field, "is for a confidence alone, but there are columns of verdicts");
        if (json.is_string()) {
            model.draws = column_name(json, field);
            return;
        }
        if (!json.is_number_integer() || json < 1 || json > maximum_draws) {
            fail(field, "expected a column or a number from 1 to " + std::to_string(maximum_draws) +
                            ", found " + shown(json));
        }
        model.confidence_draws = json.get<int>();
    }

    [[nodiscard]] std::vector<WordMapping> read_words(const nlohmann::json& json) const {
        require_object(json, "words");
        std::vector<WordMapping> words;
        for (const auto& [key, value] : json.items()) {
            const std::string field = "words." + key;
            WordMapping word{folded(key), std::nullopt};
            if (value.is_boolean()) {
                word.value = value.get<bool>() ? 1.0 : 0.0;
            } else if (value.is_number()) {
                word.value = value.get<double>();
            }
            const bool share = word.value && *word.value >= 0.0 && *word.value <= 1.0;
            if (!share && !value.is_null()) {
                fail(field, "expected a number in [0, 1], a boolean or null, found " + shown(value));
            }
            for (const WordMapping& earlier : words) {
                if (earlier.word == word.word)
                    fail(field, "stands twice, as words are compared without case");
            }
            words.push_back(std::move(word));
        }
        return words;
    }

    const std::string& name_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE ColumnMapping parse_mapping(std::string_view text, const std::string& name) {
    const std::string_view first = text.substr(0, text.find('\n'));
    const bool ends = text.find_first_not_of(" \t\r\n", first.size()) == std::string_view::npos;
    if (!ends && detail::is_whole_json(first))
        throw DataError(Place{name, 2, {}},
                        "expected one JSON object that names the columns of a table, found JSON Lines; "
                        "a log of automix-log/1 needs no map");
    const nlohmann::json json = detail::parse_document(text, name);
    return detail::MappingReader(name).read(json);
}

AUTOMIX_INLINE ColumnMapping read_mapping(const std::string& path) {
    return parse_mapping(detail::read_file(path), path);
}

}  // namespace automix
