// SPDX-License-Identifier: Apache-2.0
// This file gathers the warnings about a log while it is read. Each kind of warning appears once, with its count and
// first place, for any number of rows. Constant memory.
#pragma once

#include <automix/core/error.hpp>
#include <automix/core/format.hpp>
#include <automix/core/numerics.hpp>
#include <automix/data/log/log_record.hpp>
#include <automix/data/record.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace automix::detail {

/// The counts of verdicts logged on the answers of one model.
struct VerdictCounts {
    std::size_t drawn = 0;
    std::size_t unparsed = 0;
};

class ReadWarnings {
 public:
    /// Adds one record.
    void add(const LogRecord& log, const Place& place) {
        const auto& models = log.record.models;
        if (verdicts_.size() < models.size()) verdicts_.resize(models.size());
        for (std::size_t m = 0; m < models.size(); ++m) {
            const ModelRecord& model = models[m];
            if (!model.verdicts.empty()) {
                note_first(by_verdicts_, m, place);
            } else if (model.confidence) {
                note_first(by_confidence_, m, place);
            }
            count(model.verdicts, verdicts_[m]);
            compare(model, log.model_names[m], place);
            for (const VerifierRecord& verifier : model.verifiers) {
                count(verifier.verdicts, counts_of(m, verifier.name));
                compare(verifier, label(log.model_names[m], verifier.name), place);
            }
        }
    }

    /// Returns the counts, one for each model that is kept.
    [[nodiscard]] const std::vector<VerdictCounts>& verdicts() const noexcept { return verdicts_; }

    [[nodiscard]] std::vector<std::string> warnings(const std::vector<std::string>& models,
                                                    const std::vector<Place>& truncated) const {
        std::vector<std::string> warnings;
        for (const Place& place : truncated)
            warnings.push_back(to_string(place) + ": truncated last line skipped");
        if (contradictions_ > 0) {
            warnings.push_back(
                contradiction_ +
                (contradictions_ == 1 ? "" : "; " + std::to_string(contradictions_) + " such in all"));
        }
        for (std::size_t m = 0; m < std::min(by_verdicts_.size(), by_confidence_.size()); ++m) {
            if (by_verdicts_[m].line == 0 || by_confidence_[m].line == 0) continue;
            warnings.push_back(models[m] + ": verdicts in some rows, first at " + to_string(by_verdicts_[m]) +
                               ", and a confidence alone in others, first at " +
                               to_string(by_confidence_[m]) +
                               "; log one kind in all rows, or train on the rows of one kind");
        }
        const auto tell_unparsed = [&](const std::string& name, const VerdictCounts& counts) {
            constexpr double tolerated = 0.05;
            const auto [drawn, unparsed] = counts;
            if (static_cast<double>(unparsed) <= tolerated * static_cast<double>(drawn)) return;
            warnings.push_back(name + ": " + std::to_string(unparsed) + " of " + std::to_string(drawn) +
                               " verdicts could not be parsed");
        };
        for (std::size_t m = 0; m < verdicts_.size(); ++m) tell_unparsed(models[m], verdicts_[m]);
        for (const Further& further : further_)
            tell_unparsed(label(models[further.model], further.verifier), further.counts);
        return warnings;
    }

 private:
    /// The counts of the verdicts of a further verifier.
    struct Further {
        std::size_t model;
        std::string verifier;
        VerdictCounts counts;
    };

    static std::string label(const std::string& model, const std::string& verifier) {
        return model + ", verifier " + verifier;
    }

    static void count(const std::vector<Verdict>& verdicts, VerdictCounts& counts) {
        counts.drawn += verdicts.size();
        counts.unparsed += as_size(std::count(verdicts.begin(), verdicts.end(), Verdict::unparsed));
    }

    VerdictCounts& counts_of(std::size_t model, const std::string& verifier) {
        for (Further& further : further_) {
            if (further.model == model && further.verifier == verifier) return further.counts;
        }
        return further_.emplace_back(Further{model, verifier, {}}).counts;
    }

    /// Compares a stored confidence with the verdicts of the same verifier, which `name` tells.
    template <class Verified>
    void compare(const Verified& verified, const std::string& name, const Place& place) {
        if (!verified.confidence || verified.verdicts.empty()) return;
        const double share = positive_share(verified.verdicts);
        constexpr double tolerance = 1e-3 * (1.0 + 1e-9);  // a thousandth itself is fine, with any rounding
        if (!(std::abs(share - *verified.confidence) > tolerance)) return;
        if (contradictions_++ > 0) return;
        contradiction_ = to_string(place) + ": " + name + ": stored confidence " +
                         format_number(*verified.confidence) + " is not the share of positive verdicts, " +
                         format_number(share) + ", which is used";
    }

    /// Stores the first place of a kind of verification of a model.
    static void note_first(std::vector<Place>& places, std::size_t model, const Place& place) {
        if (places.size() <= model) places.resize(model + 1);
        if (places[model].line == 0) places[model] = place;
    }

    std::vector<Place> by_verdicts_;    ///< for each model the first row with verdicts
    std::vector<Place> by_confidence_;  ///< and the first with a confidence alone
    std::vector<VerdictCounts> verdicts_;
    std::vector<Further> further_;
    std::size_t contradictions_ = 0;
    std::string contradiction_;  ///< the first contradiction
};

}  // namespace automix::detail
