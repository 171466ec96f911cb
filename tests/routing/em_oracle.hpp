// SPDX-License-Identifier: Apache-2.0
// The belief of the routing POMDP in plain loops of long double, row by row, for tests of two models.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace automix::test {

/// A row of a log: verdicts parsed and positive, and the scores of both models.
struct OracleRow {
    int parsed = 0;
    int positive = 0;
    double small = 0.0;
    double large = 0.0;
};

/// The belief on 20 levels, as EM finds it on the rows.
class EmOracle {
 public:
    static constexpr std::size_t levels = 20;
    using Levels = std::array<long double, levels>;

    explicit EmOracle(const std::vector<OracleRow>& rows) {
        const Levels q_right = fit(rows, true);
        const Levels q_wrong = fit(rows, false);
        const auto count = static_cast<long double>(rows.size());
        long double small = 0.0L;
        long double large = 0.0L;
        for (const OracleRow& row : rows) {
            small += row.small;
            large += row.large;
        }
        const long double pi = (small + 1.0L) / (count + 2.0L);
        for (std::size_t g = 0; g < levels; ++g) {
            weight[g] = pi * q_right[g] + (1.0L - pi) * q_wrong[g];
            right[g] = pi * q_right[g] / weight[g];
        }
        for (std::size_t g = 0; g < levels; ++g) {
            long double mass = 30.0L;
            long double score = 30.0L * large / count;
            for (const OracleRow& row : rows) {
                long double explained = 0.0L;
                for (std::size_t h = 0; h < levels; ++h) explained += weight[h] * likelihood(row, h);
                const long double posterior = weight[g] * likelihood(row, g) / explained;
                mass += posterior;
                score += posterior * row.large;
            }
            large_score[g] = score / mass;
        }
    }

    static long double rate(std::size_t g) { return (static_cast<long double>(g) + 0.5L) / levels; }

    /// Likelihood of a sequence of verdicts at a level.
    static long double likelihood(const OracleRow& row, std::size_t g) {
        long double product = 1.0L;
        for (int i = 0; i < row.parsed; ++i) product *= i < row.positive ? rate(g) : 1.0L - rate(g);
        return product;
    }

    Levels weight{};       ///< w
    Levels right{};        ///< rho
    Levels large_score{};  ///< l

 private:
    static Levels fit(const std::vector<OracleRow>& rows, bool of_right) {
        Levels prior{};
        for (std::size_t g = 0; g < levels; ++g)
            prior[g] = (of_right ? rate(g) : 1.0L - rate(g)) * 10.0L / 10.0L;  // the rates add up to 10
        Levels q{};
        for (std::size_t g = 0; g < levels; ++g) q[g] = prior[g] / 20.0L + 1.0L / 40.0L;
        for (int step = 0; step < 50; ++step) {
            Levels next = prior;
            for (const OracleRow& row : rows) {
                long double explained = 0.0L;
                for (std::size_t h = 0; h < levels; ++h) explained += q[h] * likelihood(row, h);
                const long double weight = of_right ? row.small : 1.0L - row.small;
                for (std::size_t g = 0; g < levels; ++g)
                    next[g] += weight * q[g] * likelihood(row, g) / explained;
            }
            long double sum = 0.0L;
            for (const long double value : next) sum += value;
            for (std::size_t g = 0; g < levels; ++g) q[g] = next[g] / sum;
        }
        return q;
    }
};

}  // namespace automix::test
