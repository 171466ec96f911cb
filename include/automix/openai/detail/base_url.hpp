// SPDX-License-Identifier: Apache-2.0
// The address of an API, checked before anything is sent to it, and the host of an address for messages.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <curl/curl.h>

#include <memory>
#include <new>
#include <string>

namespace automix::detail {

/// An address taken apart by libcurl itself, so that it is read as the request will be.
class ParsedUrl {
 public:
    explicit ParsedUrl(const std::string& text) : url_(curl_url(), &curl_url_cleanup) {
        if (url_ == nullptr) throw std::bad_alloc();
        valid_ = curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    }

    [[nodiscard]] bool valid() const noexcept { return valid_; }

    /// A part, or an empty text if there is none.
    [[nodiscard]] std::string part(CURLUPart which) const {
        char* text = nullptr;
        if (curl_url_get(url_.get(), which, &text, 0) != CURLUE_OK) return {};
        const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
        return text;
    }

 private:
    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_;
    bool valid_ = false;
};

/// `base_url` without the slash at its end. Throws `ArgumentError` if it is no http or https address, or carries a user,
/// a password, a query or a fragment.
inline std::string checked_base_url(std::string base_url) {
    const std::string expected =
        "base_url: expected http://HOST[:PORT][/PREFIX] or the same with https, found ";
    if (base_url.empty()) throw ArgumentError(expected + "none");
    // What stands before an @ may be a password, and what stands in a query a key.
    if (base_url.find('@') != std::string::npos) {
        throw ArgumentError(expected + "an address with a user; give the key apart");
    }
    if (base_url.find_first_of("?#") != std::string::npos) {
        throw ArgumentError(expected + "an address with a query or a fragment; give the key apart");
    }
    const detail::ParsedUrl url(base_url);
    const std::string scheme = url.part(CURLUPART_SCHEME);
    if (!url.valid() || (scheme != "http" && scheme != "https") || url.part(CURLUPART_HOST).empty() ||
        base_url.find(' ') != std::string::npos || base_url.find("///") != std::string::npos) {
        throw ArgumentError(expected + in_quotes(base_url, 200));
    }
    while (base_url.back() == '/') base_url.pop_back();
    return base_url;
}

/// The host of an address, for a message, or an empty text if it names none, as one relative to another address.
inline std::string host_of(const std::string& address) {
    return detail::ParsedUrl(address).part(CURLUPART_HOST);
}

}  // namespace automix::detail
