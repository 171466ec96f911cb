// SPDX-License-Identifier: Apache-2.0
// Beginnings of texts in .pomdp format that the tests of its reader complete: states a and b, actions x and
// y, observations p and q.
#pragma once

#include <string>

namespace texts {

/// Five lines, two of each.
inline const std::string preamble =
    "discount: 0.5\nvalues: reward\nstates: a b\nactions: x y\nobservations: p q\n";

/// Seven lines: the preamble with tables that do not matter.
inline const std::string plain = preamble + "T: * identity\nO: * uniform\n";

/// Three states that all lead to b and c, half each; observation p has 0.25, 0.5 and 1 in a, b and c.
inline const std::string spread =
    "discount: 0.5\nvalues: reward\nstates: a b c\nactions: x y\nobservations: p q\n"
    "T: * : *\n0 0.5 0.5\nO: *\n0.25 0.75\n0.5 0.5\n1 0\n";

}  // namespace texts
