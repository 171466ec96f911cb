// SPDX-License-Identifier: Apache-2.0
// This file has the common checks of readers of JSON documents: required members, known keys, ranges of numbers, sizes
// of lists. Each throws `DataError` with the file, the path of the field, the expected value and the value found.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/json/json_document.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace automix::detail {

/// The base of a reader of one document, which messages call `name`. The string `name` must outlive it.
class DocumentChecks {
 protected:
    explicit DocumentChecks(const std::string& name) : name_(name) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    [[noreturn]] void fail(const std::string& field, const std::string& message) const {
        throw DataError(Place{name_, 0, field}, message);
    }

    [[noreturn]] void fail_expected(const std::string& field, const std::string& expected,
                                    const nlohmann::json& found) const {
        fail(field, "expected " + expected + ", found " + shown(found));
    }

    static std::string inside(const std::string& field, const std::string& key) {
        return field.empty() ? key : field + "." + key;
    }
    static std::string element(const std::string& field, std::size_t number) {
        return field + "[" + std::to_string(number) + "]";
    }

    /// Requires an object without other keys.
    template <std::size_t Count>
    void require_keys(const nlohmann::json& json, const std::string& field,
                      const std::array<const char*, Count>& known) const {
        if (!json.is_object()) fail_expected(field, "an object", json);
        for (const auto& entry : json.items()) {
            if (std::find(known.begin(), known.end(), entry.key()) == known.end())
                fail(inside(field, entry.key()), "unknown key; known are " + joined(known));
        }
    }

    const nlohmann::json& member(const nlohmann::json& json, const std::string& field,
                                 const char* key) const {
        if (!json.contains(key)) fail(inside(field, key), "missing");
        return json.at(key);
    }

    /// Requires the member `schema` of an object to equal this one.
    void require_schema(const nlohmann::json& json, const std::string& field, std::string_view schema) const {
        const nlohmann::json& found = member(json, field, "schema");
        if (found != schema) fail_expected(inside(field, "schema"), in_quotes(schema), found);
    }

    int whole(const nlohmann::json& json, const std::string& field, int least,
              int most = std::numeric_limits<int>::max()) const {
        if (json.is_number_integer()) {
            const auto value = json.get<double>();
            if (value >= least && value <= most) return json.get<int>();
        }
        fail_expected(field, "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
                      json);
    }

    double finite(const nlohmann::json& json, const std::string& field) const {
        if (!json.is_number()) fail_expected(field, "a number", json);
        return json.get<double>();
    }

    void require_least(double value, const std::string& field, double least) const {
        require_range(value, field, least, std::numeric_limits<double>::max());
    }
    /// Requires a number from `least` to `most`. If `most` is the largest double, any finite number from `least` on
    /// will do.
    void require_range(double value, const std::string& field, double least, double most) const {
        if (value >= least && value <= most) return;
        const bool open = most == std::numeric_limits<double>::max();
        fail(field, "expected a number of " +
                        (open ? "at least " + format_number(least)
                              : format_number(least) + " to " + format_number(most)) +
                        ", found " + format_number(value));
    }

    bool flag(const nlohmann::json& json, const std::string& field) const {
        if (!json.is_boolean()) fail_expected(field, "true or false", json);
        return json.get<bool>();
    }

    std::string text(const nlohmann::json& json, const std::string& field) const {
        if (!json.is_string()) fail_expected(field, "a string", json);
        return json.get<std::string>();
    }

    const nlohmann::json& array(const nlohmann::json& json, const std::string& field) const {
        if (!json.is_array()) fail_expected(field, "an array", json);
        return json;
    }

    /// Returns an array of `size` elements, or of one or more if `size` is 0.
    const nlohmann::json& list(const nlohmann::json& json, const std::string& field, std::size_t size,
                               const char* of) const {
        array(json, field);
        if (json.empty() || (size > 0 && json.size() != size)) {
            fail(field, "expected " + (size > 0 ? std::to_string(size) : std::string("at least one")) + of +
                            ", found " + std::to_string(json.size()));
        }
        return json;
    }

    /// Returns an array of numbers, `size` of them if `size` is not 0.
    std::vector<double> numbers(const nlohmann::json& json, const std::string& field, std::size_t size,
                                const char* of) const {
        if (size > 0) list(json, field, size, of);
        std::vector<double> values;
        values.reserve(array(json, field).size());
        for (std::size_t i = 0; i < json.size(); ++i) {
            if (!json[i].is_number()) fail_expected(element(field, i), "a number", json[i]);
            values.push_back(json[i].get<double>());
        }
        return values;
    }

    /// Returns the value that a text stands for, by its position among `texts`.
    template <std::size_t Count>
    std::size_t choice(const nlohmann::json& json, const std::string& field,
                       const std::array<std::string_view, Count>& texts) const {
        for (std::size_t i = 0; i < Count; ++i) {
            if (json == texts[i]) return i;
        }
        fail_expected(field, "one of " + joined(texts), json);
    }

 private:
    const std::string& name_;
};

}  // namespace automix::detail
