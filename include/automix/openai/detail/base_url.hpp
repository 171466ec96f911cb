// SPDX-License-Identifier: Apache-2.0
// Checks the address of an API before anything is sent to it, and extracts the host of an address for messages.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <curl/curl.h>

#include <memory>
#include <new>
#include <string>

namespace automix::detail {

/// An address parsed by libcurl itself, so that it is read as in the request.
class ParsedUrl {
 public:
    explicit ParsedUrl(const std::string& text) : url_(curl_url(), &curl_url_cleanup) {
        if (url_ == nullptr) throw std::bad_alloc();
        valid_ = curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    }

    [[nodiscard]] bool valid() const noexcept { return valid_; }

    /// Returns a part of the address, or an empty text if there is none.
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

/// Returns `base_url` without slashes at its end. Throws `ArgumentError` if it is no http or https address, or has a
/// user, a password, a query or a fragment.
inline std::string checked_base_url(std::string base_url) {
    const std::string expected =
        "base_url: expected http://HOST[:PORT][/PREFIX] or the same with https, found ";
    if (base_url.empty()) throw ArgumentError(expected + "none");
    // The text before an @ may be a password, and a query may hold a key, so neither is shown.
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

/// Returns the host of an address, for a message. The text is empty if there is none, for example in a relative
/// address.
inline std::string host_of(const std::string& address) {
    return detail::ParsedUrl(address).part(CURLUPART_HOST);
}

}  // namespace automix::detail
