// SPDX-License-Identifier: Apache-2.0
// Checks the address of an API before anything is sent to it and makes that of its chat completions. Extracts the host
// of an address for messages.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>

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

/// Requires that the name of a field of a query is not one that carries a key.
inline void require_no_key(const std::string& field, std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array<std::string_view, 9> secret = {
        "key", "api-key", "api_key", "apikey", "token", "code", "access_token", "sig", "subscription-key"};
    if (std::find(secret.begin(), secret.end(), name) != secret.end())
        throw ArgumentError(field + ": found a query with a key; name its variable in api_key_env instead");
}

/// Returns the address of chat completions for a `base_url`, which may end in slashes or in that path itself and may
/// have a query. Blanks around it are removed. Throws `ArgumentError` if it is no http or https address, or has a user, a
/// password, a fragment or a key in its query.
inline std::string chat_url(std::string_view base_url) {
    const std::string expected =
        "base_url: expected http://HOST[:PORT][/PREFIX] or the same with https, found ";
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = std::min(base_url.find_first_not_of(blanks), base_url.size());
    std::string address(base_url.substr(begin, base_url.find_last_not_of(blanks) + 1 - begin));
    if (address.empty()) throw ArgumentError(expected + "none");
    // The text before an @ may be a password, and a query may hold a key, so neither is shown.
    if (address.substr(0, address.find('?')).find('@') != std::string::npos) {
        throw ArgumentError(expected + "an address with a user; give the key apart");
    }
    if (address.find('#') != std::string::npos) {
        throw ArgumentError(expected + "an address with a fragment; give the key apart");
    }
    const std::size_t question = std::min(address.find('?'), address.size());
    const std::string query = address.substr(question);
    address.resize(question);
    for (std::size_t at = 0; at < query.size(); at = query.find('&', at + 1)) {
        const std::string field = query.substr(at + 1, query.find_first_of("&=", at + 1) - at - 1);
        require_no_key("base_url", field);
    }
    const detail::ParsedUrl url(address);
    const std::string scheme = url.part(CURLUPART_SCHEME);
    if (!url.valid() || (scheme != "http" && scheme != "https") || url.part(CURLUPART_HOST).empty() ||
        address.find(' ') != std::string::npos || address.find("///") != std::string::npos) {
        throw ArgumentError(expected + in_quotes(address, 200));
    }
    if (query.find_first_of(blanks) != std::string::npos)
        throw ArgumentError(expected + "an address with blanks in its query");
    while (address.back() == '/') address.pop_back();
    constexpr std::string_view path = "/chat/completions";
    if (!address.ends_with(path)) address += path;
    return address + query;
}

/// Returns a text in the form in which it stands in a query.
inline std::string query_text(const std::string& text) {
    if (text.empty()) return {};
    const std::unique_ptr<char, decltype(&curl_free)> escaped(
        curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), &curl_free);
    if (escaped == nullptr) throw std::bad_alloc();
    return escaped.get();
}

/// Returns the address with further fields in its query.
inline std::string with_query(std::string url, const std::map<std::string, std::string>& query) {
    for (const auto& [name, value] : query) {
        if (name.empty()) throw ArgumentError("query: expected names of fields, found an empty one");
        require_no_key("query", name);
        url += url.find('?') == std::string::npos ? '?' : '&';
        url += query_text(name) + '=' + query_text(value);
    }
    return url;
}

/// Returns the host of an address, for a message. The text is empty if there is none, for example in a relative
/// address.
inline std::string host_of(const std::string& address) {
    return detail::ParsedUrl(address).part(CURLUPART_HOST);
}

}  // namespace automix::detail
