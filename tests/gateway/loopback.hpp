// SPDX-License-Identifier: Apache-2.0
// A gateway's server on loopback, in a thread.
#pragma once

#include "support/raw_client.hpp"

#include <automix/gateway/gateway.hpp>
#include <automix/gateway/gateway_server.hpp>

#include <thread>
#include <utility>

namespace loopback {

/// A gateway's server that runs until the end.
class Running {
 public:
    explicit Running(automix::Gateway& gateway, automix::ServerOptions options = {})
        : server_(gateway, on_any_port(std::move(options))), thread_([this] { server_.run(); }) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { stop(); }

    [[nodiscard]] int port() const { return server_.port(); }
    [[nodiscard]] automix::GatewayServer& server() { return server_; }

    void stop() {
        if (!thread_.joinable()) return;
        server_.stop();
        thread_.join();
    }

 private:
    static automix::ServerOptions on_any_port(automix::ServerOptions options) {
        options.port = 0;
        return options;
    }

    automix::GatewayServer server_;
    std::thread thread_;
};

}  // namespace loopback
