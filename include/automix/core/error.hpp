// SPDX-License-Identifier: Apache-2.0
// What the library throws. Bad input throws an `Error`; ordinary outcomes (an undefined IBC, an unparsed verdict,
// nothing feasible, an impossible observation) are values. Every message stands alone: it names the place
// (file, line, field), what was expected and what was found.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace automix {

/// Base of everything that the library throws on purpose.
class Error : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

/// Where a datum stands: any part may be unknown (empty, or line 0).
struct Place {
    std::string file{};
    std::size_t line = 0;  ///< 1-based
    std::string field{};   ///< path within the record, as in `models[0].score`
};

/// `file:line: field`, leaving out what is unknown.
inline std::string to_string(const Place& place) {
    std::string text = place.file;
    if (place.line > 0) text += (text.empty() ? "line " : ":") + std::to_string(place.line);
    if (!place.field.empty()) text += (text.empty() ? "" : ": ") + place.field;
    return text;
}

/// Data that cannot be used: a log, a mapping, a policy file, a row.
class DataError : public Error {
 public:
    DataError(Place place, const std::string& message)
        : Error(to_string(place).empty() ? message : to_string(place) + ": " + message),
          place_(std::move(place)),
          detail_(message) {}

    explicit DataError(const std::string& message) : DataError(Place{}, message) {}

    [[nodiscard]] const Place& place() const noexcept { return place_; }

    /// The message without the place.
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

 private:
    Place place_;
    std::string detail_;
};

/// An argument that makes no sense whatever the data are: bins 0, a negative price, an unknown name.
class ArgumentError : public Error {
 public:
    using Error::Error;
};

/// A router was asked for a decision before it was trained, or after training found nothing feasible.
class NotTrainedError : public Error {
 public:
    using Error::Error;
};

/// A router broke the rules of the loop, as in verifying before any model has answered.
class ProtocolError : public Error {
 public:
    using Error::Error;
};

}  // namespace automix
