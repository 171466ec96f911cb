// SPDX-License-Identifier: Apache-2.0
// Everything, in a unit that is linked twice and so must define nothing that is not inline.
#include <automix/all.hpp>
