// SPDX-License-Identifier: Apache-2.0
// Any model behind one type, so that models of several kinds stand in one list. Copies share the adapter, and with it its
// connections, limits and meter. One virtual call a request; as safe to call from many threads as the adapter is. One that was
// moved from may be assigned to and destroyed, nothing else.
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
    /// Takes a model over; made implicitly, so that `std::vector<AnyModel>{small, large}` works. A model that cannot be copied
    /// is moved in.
    template <class Model>
        requires(!std::same_as<Model, AnyModel>)
    &&requires(Model& model, const GenerateRequest& request) { model.generate(request); }
    AnyModel(Model model) {
        static_assert(model_adapter<Model>,
                      "a model needs members `name() const` and `GenerateReply generate(const "
                      "GenerateRequest&)`; see automix/model/model_adapter.hpp");
        if constexpr (model_adapter<Model>) self_ = std::make_shared<Holder<Model>>(std::move(model));
    }

    /// What the adapter was called when it was taken over.
    [[nodiscard]] const std::string& name() const { return self_->name; }

    /// Throws `ModelError` for a call that failed, also of kind `bad_reply` for one that brings another number of completions
    /// than samples were asked for, and what else the adapter throws.
    [[nodiscard]] GenerateReply generate(const GenerateRequest& request) const {
        return generate(request, {});
    }

    /// The same, given up by a `ModelError` of kind `cancelled` on a stop: before the call, and during it if the adapter can
    /// be interrupted.
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
