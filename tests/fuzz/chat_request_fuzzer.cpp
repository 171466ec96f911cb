// SPDX-License-Identifier: Apache-2.0
// Fuzzer of the reader of chat requests: every text is a request or a `RequestError`, and what can be judged is a query.
#include <automix/gateway/chat_request.hpp>
#include <automix/gateway/request_error.hpp>
#include <automix/live/query.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    try {
        const automix::ChatRequest request = automix::parse_chat_request(text);
        if (request.model.empty() || request.messages.empty()) std::abort();
        (void)automix::conversation_of(request);
        if (request.unjudged.empty() && automix::query_of(request, "fuzz").question.empty()) std::abort();
    } catch (const automix::RequestError& error) {
        if (error.failure().status != 400) std::abort();
    }
    return 0;
}
