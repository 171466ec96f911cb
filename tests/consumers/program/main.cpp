// SPDX-License-Identifier: Apache-2.0
// What a project outside the tree does with automix: rows built in memory, training, evaluation.
#include <automix/data/dataset.hpp>

#include <iostream>

int main() {
    automix::Dataset data({"small", "large"});
    automix::Record record;
    record.id = "a";
    record.models.resize(2);
    data.append(record);
    std::cout << data.rows() << '\n';
}
