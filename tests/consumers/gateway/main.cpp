// SPDX-License-Identifier: Apache-2.0
// A project outside the tree with a server in front of the library: cpp-httplib is found, and its types are those that it
// was built with.
#include <automix/gateway/api_key.hpp>

#include <httplib.h>

#include <string>
#include <thread>

int main() {
    const automix::ApiKey key("k");
    httplib::Server server;
    server.Get("/", [&](const httplib::Request& request, httplib::Response& response) {
        response.status = key.admits(request.get_header_value("Authorization")) ? 200 : 401;
    });
    const int port = server.bind_to_any_port("127.0.0.1");
    std::thread serving([&] { server.listen_after_bind(); });
    const auto got = httplib::Client("127.0.0.1", port).Get("/", {{"Authorization", "Bearer k"}});
    server.stop();
    serving.join();
    return got && got->status == 200 ? 0 : 1;
}
