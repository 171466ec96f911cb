// SPDX-License-Identifier: Apache-2.0
// Writes a report as one page of HTML that is complete in itself: it opens from a file, loads nothing, follows the reader's
// light or dark scheme, can be printed, and can be used by keyboard. Charts are SVG with figures on hover. Texts of logs
// are escaped. O(marks).
#pragma once

#include <automix/evaluation/evaluate.hpp>
#include <automix/evaluation/report_contents.hpp>
#include <automix/file/content_kind.hpp>
#include <automix/file/file_replacement.hpp>
#include <automix/file/replaceable.hpp>

#include <string>

namespace automix {

/// Returns the page. Parts that the report does not hold are left out. Throws `ArgumentError` for a report without a router.
std::string to_html(const ReportContents& report);

/// Returns the page of an evaluation alone: its figures among the baselines, and the prices.
std::string to_html(const Evaluation& evaluation, const std::string& name = "router");

/// A file that a page is saved to. The constructor finds out whether it can be, before a long training.
class HtmlOutput {
 public:
    /// Checks the path and leaves an existing file as it is. Throws `DataError` if the path cannot be written to, and for
    /// a file of another kind, such as a log.
    explicit HtmlOutput(const std::string& path)
        : file_(detail::require_replaceable(path, detail::ContentKind::unknown)) {}

    /// Replaces the file, once. Throws as `to_html`, and `DataError` if the file cannot be written.
    void write(const ReportContents& report) { file_.commit(to_html(report)); }

 private:
    detail::FileReplacement file_;
};

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/evaluation/report/detail/html_report_inl.hpp>
#endif
