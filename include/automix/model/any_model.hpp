// SPDX-License-Identifier: Apache-2.0
// Holds any model behind one type, so that models of several kinds fit in one list. Copies share the adapter with its
// connections, limits and meter. A request costs one virtual call. It is as thread-safe as the adapter. A moved-from
// object may only be assigned to or destroyed.
#pragma once

#include <automix/model/completion_check.hpp>
#include <automix/model/model_adapter.hpp>

#include <concepts>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace automix {

class AnyModel {
 public:
    /// Takes a model over. The conversion is implicit, so that `std::vector<AnyModel>{small, large}` works. A model
    /// that cannot be copied is moved in.
    template <class Model>
        requires(!std::same_as<Model, AnyModel>)
    &&requires(Model& model, const GenerateRequest& request) { model.generate(request); }
    AnyModel(Model model) {
        static_assert(model_adapter<Model>,
                      "a model needs members `name() const` and `GenerateReply generate(const "
                      "GenerateRequest&)`; see automix/model/model_adapter.hpp");
        if constexpr (model_adapter<Model>) self_ = std::make_shared<Holder<Model>>(std::move(model));
    }

    /// Returns the name that the adapter had when it was taken over.
    [[nodiscard]] const std::string& name() const { return self_->name; }

    /// Asks the model. Throws `ModelError` if the call fails, and of kind `bad_reply` for a wrong number of
    /// completions. Passes on all other exceptions of the adapter.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) const {
        return generate(request, {});
    }

    /// Asks the model as above. After a stop it throws `ModelError` of kind `cancelled`: before the call, and during it
    /// if the adapter can be interrupted.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) const {
        GenerateReply reply = self_->generate(request, stop);
        require_completions(name(), request, reply);
        return reply;
    }

 private:
    struct Base {
        explicit Base(std::string_view called) : name(called) {}
        Base(const Base&) = delete;
        Base& operator=(const Base&) = delete;
        virtual ~Base() = default;
        virtual GenerateReply generate(const GenerateRequest&, const std::stop_token&) = 0;
        const std::string name;
    };

    template <model_adapter Model>
    struct Holder final : Base {
        explicit Holder(Model held) : Base(held.name()), model(std::move(held)) {}
        GenerateReply generate(const GenerateRequest& request, const std::stop_token& stop) override {
            return automix::generate(model, request, stop);
        }
        Model model;
    };

    std::shared_ptr<Base> self_;
};

}  // namespace automix
