// SPDX-License-Identifier: Apache-2.0
// expect: a model needs members .name\(\) const. and .GenerateReply generate\(const GenerateRequest&\).; see automix/model/model_adapter.hpp
#include <automix/model/any_model.hpp>

#include <string>

struct Text {
    std::string name() const { return "text"; }
    std::string generate(const automix::GenerateRequest&) { return "forty-two"; }
};

automix::AnyModel model = Text{};
