// SPDX-License-Identifier: Apache-2.0
// expect: (satisfaction of .one_shot_family<Family>|does not satisfy 'one_shot_family')
// expect: F::search\(search, bins\). (is|would be) invalid
#include <automix/routing/published/one_shot.hpp>

struct Nameless {
    static constexpr std::string_view name = "nameless";
    static constexpr bool uses_categories = false;
};

automix::OneShotRouter<Nameless> router;
