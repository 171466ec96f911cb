// SPDX-License-Identifier: Apache-2.0
// Sends POST requests over libcurl, from any number of threads at once. Each call borrows a handle from a pool, so that
// its connections stay open from call to call. There are as many handles as the maximum number of calls in flight. A
// stop wakes the waiting call at once. Certificates are verified, and proxies come from curl's environment variables.
// Compressed replies are decoded by curl. Redirects are not followed. If a kept connection is closed before any byte of
// the reply and within `idle_close` of sending, the server had closed it as idle, and the request is sent once more
// over a new one. A server that closes later, or closes a new connection, may have worked.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/version.hpp>
#include <automix/openai/detail/retry_after.hpp>
#include <automix/openai/http_message.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/socket.h>
#endif

namespace automix::detail {

/// Initialises libcurl once in a process. Throws `Error` if that fails.
inline void start_curl() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw Error(std::string("libcurl: ") + curl_easy_strerror(code));
}

/// The time after sending within which a server that closes a kept connection has not worked on the request.
inline constexpr std::chrono::milliseconds idle_close{250};

/// The state of one exchange for curl's callbacks.
struct HttpExchange {
    std::string_view unsent;
    std::size_t max_bytes = 0;
    std::size_t received = 0;
    bool too_large = false;
    bool has_head = false;  ///< the head of the reply came whole
    int socket_error = 0;   ///< reason of the system for which no socket was opened; 0: none
    HttpReply reply{};
    WaitHeaders waits{};
    std::optional<std::chrono::steady_clock::time_point>
        sent{};  ///< time at which curl took the last of the body
    std::optional<std::chrono::steady_clock::time_point>
        opened{};  ///< time at which the last socket was opened

    /// Counts received bytes. Returns false if they pass the limit.
    bool take(std::size_t bytes) noexcept {
        received += bytes;
        too_large = too_large || received > max_bytes;
        return !too_large;
    }
};

inline std::size_t send_body(char* buffer, std::size_t size, std::size_t count, void* exchange) {
    auto& self = *static_cast<HttpExchange*>(exchange);
    auto& unsent = self.unsent;
    const std::size_t bytes = std::min(size * count, unsent.size());
    std::memcpy(buffer, unsent.data(), bytes);
    unsent.remove_prefix(bytes);
    if (bytes > 0) self.sent = std::chrono::steady_clock::now();
    return bytes;
}

inline std::size_t receive_body(char* data, std::size_t size, std::size_t count, void* exchange) {
    auto& self = *static_cast<HttpExchange*>(exchange);
    if (!self.take(size * count)) return 0;
    self.reply.body.append(data, size * count);
    return size * count;
}

/// Opens a socket as curl does, and keeps the system's reason if that fails, which curl does not tell.
inline curl_socket_t open_socket(void* exchange, curlsocktype /*purpose*/, curl_sockaddr* address) {
    const curl_socket_t opened = ::socket(address->family, address->socktype, address->protocol);
    auto& self = *static_cast<HttpExchange*>(exchange);
    self.socket_error = opened == CURL_SOCKET_BAD ? errno : 0;
    self.opened = std::chrono::steady_clock::now();
    return opened;
}

inline std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* exchange) {
    auto& self = *static_cast<HttpExchange*>(exchange);
    if (!self.take(size * count)) return 0;
    const std::string_view line(data, size * count);
    if (line.starts_with("HTTP/")) {  // a new head, after one of 1xx or of a proxy
        self.reply = {};
        self.waits = {};
        self.has_head = false;
        return line.size();
    }
    if (line == "\r\n" || line == "\n") self.has_head = true;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string_view value = line.substr(colon + 1);
    const auto first = value.find_first_not_of(" \t");
    const auto last = value.find_last_not_of(" \t\r\n");
    value = first == std::string_view::npos ? std::string_view{} : value.substr(first, last - first + 1);
    if (name == "content-type") self.reply.content_type = value;
    if (name == "location") self.reply.location = value;
    self.waits.add(name, std::string(value), std::time(nullptr));
    return line.size();
}

/// Frees an object of libcurl with the matching function of libcurl.
template <auto Free>
struct CurlDeleter {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        Free(handle);
    }
};

using CurlHeaders = std::unique_ptr<curl_slist, CurlDeleter<&curl_slist_free_all>>;

inline void add_header(CurlHeaders& headers, const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(headers.release());
    headers.reset(longer);
}

/// A handle for one call in flight. The easy handle holds the request, the multi handle the connections.
class HttpHandle {
 public:
    HttpHandle() : multi_(curl_multi_init()), easy_(curl_easy_init()) {
        if (multi_ == nullptr || easy_ == nullptr) throw Error("libcurl: cannot make a handle");
    }

