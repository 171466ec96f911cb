// SPDX-License-Identifier: Apache-2.0
// Reads logs of requests, and joins explorations and late scores to them by id. Several files are read as one, as after a rotation, in
// any order: of several scores of an answer the latest counts, and a request that stands in two files is taken once. A
// last line that was cut off, as a running or killed writer leaves, is passed over and reported. Errors name file, line
// and field. O(lines) in time, and O(requests) in memory.
//     const automix::Requests log = automix::read_requests({"requests.jsonl", "requests.jsonl.1"});
#pragma once

#include <automix/core/error.hpp>
#include <automix/file/line_reader.hpp>
#include <automix/stream/log/request_line.hpp>
#include <automix/stream/request_record.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace automix {

/// The requests of a log, with all scores that are known.
struct Requests {
    std::vector<RequestRecord> requests{};  ///< in the order of their first lines
    std::size_t repeated = 0;               ///< lines of requests that had been read before
    std::size_t late_scores = 0;            ///< lines of scores that were joined
    std::size_t unknown_scores = 0;         ///< lines of scores of which no answer was logged
    std::size_t unknown_explorations = 0;   ///< lines of explorations of which no request was logged
    std::size_t drawn = 0;                  ///< requests for which exploration was drawn
    std::size_t unfinished = 0;             ///< of these, those of which it did not end
    std::vector<Place> truncated{};         ///< last lines that were cut off

    /// Returns warnings about what was passed over.
    [[nodiscard]] std::vector<std::string> warnings() const;
};

/// Multiplies the probabilities of exploration by the share of explorations that ended. What cuts an exploration off,
/// such as the end of the process, is taken not to depend on the request.
void scale_exploration(Requests& log);

/// A reader of one line after another, in constant memory. It joins nothing.
class RequestReader {
 public:
    /// Throws `ArgumentError` if there is no file.
    explicit RequestReader(std::vector<std::string> paths);

    /// Reads the next line into `line`; returns false at the end. Throws `DataError` with file, line and field if a file
    /// cannot be read or a line is wrong.
    bool next(RequestLine& line);

    /// Reads the next line as it is; returns false at the end. The text lives until the next call.
    bool next_text(std::string_view& text);

    /// Returns an error in the last line returned, with its place.
    [[nodiscard]] DataError placed(const DataError& error) const;

    /// Returns the file and line of the last line returned.
    [[nodiscard]] const Place& place() const noexcept { return place_; }

    /// Returns the places of last lines that were cut off.
    [[nodiscard]] const std::vector<Place>& truncated() const noexcept { return truncated_; }

 private:
    std::vector<std::string> paths_;
    std::size_t opened_ = 0;  ///< number of files opened
    std::optional<detail::LineReader> lines_;
    Place place_;
    std::vector<Place> truncated_;
};

/// The choice whether the texts of requests and answers are kept.
enum class RequestTexts { drop, keep };

/// Removes the texts of a line.
void drop_texts(RequestLine& line);

/// Joins requests, explorations and scores, in any order.
class RequestJoin {
 public:
    explicit RequestJoin(RequestTexts texts) : texts_(texts) {}

    void add(RequestLine line);

    /// Returns the requests with all that is known of them. Call it once.
    [[nodiscard]] Requests finish(std::vector<Place> truncated);

 private:
    RequestTexts texts_;
    Requests log_;
    std::unordered_map<std::string, std::size_t> places_;  ///< of requests, by id
    std::vector<ExplorationRecord> explorations_;
    std::vector<LateScore> scores_;
};

/// Returns the requests of these files, with the scores that came later and the probabilities of `scale_exploration`.
/// Throws as `RequestReader`.
[[nodiscard]] Requests read_requests(const std::vector<std::string>& paths,
                                     RequestTexts texts = RequestTexts::drop);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/stream/log/detail/request_reader_inl.hpp>
#endif
