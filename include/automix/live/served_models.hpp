// SPDX-License-Identifier: Apache-2.0
// Notes the names by which servers call their models. If a server names another one than before, it serves another
// model, and prices, verdicts and a trained policy may no longer hold. Safe to use from many threads.
//     const auto served = std::make_shared<automix::ServedModels>();
//     const automix::AnyModel watched = automix::note_served(model, served);
#pragma once

#include <automix/model/any_model.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace automix {

class ServedModels {
 public:
    /// Notes the name that a reply of a model reports. An empty name is not noted.
    void note(const std::string& model, const std::string& served);

    /// Returns a warning for each model that was served under several names.
    [[nodiscard]] std::vector<std::string> warnings() const;

 private:
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<std::string>>
        names_{};  ///< each once, in the order of their first reply
};

/// Returns the model with the reported names of its replies noted. Put it outside of a journal, so that earlier names in
/// the journal are noted too.
[[nodiscard]] AnyModel note_served(AnyModel model, std::shared_ptr<ServedModels> served);

}  // namespace automix

#ifndef AUTOMIX_COMPILED
#include <automix/live/detail/served_models_inl.hpp>
#endif
