// SPDX-License-Identifier: Apache-2.0
// Expected words and numbers come from a separate program in Python that follows the definitions of mt19937_64,
// SplitMix64 and FNV-1a, itself checked against the 10,000th word that the C++ standard prescribes.
#include "support/catch.hpp"

#include <automix/core/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace automix;
using Catch::Matchers::WithinAbs;

namespace {

constexpr std::uint64_t all_bits = std::numeric_limits<std::uint64_t>::max();

/// The seed under which the FNV-1a offset is left as published: `mix_bits` of it is 0.
constexpr std::uint64_t plain_seed = 0x61C8864680B583EBU;

static_assert(mix_bits(0) == 0xE220A8397B1DCDAFU);
static_assert(hash_text("q17") == 0xA9672513F979AE56U);

}  // namespace

TEST_CASE("mix_bits is SplitMix64") {
    CHECK(mix_bits(1) == 0x910A2DEC89025CC1U);
    CHECK(mix_bits(2) == 0x975835DE1C9756CEU);
    CHECK(mix_bits(all_bits) == 0xE4D971771B652C20U);
    CHECK(mix_bits(plain_seed) == 0);
    // The published test vector: five outputs from the seed 1234567, whose state grows by the golden gamma.
    std::uint64_t state = 1234567;
    for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                         4593380528125082431U, 16408922859458223821U}) {
        CHECK(mix_bits(state) == expected);
        state += 0x9E3779B97F4A7C15U;
    }
}

TEST_CASE("hash_text is FNV-1a, mixed") {
    CHECK(hash_text("", plain_seed) == mix_bits(0xCBF29CE484222325U));
    CHECK(hash_text("a", plain_seed) == mix_bits(0xAF63DC4C8601EC8CU));
    CHECK(hash_text("foobar", plain_seed) == mix_bits(0x85944171F73967E8U));
}

TEST_CASE("hash_text of fixed texts and seeds") {
    using namespace std::string_view_literals;
    CHECK(hash_text("") == 0x5B21F68FFA77F14CU);
    CHECK(hash_text("a") == 0x2A5A3F02A61014A9U);
    CHECK(hash_text("q17", 1) == 0x241065770883F85AU);
    CHECK(hash_text("\xC3\xA9", 7) == 0x34CCF0B37EFABAE0U);  // bytes above 127 are unsigned
    CHECK(hash_text("a\0b"sv) == 0x5899B8780C61DACCU);
    CHECK(hash_text("foobar", all_bits) == 0xC6D6010429569C7FU);
}

TEST_CASE("two hashes of a text at once are those of each seed") {
    for (const char* text : {"", "q1", "a longer id of a query, with a comma"}) {
        CHECK(hash_text(text, 0, 7) == std::pair(hash_text(text, 0), hash_text(text, 7)));
        CHECK(unit_interval(hash_text(text, seed_of(UniformUse::fold, 3))) ==
              uniform_of(text, 3, UniformUse::fold));
    }
}

