// SPDX-License-Identifier: Apache-2.0
// The recorded verification replies under examples/data, each with the verdict that was read from it then.
#pragma once

#include <automix/core/verdict.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace automix_test {

struct RecordedReply {
    std::string text;
    automix::Verdict verdict = automix::Verdict::unparsed;
};

inline std::vector<RecordedReply> recorded_replies() {
    std::vector<RecordedReply> recorded;
    for (const char* name : {"moves", "dates", "clauses"}) {
        std::ifstream file(std::string(AUTOMIX_EXAMPLES_DIR "/data/") + name + ".jsonl");
        for (std::string line; std::getline(file, line);) {
            const auto record = nlohmann::json::parse(line);
            for (const auto& model : record.at("models")) {
                if (!model.contains("verification_replies")) continue;
                const auto& replies = model.at("verification_replies");
                const auto& verdicts = model.at("verdicts");
                for (std::size_t i = 0; i < replies.size(); ++i) {
                    recorded.push_back({replies.at(i).get<std::string>(),
                                        verdicts.at(i).is_null()
                                            ? automix::Verdict::unparsed
                                            : automix::Verdict(verdicts.at(i).get<int>())});
                }
            }
        }
    }
    return recorded;
}

}  // namespace automix_test
