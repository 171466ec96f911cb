// SPDX-License-Identifier: Apache-2.0
// Definitions of live/served_models.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/format.hpp>
#include <automix/live/served_models.hpp>
#include <automix/model/any_model.hpp>
#include <automix/model/reply.hpp>
#include <automix/model/request.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace automix::detail {

class NotingModel {
 public:
    NotingModel(AnyModel model, std::shared_ptr<ServedModels> served)
        : model_(std::move(model)), served_(std::move(served)) {}

    [[nodiscard]] const std::string& name() const { return model_.name(); }

    GenerateReply generate(const GenerateRequest& request) { return generate(request, {}); }

    GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) {
        GenerateReply reply = model_.generate(request, stop);
        served_->note(name(), reply.served_model);
        return reply;
    }

 private:
    AnyModel model_;
    std::shared_ptr<ServedModels> served_;
};

}  // namespace automix::detail

namespace automix {

AUTOMIX_INLINE void ServedModels::note(const std::string& model, const std::string& served) {
    if (served.empty()) return;
    const std::lock_guard lock(mutex_);
    std::vector<std::string>& names = names_[model];
    if (std::find(names.begin(), names.end(), served) == names.end()) names.push_back(served);
}

AUTOMIX_INLINE std::vector<std::string> ServedModels::warnings() const {
    std::vector<std::string> warnings;
    const std::lock_guard lock(mutex_);
    for (const auto& [model, names] : names_) {
        if (names.size() < 2) continue;
        std::vector<std::string> quoted;
        for (const std::string& name : names) quoted.push_back(in_quotes(name));
        warnings.push_back(in_quotes(model) + " was served by different models: " + joined(quoted));
    }
    return warnings;
}

AUTOMIX_INLINE AnyModel note_served(AnyModel model, std::shared_ptr<ServedModels> served) {
    return detail::NotingModel(std::move(model), std::move(served));
}

}  // namespace automix