TEST_CASE("hash_text tells 100,000 ids apart") {
    std::set<std::uint64_t> hashes;
    for (int i = 0; i < 100'000; ++i) hashes.insert(hash_text("q" + std::to_string(i)));
    CHECK(hashes.size() == 100'000);
}

TEST_CASE("unit_interval stays below 1") {
    CHECK(unit_interval(0) == 0.0);
    CHECK(unit_interval(2047) == 0.0);
    CHECK(unit_interval(2048) == 0x1p-53);
    CHECK(unit_interval(1ULL << 63U) == 0.5);
    CHECK(unit_interval(all_bits) == 1.0 - 0x1p-53);
}

TEST_CASE("uniform_of depends on id and seed, and is spread evenly") {
    CHECK(uniform_of("q17", 0) == 0x1.52ce4a27f2f35p-1);
    CHECK(uniform_of("q17", 1) == 0x1.20832bb8441fcp-3);
    CHECK(uniform_of("foobar", all_bits) == 0x1.8dac020852ad3p-1);

    constexpr int n = 100'000;
    std::array<int, 10> bins{};
    double with_next_seed = 0.0;
    for (int i = 0; i < n; ++i) {
        const std::string id = std::to_string(i);
        const double u = uniform_of(id, 1);
        ++bins[static_cast<std::size_t>(u * 10.0)];
        with_next_seed += (u - 0.5) * (uniform_of(id, 2) - 0.5) * 12.0;
    }
    for (const int count : bins)
        CHECK(std::abs(count - n / 10) < 5 * 95);              // five standard deviations, sqrt(n/10*0.9)
    CHECK(std::abs(with_next_seed / n) < 5.0 / std::sqrt(n));  // uncorrelated between seeds
}

TEST_CASE("uniform_of is independent between uses") {
    constexpr int n = 100'000;
    double split_with_fold = 0.0;
    double split_with_policy = 0.0;
    for (int i = 0; i < n; ++i) {
        const std::string id = std::to_string(i);
        const double split = uniform_of(id, 0, automix::UniformUse::split) - 0.5;
        split_with_fold += split * (uniform_of(id, 0, automix::UniformUse::fold) - 0.5) * 12.0;
        split_with_policy += split * (uniform_of(id, 0, automix::UniformUse::policy) - 0.5) * 12.0;
    }
    CHECK(std::abs(split_with_fold / n) < 5.0 / std::sqrt(n));
    CHECK(std::abs(split_with_policy / n) < 5.0 / std::sqrt(n));
}

TEST_CASE("uniform yields the upper 53 bits of mt19937_64") {
    const std::map<std::uint64_t, std::array<double, 4>> expected{
        {0, {0x1.4741be2e5a0ecp-3, 0x1.fbfa74f87c81fp-1, 0x1.442642fe065d0p-5, 0x1.31ead2079dc7fp-1}},
        {1, {0x1.122deafddb434p-3, 0x1.175c928118c7cp-3, 0x1.ce0b479deb990p-2, 0x1.5876015e4d700p-6}},
        {42, {0x1.82a3befaddcbcp-1, 0x1.472f1f73724a0p-1, 0x1.81192cfe1cbcfp-1, 0x1.171621fc50d68p-3}},
        {all_bits, {0x1.a8929e88fef20p-6, 0x1.6f92220cc5ba8p-1, 0x1.3af6cce326ab0p-5, 0x1.072f00c132f8ep-1}}};
    for (const auto& [seed, numbers] : expected) {
        CAPTURE(seed);
        Random random(seed);
        for (const double number : numbers) CHECK(random.uniform() == number);
    }
    CHECK(Random().uniform() == Random(0).uniform());
}

TEST_CASE("index is the remainder of the word, without the words that would bias it") {
    Random random(42);
    for (const std::uint64_t expected : {6U, 4U, 0U, 2U, 1U, 8U, 6U, 4U, 0U, 7U})
        CHECK(random.index(10) == expected);
    CHECK(random.index(1) == 0);
    // 2^63 + 1 rejects nearly half of all words: the first and third word of seed 0 among them.
    Random other(0);
    const std::uint64_t n = (1ULL << 63U) + 1U;
    for (const std::uint64_t expected : {0x7DFD3A7C3E40F98AU, 0x18F56903CEE3FCEDU, 0x0AD330133B0725ABU}) {
        CHECK(other.index(n) == expected);
    }
}

TEST_CASE("index is uniform over a thousand seeds") {
    constexpr std::uint64_t n = 7;
    std::array<int, n> counts{};
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Random random(seed);
        for (int draw = 0; draw < 70; ++draw) ++counts.at(random.index(n));
    }
    for (const int count : counts) CHECK(std::abs(count - 10'000) < 5 * 93);  // sqrt(70000 * 6/49) = 93
}

TEST_CASE("bernoulli is a uniform below p") {
    Random random(3);
    for (const int expected : {0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0})
        CHECK(random.bernoulli(0.3) == (expected == 1));
    int wrong = 0;
    for (int i = 0; i < 1000; ++i) wrong += random.bernoulli(0.0) || !random.bernoulli(1.0) ? 1 : 0;
    CHECK(wrong == 0);
}

TEST_CASE("normal by the polar method") {
    Random random(42);
    for (const double expected :
         {1.2938204232729367, 0.3979773961837887, 1.118555052457478, -1.4922470037224238}) {
        CHECK_THAT(random.normal(), WithinAbs(expected, 1e-14));
    }
}

TEST_CASE("normal has the moments of a normal over a thousand seeds") {
    constexpr int n = 100'000;
    double sum = 0.0;
    double squares = 0.0;
    int beyond_two = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Random random(seed);
        for (int i = 0; i < n / 1000; ++i) {
            const double x = random.normal();
            sum += x;
            squares += x * x;
            beyond_two += std::abs(x) > 2.0 ? 1 : 0;
        }
    }
    CHECK(std::abs(sum / n) < 5.0 / std::sqrt(n));
    CHECK(std::abs(squares / n - 1.0) < 5.0 * std::sqrt(2.0 / n));
    CHECK(std::abs(beyond_two / static_cast<double>(n) - 0.0455003) < 5.0 * std::sqrt(0.0455 * 0.9545 / n));
}

TEST_CASE("shuffle of a fixed seed") {
    std::vector<int> items{0, 1, 2, 3, 4, 5, 6, 7};
    Random random(7);
    random.shuffle(items);
    CHECK(items == std::vector<int>{2, 3, 5, 6, 1, 0, 4, 7});
}

TEST_CASE("shuffle of nothing and of one draws nothing") {
    Random random(5);
    std::vector<int> none;
    std::vector<int> one{1};
    random.shuffle(none);
    random.shuffle(one);
    CHECK(none.empty());
    CHECK(one == std::vector<int>{1});
    CHECK(random.uniform() == Random(5).uniform());
}

TEST_CASE("shuffle makes each of the 3! orders equally often") {
    constexpr int n = 60'000;
    std::map<std::array<int, 3>, int> counts;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Random random(seed);
        for (int i = 0; i < n / 1000; ++i) {
            std::array<int, 3> items{0, 1, 2};
            random.shuffle(items);
            ++counts[items];
        }
    }
    CHECK(counts.size() == 6);
    for (const auto& [order, count] : counts) {
        CAPTURE(order);
        CHECK(std::abs(count - n / 6) < 5 * 92);  // sqrt(60000 * 5/36) = 91.3
    }
}

TEST_CASE("shuffle moves values about and loses none, also of bits and texts") {
    std::vector<std::string> texts{"a", "b", "c", "d", "e"};
    std::vector<bool> bits{true, false, false, true, false, false, false};
    Random random(9);
    random.shuffle(texts);
    random.shuffle(bits);
    CHECK(std::set<std::string>(texts.begin(), texts.end()) ==
          std::set<std::string>{"a", "b", "c", "d", "e"});
    CHECK(std::count(bits.begin(), bits.end(), true) == 2);
    CHECK(bits.size() == 7);
}

TEST_CASE("binomial numbers have the exact probabilities") {
    struct Case {
        std::uint64_t n;
        double p;
    };
    for (const auto& [n, p] :
         {Case{5, 0.3}, Case{40, 0.1}, Case{40, 0.5}, Case{1000, 0.013}, Case{300, 0.9}}) {
        automix::Random random(7);
        constexpr int draws = 200000;
        std::vector<double> seen(n + 1, 0.0);
        for (int i = 0; i < draws; ++i) seen[random.binomial(n, p)] += 1.0;
        double chi_square = 0.0;
        double cells = 0.0;
        for (std::uint64_t k = 0; k <= n; ++k) {
            const auto x = static_cast<double>(k);
            const auto m = static_cast<double>(n);
            const double expected =
                draws * std::exp(std::lgamma(m + 1.0) - std::lgamma(x + 1.0) - std::lgamma(m - x + 1.0) +
                                 x * std::log(p) + (m - x) * std::log1p(-p));
            if (expected < 10.0) continue;
            chi_square += (seen[k] - expected) * (seen[k] - expected) / expected;
            cells += 1.0;
        }
        INFO(n << " trials of probability " << p);
        CHECK(chi_square < cells + 5.0 * std::sqrt(2.0 * cells));
    }
    automix::Random random(1);
    CHECK(random.binomial(0, 0.5) == 0);
    CHECK(random.binomial(9, 0.0) == 0);
    CHECK(random.binomial(9, 1.0) == 9);
}
