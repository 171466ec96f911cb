// SPDX-License-Identifier: Apache-2.0
// The counting `operator new` behind `HeapMeter`. A block counts as the allocator rounds it (glibc's
// `malloc_usable_size`).
#include "benchmarks/heap.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

bool counting = false;
std::ptrdiff_t in_use = 0;
std::ptrdiff_t most = 0;

std::ptrdiff_t size_of(void* block) { return static_cast<std::ptrdiff_t>(malloc_usable_size(block)); }

void* allocate(std::size_t size) noexcept {
    void* block = std::malloc(size);
    if (counting && block != nullptr) {
        in_use += size_of(block);
        most = std::max(most, in_use);
    }
    return block;
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* block = allocate(size)) return block;
    throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return allocate(size); }

void operator delete(void* block) noexcept {
    if (counting && block != nullptr) in_use -= size_of(block);
    std::free(block);
}

void operator delete(void* block, std::size_t /*size*/) noexcept { operator delete(block); }

namespace benchmarks {

HeapMeter::HeapMeter() {
    in_use = most = 0;
    counting = true;
}

HeapMeter::~HeapMeter() { counting = false; }

std::ptrdiff_t HeapMeter::now() noexcept { return in_use; }
std::ptrdiff_t HeapMeter::peak() noexcept { return most; }

}  // namespace benchmarks
