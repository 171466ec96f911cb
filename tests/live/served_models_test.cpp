// SPDX-License-Identifier: Apache-2.0
#include <automix/live/served_models.hpp>
#include "live/live.hpp"
#include "support/catch.hpp"

#include <automix/model/any_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace automix;

TEST_CASE("a model that is served under several names is warned of", "[threads]") {
    const auto served = std::make_shared<ServedModels>();
    std::atomic<int> wrong{0};  // Catch's checks are for one thread
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (const char* name : {"mini-0301", "", "mini-0301"}) {
                const AnyModel model = note_served(live::model("small",
                                                               [name](const GenerateRequest& request) {
                                                                   GenerateReply reply =
                                                                       live::saying(request, "a", 1.0);
                                                                   reply.served_model = name;
                                                                   return reply;
                                                               })
                                                       .model,
                                                   served);
                const auto reply = model.generate({.messages = {{}}, .sampling = {.max_tokens = 1}});
                if (model.name() != "small" || reply.served_model != name) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    served->note("large", "max-1");
    CHECK(served->warnings().empty());
    served->note("small", "mini-0401");
    CHECK(served->warnings() ==
          std::vector<std::string>{"\"small\" was served by different models: \"mini-0301\", \"mini-0401\""});
}
