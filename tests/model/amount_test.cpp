// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/model/amount.hpp>

#include <vector>

using namespace automix;

TEST_CASE("an amount is the number it was made of", "[model]") {
    for (const double value :
         {0.0, 0.1, 0.125, 0.3, 1.0, 1.75, 50.0, 10.3, 999.999999, 1e-12, 123456789.25, 1e17}) {
        CAPTURE(value);
        CHECK(Amount(value).value() == value);
    }
    CHECK(Amount(1e-30).value() == 1e-12);
    CHECK(Amount(0.9999999999999).value() == 1.0);
    CHECK(Amount(1e300).value() == 1e18);
}

TEST_CASE("sums of amounts are exact and do not depend on their order", "[model]") {
    const std::vector<double> values{0.1, 7e-7, 1234567.0, 0.2, 1e-12, 0.9};
    Amount forward;
    Amount backward;
    for (std::size_t i = 0; i < values.size(); ++i) {
        forward += Amount(values[i]);
        backward += Amount(values[values.size() - 1 - i]);
    }
    CHECK(forward == backward);
    CHECK(Amount(0.1) + Amount(0.2) == Amount(0.3));
    CHECK(Amount(0.7) + Amount(0.6) == Amount(1.3));
    CHECK(Amount(1.3) - Amount(0.6) == Amount(0.7));
    CHECK(Amount(0.6) - Amount(1.3) == Amount());
    CHECK(Amount(2.0) > Amount(1.999999));
    CHECK(Amount(1e18) + Amount(1e18) == Amount(1e18));
}