    HttpReply post(const HttpRequest& request, const HttpOptions& options, const std::stop_token& stop) {
        CurlHeaders headers;
        // Without an empty `Expect`, curl would ask the server for permission before the body and wait for it.
        for (const char* line : {"Expect:", "Content-Type: application/json", "Accept: application/json"}) {
            add_header(headers, line);
        }
        for (const auto& line : request.headers) add_header(headers, line);
        if (!request.key.empty()) {
            const bool bearer = request.key_header.empty();
            add_header(headers, (bearer ? "Authorization: Bearer " : request.key_header + ": ") +
                                    request.key.reveal());
        }
        // Resets the handle, so that it keeps no pointer into this call.
        const std::unique_ptr<CURL, CurlDeleter<&curl_easy_reset>> reset(easy_.get());
        HttpExchange exchange;
        CURLcode code = CURLE_OK;
        for (const bool fresh : {false, true}) {
            exchange = {.unsent = request.body, .max_bytes = options.max_reply_bytes};
            set_up(request, options, headers.get(), exchange);
            set(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
            code = perform(stop);
            long connections = 0;
            curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connections);
            // curl opens a new connection itself before it finds that it cannot send again.
            const bool kept = connections == 0 || code == CURLE_SEND_FAIL_REWIND;
            if (!kept || !is_closed_early(code, exchange) || !is_idle_close(exchange)) break;
        }
        if (code != CURLE_OK) fail(code, exchange, options, stop);
        return reply_of(exchange);
    }

 private:
    template <class Value>
    void set(CURLoption option, Value value) {
        if (const CURLcode code = curl_easy_setopt(easy_.get(), option, value); code != CURLE_OK) {
            throw Error(std::string("libcurl: option refused: ") + curl_easy_strerror(code));
        }
    }

    void set_up(const HttpRequest& request, const HttpOptions& options, curl_slist* headers,
                HttpExchange& exchange) {
        set(CURLOPT_URL, request.url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
        set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
        set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
        set(CURLOPT_ACCEPT_ENCODING, "");  // all that curl can decode
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
        set(CURLOPT_USERAGENT, "automix/" AUTOMIX_VERSION_STRING);
        set(CURLOPT_HTTPHEADER, headers);
        reason_[0] = '\0';
        set(CURLOPT_ERRORBUFFER, &reason_[0]);
        // A callback that cannot rewind supplies the body, so that libcurl fails rather than sends it again.
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_READFUNCTION, &send_body);
        set(CURLOPT_READDATA, &exchange);
        set(CURLOPT_WRITEFUNCTION, &receive_body);
        set(CURLOPT_WRITEDATA, &exchange);
        set(CURLOPT_HEADERFUNCTION, &receive_header);
        set(CURLOPT_HEADERDATA, &exchange);
        set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
        set(CURLOPT_OPENSOCKETDATA, &exchange);
    }

    /// Runs the transfer to its end, or to a stop.
    CURLcode perform(const std::stop_token& stop) {
        if (curl_multi_add_handle(multi_.get(), easy_.get()) != CURLM_OK) return CURLE_FAILED_INIT;
        CURLcode code = CURLE_ABORTED_BY_CALLBACK;
        {
            const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi_.get()); });
            constexpr int longest_wait_ms = 1000;
            int running = 1;
            while (!stop.stop_requested()) {
                CURLMcode state = curl_multi_perform(multi_.get(), &running);
                if (state == CURLM_OK && running == 0) break;
                if (state == CURLM_OK) {
                    state = curl_multi_poll(multi_.get(), nullptr, 0, longest_wait_ms, nullptr);
                }
                if (state != CURLM_OK) {
                    code = CURLE_FAILED_INIT;
                    break;
                }
            }
            int left = 0;
            while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
                if (message->msg == CURLMSG_DONE) code = message->data.result;
            }
        }
        curl_multi_remove_handle(multi_.get(), easy_.get());
        return code;
    }

    /// Returns the reply as far as it came.
    HttpReply reply_of(HttpExchange& exchange) {
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        exchange.reply.status = static_cast<int>(status);
        exchange.reply.retry_after = exchange.waits.stated();
        exchange.reply.limit_reset = exchange.waits.reset();
        return std::move(exchange.reply);
    }

    /// Returns true if the server closed the connection before any byte of a reply.
    static bool is_closed_early(CURLcode code, const HttpExchange& exchange) noexcept {
        return exchange.received == 0 && (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
                                          code == CURLE_SEND_ERROR || code == CURLE_SEND_FAIL_REWIND);
    }

    /// Returns true if a kept connection that ended without a reply did so at once. curl opens the next one at the end.
    static bool is_idle_close(const HttpExchange& exchange) noexcept {
        if (!exchange.sent) return true;
        const bool reopened = exchange.opened && *exchange.opened >= *exchange.sent;
        const auto closed = reopened ? *exchange.opened : std::chrono::steady_clock::now();
        return closed - *exchange.sent <= idle_close;
    }

    [[noreturn]] void fail(CURLcode code, HttpExchange& exchange, const HttpOptions& options,
                           const std::stop_token& stop) {
        long sent = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
        const bool closed_early = is_closed_early(code, exchange);
        const bool maybe_processed = sent > 0 || exchange.sent;
        const bool stopped = code == CURLE_ABORTED_BY_CALLBACK && stop.stop_requested();
        std::optional<HttpReply> partial;
        if (exchange.has_head && !exchange.too_large && !stopped) {
            constexpr int least_final = 200;
            partial = reply_of(exchange);
            if (partial->status < least_final) partial.reset();
        }
        const auto failed = [&](HttpFailure failure, const std::string& message) {
            return HttpError(failure, maybe_processed, message, partial);
        };
        if (exchange.too_large) {
            throw failed(HttpFailure::too_large, "reply cut off: it is larger than " +
                                                     std::to_string(options.max_reply_bytes) + " bytes");
        }
        if (stopped) {
            throw failed(HttpFailure::cancelled, "cancelled during the call");
        }
        if (code == CURLE_OPERATION_TIMEDOUT) {
            const auto limit = maybe_processed ? options.total_timeout
                                               : std::min(options.connect_timeout, options.total_timeout);
            throw failed(HttpFailure::timeout, std::string(maybe_processed ? "no reply" : "no connection") +
                                                   " within " + std::to_string(limit.count()) + " ms");
        }
        const std::string text = exchange.socket_error != 0
                                     ? std::generic_category().message(exchange.socket_error)
                                 : reason_[0] != '\0' ? &reason_[0]
                                                      : curl_easy_strerror(code);
        if (maybe_processed && closed_early)
            throw failed(HttpFailure::broken, "connection broke: closed before any reply");
        if (!maybe_processed) throw failed(HttpFailure::unreachable, "no connection: " + text);
        if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
            throw failed(HttpFailure::not_http, "the reply is no HTTP; check base_url: " + text);
        throw failed(HttpFailure::broken, "connection broke: " + text);
    }

    std::unique_ptr<CURLM, CurlDeleter<&curl_multi_cleanup>> multi_;
    std::unique_ptr<CURL, CurlDeleter<&curl_easy_cleanup>> easy_;
    char reason_[CURL_ERROR_SIZE] = "";
};

