// SPDX-License-Identifier: Apache-2.0
// This file defines the exceptions of the library. Bad input throws an `Error`. Ordinary outcomes are values: an
// undefined IBC, an unparsed verdict, nothing feasible, an impossible observation. Every message stands alone: it names
// the place (file, line, field), the expected value and the value found.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace automix {

/// The base of every exception that the library throws on purpose.
class Error : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// The place of a datum. Any part may be unknown (empty, or line 0).
struct Place {
    std::string file{};
    std::size_t line = 0;  ///< 1-based number
    std::string field{};   ///< the path within the record, as in `models[0].score`
};

/// Returns `file:line: field` without the unknown parts.
inline std::string to_string(const Place& place) {
    std::string text = place.file;
    if (place.line > 0) text += (text.empty() ? "line " : ":") + std::to_string(place.line);
    if (!place.field.empty()) text += (text.empty() ? "" : ": ") + place.field;
    return text;
}

/// An error for data that cannot be used: a log, a mapping, a policy file, a row.
class DataError : public Error {
 public:
    DataError(Place place, const std::string& message)
        : Error(to_string(place).empty() ? message : to_string(place) + ": " + message),
          place_(std::move(place)),
          detail_(message) {}

    explicit DataError(const std::string& message) : DataError(Place{}, message) {}

    [[nodiscard]] const Place& place() const noexcept { return place_; }

    /// Returns the message without the place.
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

 private:
    Place place_;
    std::string detail_;
};

/// An error for an argument that makes no sense for any data: bins 0, a negative price, an unknown name.
class ArgumentError : public Error {
 public:
    using Error::Error;
};

/// An error for a decision asked of a router before training, or after training found nothing feasible.
class NotTrainedError : public Error {
 public:
    using Error::Error;
};

/// An error for a router that broke the rules of the loop, as in verifying before any model has answered.
class ProtocolError : public Error {
 public:
    using Error::Error;
};

}  // namespace automix
