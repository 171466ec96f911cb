// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <automix/context/context_fields.hpp>

#include <optional>
#include <string>

using namespace automix;

TEST_CASE("fields are written with plus signs in one order") {
    CHECK(to_string(ContextFields{}) == "none");
    ContextFields fields;
    fields.dataset = true;
    CHECK(to_string(fields) == "dataset");
    fields.text = fields.features = fields.prior = true;
    CHECK(to_string(fields) == "text+dataset+features+prior");
}

TEST_CASE("every set of fields reads back") {
    for (unsigned bits = 0; bits < 16; ++bits) {
        const ContextFields fields{(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0, (bits & 8U) != 0};
        CHECK(parse_context_fields(to_string(fields)) == fields);
        CHECK(fields.any() == (bits != 0));
    }
    CHECK(parse_context_fields("dataset,text") == parse_context_fields("text+dataset"));
}

TEST_CASE("texts that name no fields are refused") {
    for (const char* text :
         {"", "Text", "text+", "+text", "text+text", "text+none", "none+text", "text dataset", "best"}) {
        CAPTURE(text);
        CHECK(parse_context_fields(text) == std::nullopt);
    }
}