class HttpClient {
 public:
    /// Throws `ArgumentError` for an invalid limit or an unreadable file of certificates, and `Error` if libcurl cannot
    /// start.
    explicit HttpClient(HttpOptions options = {}) : options_(std::move(options)) {
        require_certificates();
        const auto require = [](bool holds, const char* field, const char* expected, long long found) {
            if (!holds) {
                throw ArgumentError(std::string(field) + ": expected " + expected + ", found " +
                                    std::to_string(found));
            }
        };
        constexpr auto longest = std::chrono::hours(24);
        const auto sensible = [&](std::chrono::milliseconds limit) {
            return limit.count() >= 1 && limit <= longest;
        };
        require(sensible(options_.connect_timeout), "connect_timeout", "1 ms to a day, in milliseconds",
                options_.connect_timeout.count());
        require(sensible(options_.total_timeout), "total_timeout", "1 ms to a day, in milliseconds",
                options_.total_timeout.count());
        require(options_.max_reply_bytes >= 1, "max_reply_bytes", "at least 1", 0);
        detail::start_curl();
    }

    /// Sends `body` as JSON and returns the reply, with any status. Throws `HttpError` if none came whole.
    [[nodiscard]] HttpReply post(const HttpRequest& request, const std::stop_token& stop = {}) {
        const Borrowed handle(*this);
        return handle->post(request, options_, stop);
    }

 private:
    /// Takes the file of certificates from the environment if the options name none. Throws `ArgumentError` if it
    /// cannot be read.
    void require_certificates() {
        std::string source = "ca_file";
        for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
            if (!options_.ca_file.empty()) break;
            const char* path = std::getenv(variable);
            if (path == nullptr) continue;
            options_.ca_file = path;
            source = std::string("environment variable ") + variable;
        }
        if (!options_.ca_file.empty() && !std::ifstream(options_.ca_file).good()) {
            throw ArgumentError(source + ": expected a file of certificates, cannot read " +
                                in_quotes(options_.ca_file));
        }
    }

    /// A handle borrowed from the pool for the length of a call.
    class Borrowed {
     public:
        explicit Borrowed(HttpClient& client) : client_(client) {
            {
                const std::lock_guard lock(client.mutex_);
                if (!client.idle_.empty()) {
                    handle_ = std::move(client.idle_.back());
                    client.idle_.pop_back();
                    return;
                }
                client.idle_.reserve(++client.handles_);
            }
            handle_ = std::make_unique<detail::HttpHandle>();
        }
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed() {
            const std::lock_guard lock(client_.mutex_);
            client_.idle_.push_back(std::move(handle_));  // there is room for all
        }

        detail::HttpHandle* operator->() const noexcept { return handle_.get(); }

     private:
        HttpClient& client_;
        std::unique_ptr<detail::HttpHandle> handle_;
    };

    HttpOptions options_;
    std::mutex mutex_;
    std::size_t handles_ = 0;                                ///< number of handles made so far
    std::vector<std::unique_ptr<detail::HttpHandle>> idle_;  ///< the last one used is used next
};

}  // namespace automix::detail
