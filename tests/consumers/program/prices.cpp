// SPDX-License-Identifier: Apache-2.0
// What a project outside the tree does with two rooms of the compiled library, core and data: rows and their prices.
#include <automix/data/dataset.hpp>
#include <automix/data/price_table.hpp>

#include <iostream>

int main() {
    automix::Dataset data({"small", "large"});
    automix::Record record;
    record.id = "q";
    record.models.resize(2);
    data.append(record);
    const automix::PriceTable prices = automix::resolve_prices(data);
    automix::require_prices_for(data, prices);
    std::cout << data.rows() << " row with prices\n";
    return data.rows() == 1 ? 0 : 1;
}
