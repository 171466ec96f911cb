// SPDX-License-Identifier: Apache-2.0
// A project outside the tree that asks a model over HTTP: nothing listens there, which is a typed failure.
#include <automix/openai/openai_model.hpp>

#include <iostream>

int main() {
    const automix::OpenAiModel model({.base_url = "http://127.0.0.1:1/v1", .model = "small"});
    try {
        static_cast<void>(model.generate({.messages = {{.text = "Hello?"}}, .sampling = {.max_tokens = 8}}));
    } catch (const automix::ModelError& error) {
        std::cout << error.what() << '\n';
        return error.kind() == automix::FailureKind::connection ? 0 : 1;
    }
    return 1;
}
