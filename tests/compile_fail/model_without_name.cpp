// SPDX-License-Identifier: Apache-2.0
// expect: a model needs members .name\(\) const. and .GenerateReply generate\(const GenerateRequest&\).; see automix/model/model_adapter.hpp
#include <automix/model/any_model.hpp>

struct Anonymous {
    automix::GenerateReply generate(const automix::GenerateRequest&) { return {}; }
};

automix::AnyModel model = Anonymous{};
