// SPDX-License-Identifier: Apache-2.0
// A model whose replies are given beforehand; it keeps the requests.
#pragma once

#include <automix/model/model_adapter.hpp>
#include <automix/model/model_error.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace automix_test {

struct ScriptedModel {
    std::vector<std::string> replies;  ///< in turn, from the first again behind the last
    std::vector<automix::GenerateRequest> requests{};
    int missing = 0;  ///< replies that every call lacks
    bool fails = false;
    std::size_t next = 0;

    [[nodiscard]] std::string name() const { return "scripted"; }

    automix::GenerateReply generate(const automix::GenerateRequest& request) {
        requests.push_back(request);
        if (fails) {
            throw automix::ModelError(name(), {.kind = automix::FailureKind::server, .cost = 0.5},
                                      "out of order");
        }
        automix::GenerateReply reply{.cost = 0.25 * request.samples};
        for (int i = missing; i < request.samples; ++i) {
            reply.completions.push_back({.text = replies[next++ % replies.size()]});
        }
        return reply;
    }
};

}  // namespace automix_test
