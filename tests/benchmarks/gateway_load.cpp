// SPDX-License-Identifier: Apache-2.0
// The other ends of the gateway's load benchmark, which gateway.py builds and starts:
//   gateway_load upstream MS                       a model's server that takes that many milliseconds for an answer
//   gateway_load proxy PORT                        a plain cpp-httplib proxy to a server on that port
//   gateway_load load PORT CLIENTS REQUESTS MODEL  so many clients at a time; prints figures as JSON
// The first two print the port that they listen at.
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* reply =
    R"({"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop",)"
    R"("message":{"role":"assistant","content":"Paris"}}],"usage":{"prompt_tokens":9,"completion_tokens":2}})";

/// A server with a thread for each of many connections, which stay open.
class Server : public httplib::Server {
 public:
    Server() {
        new_task_queue = [] { return new httplib::ThreadPool(600); };
        set_keep_alive_max_count(100'000'000);
        set_keep_alive_timeout(60);
        set_tcp_nodelay(true);
    }
    int run() {
        std::printf("%d\n", bind_to_any_port("127.0.0.1"));
        std::fflush(stdout);
        ::listen(svr_sock_, 4096);
        return listen_after_bind() ? 0 : 1;
    }
};

int upstream(int milliseconds) {
    Server server;
    server.Post(".*", [=](const httplib::Request&, httplib::Response& response) {
        if (milliseconds > 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        response.set_content(reply, "application/json");
    });
    return server.run();
}

std::unique_ptr<httplib::Client> client_of(int port) {
    auto client = std::make_unique<httplib::Client>("127.0.0.1", port);
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    client->set_read_timeout(60);
    return client;
}

int proxy(int port) {
    Server server;
    server.Post(".*", [=](const httplib::Request& request, httplib::Response& response) {
        thread_local const std::unique_ptr<httplib::Client> client = client_of(port);
        const auto got = client->Post(request.path, request.body, "application/json");
        response.status = got ? got->status : 502;
        response.set_content(got ? got->body : "{}", "application/json");
    });
    return server.run();
}

int load(int port, int clients, int requests, const std::string& model) {
    const std::string body =
        R"({"model":")" + model +
        R"(","max_tokens":16,"messages":[{"role":"user","content":"What is the capital of France?"}]})";
    std::vector<std::vector<double>> seconds(static_cast<std::size_t>(clients));
    std::atomic<int> begun{0};
    std::atomic<int> ready{0};
    std::atomic<int> failed{0};
    std::atomic<bool> go{false};
    std::vector<std::thread> threads;
    for (auto& mine : seconds) {
        threads.emplace_back([&] {
            const auto client = client_of(port);
            (void)client->Post("/v1/chat/completions", body, "application/json");  // opens the connections
            ++ready;
            while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            while (begun++ < requests) {
                const auto start = Clock::now();
                const auto got = client->Post("/v1/chat/completions", body, "application/json");
                mine.push_back(std::chrono::duration<double>(Clock::now() - start).count());
                if (!got || got->status != 200) ++failed;
            }
        });
    }
    while (ready < clients) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto start = Clock::now();
    go = true;
    for (std::thread& thread : threads) thread.join();
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    std::vector<double> all;
    for (const auto& mine : seconds) all.insert(all.end(), mine.begin(), mine.end());
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
        return 1000.0 * all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    };
    std::printf("{\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"failed\":%d}\n", requests / took, at(0.5),
                at(0.99), failed.load());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string role = argc > 1 ? argv[1] : "";
    const auto number = [&](int i) { return std::atoi(argv[i]); };
    if (role == "upstream" && argc == 3) return upstream(number(2));
    if (role == "proxy" && argc == 3) return proxy(number(2));
    if (role == "load" && argc == 6) return load(number(2), number(3), number(4), argv[5]);
    std::fputs("gateway_load upstream MS | proxy PORT | load PORT CLIENTS REQUESTS MODEL\n", stderr);
    return 2;
}
