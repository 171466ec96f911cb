// SPDX-License-Identifier: Apache-2.0
// Definitions of routing/promise_certificate.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/routing/promise_certificate.hpp>

#include <cmath>
#include <string>

namespace automix::detail {

/// Returns a share in per cent, with one digit behind the point if it has one.
inline std::string percent(double share) { return format_number(std::round(1000.0 * share) / 10.0) + " %"; }

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE std::string to_string(const PromiseCertificate& certificate) {
    const bool of_error = certificate.method == "binomial" || certificate.method == "hoeffding_bentkus";
    const std::string what =
        of_error ? "at most " + detail::percent(certificate.bound) + " of the accepted answers are wrong"
                 : "at least " + detail::percent(certificate.bound) + " of the last model's score";
    const std::string of = certificate.group.empty() ? std::string() : certificate.group + ": ";
    const std::string rows = std::to_string(certificate.rows) + " calibration rows";
    if (!certificate.proven)
        return of + "no policy is proven to keep the promise of " + what + " on " + rows +
               " (p = " + format_significant(certificate.p_value, 3) + ", level " +
               format_significant(certificate.level, 3) + "), so " +
               (of.empty() ? "every query goes" : "its queries go") + " to the last model" +
               (certificate.rows_needed
                    ? "; about " + format_fixed(std::ceil(*certificate.rows_needed), 0) + " rows would do"
                    : std::string());
    return of + what + ", proven with confidence " + detail::percent(1.0 - certificate.level) + " on " +
           rows + " (" + std::to_string(certificate.counted) +
           " of them tell, p = " + format_significant(certificate.p_value, 3) + ", policy " +
           std::to_string(certificate.position) + " of " + std::to_string(certificate.candidates) +
           "): " + detail::percent(certificate.estimate) + (of_error ? " wrong" : " reached") +
           " there, at a cost of " + format_price(certificate.cost) + " against " +
           format_price(certificate.last_cost);
}

}  // namespace automix
