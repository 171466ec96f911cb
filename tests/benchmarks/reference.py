# SPDX-License-Identifier: Apache-2.0
"""Times the published Python package automix-llm on a synthetic table and writes the figures as JSON.

The table is made by a recipe that any language can repeat, so that other programs train on the same rows. All arithmetic
is on unsigned 64-bit integers. word(k), k = 0, 1, ..., is the k-th output of SplitMix64 started at state 0:

    z = (k + 1) * 0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    word(k) = z ^ (z >> 31)

Row i takes a = word(2i) and b = word(2i + 1); kind = (a >> 32) % 100, q = a & 3, r = (a >> 16) & 3. Scores in eighths:

    kind < 35   GOOD        small = 5 + q, large = 5 + q
    kind < 65   NEEDY       small = q,     large = 5 + r
    kind < 75   UNDEFINED   small = 5 + r, large = q
    otherwise   HOPELESS    small = 0,     large = 0

Verdict m, m = 0..7, is 1 where byte m of b, the lowest first, is below 64 + 16 * small, and 0 elsewhere. The confidence is
the number of ones divided by 8. Scores and confidences are multiples of 1/8, so sums over them are exact in any order.

`checksum` in the output is the sum over rows of (i + 1) * (small + 16 * large + 256 * positives) modulo 2^64.
"""

import argparse
import importlib.metadata
import json
import platform
import statistics
import sys
import time

import numpy as np
import pandas as pd
from automix import Automix, DoubleThreshold, GreedyPOMDP, POMDP, POMDPSimple, Threshold

BINS = 8
COSTS = [1, 50]
VERIFICATION_COST = 1
CATEGORIES = np.array(["GOOD", "NEEDY", "UNDEFINED", "HOPELESS"])
# The names are fixed: the package's greedy method reads these two columns whatever it is told.
SMALL, LARGE, CONFIDENCE = "llama13b_f1", "llama70b_f1", "p_ver_13b"
# Names of the methods as this library calls them; `union` is what the package calls POMDP.
METHODS = {
    "union": POMDP,
    "simple_pomdp": POMDPSimple,
    "greedy_pomdp": GreedyPOMDP,
    "double_threshold": DoubleThreshold,
    "threshold": Threshold,
}


def words(first, count):
    """Outputs first, first + 2, ... of SplitMix64 from state 0: `count` of them."""
    z = (np.arange(count, dtype=np.uint64) * np.uint64(2) + np.uint64(first + 1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def make_table(rows):
    """The table of the recipe above, and its checksum."""
    a, b = words(0, rows), words(1, rows)
    q, r = a & np.uint64(3), (a >> np.uint64(16)) & np.uint64(3)
    kind = np.searchsorted([35, 65, 75], (a >> np.uint64(32)) % np.uint64(100), side="right")
    five, zero = np.uint64(5), np.zeros(rows, dtype=np.uint64)
    small = np.choose(kind, [five + q, q, five + r, zero])
    large = np.choose(kind, [five + q, five + r, q, zero])
    limit = np.uint64(64) + np.uint64(16) * small
    positives = sum(((b >> np.uint64(8 * m)) & np.uint64(255) < limit).astype(np.uint64) for m in range(8))
    weights = np.arange(1, rows + 1, dtype=np.uint64)
    checksum = int(np.sum(weights * (small + np.uint64(16) * large + np.uint64(256) * positives), dtype=np.uint64))
    table = pd.DataFrame(
        {
            SMALL: small.astype(float) / 8,
            LARGE: large.astype(float) / 8,
            CONFIDENCE: positives.astype(float) / 8,
            "category": CATEGORIES[kind],
        }
    )
    return table, checksum


def timed(work, budget):
    """Median wall and processor seconds of `work`: of five runs, three where one takes over budget / 5, one where over budget."""
    wall, processor = [], []
    wanted = 1
    while len(wall) < wanted:
        start_wall, start_processor = time.perf_counter(), time.process_time()
        work()
        processor.append(time.process_time() - start_processor)
        wall.append(time.perf_counter() - start_wall)
        if len(wall) == 1:
            wanted = 1 if wall[0] > budget else 3 if wall[0] > budget / 5 else 5
    return {"wall_s": statistics.median(wall), "cpu_s": statistics.median(processor), "runs": wanted}


def per_decision(timing, decisions):
    return {
        "wall_ns": timing["wall_s"] / decisions * 1e9,
        "cpu_ns": timing["cpu_s"] / decisions * 1e9,
        "runs": timing["runs"],
        "decisions": decisions,
    }


def plain(parameter):
    """A trained parameter as JSON can hold it."""
    if isinstance(parameter, (list, tuple)):
        return [plain(part) for part in parameter]
    return parameter.item() if isinstance(parameter, np.generic) else parameter


def measure(name, table, sample, budget):
    mixer = Automix(METHODS[name](num_bins=BINS), SMALL, LARGE, CONFIDENCE, COSTS, VERIFICATION_COST)
    training = timed(lambda: mixer.train(table), budget)

    def decide_rows():
        return sum(map(mixer.infer, sample))

    row_by_row = timed(decide_rows, budget)
    whole_frame = timed(lambda: mixer.infer(table), budget)

    routed = mixer.infer(table)
    slope, small, _ = mixer.get_slm_llm_slope_perf(table)
    performance, cost = mixer.compute_performance_cost(table, routed)
    lift = ((performance - small) / (cost - COSTS[0]) - slope) / slope
    return {
        "method": name,
        "train": training,
        "decide_row": {**per_decision(row_by_row, len(sample)), "routed": int(decide_rows())},
        "decide_frame": per_decision(whole_frame, len(table)),
        "parameter": plain(mixer.best_param),
        "train_ibc_lift": float(lift),
        "performance": float(performance),
        "cost": float(cost),
        "routed": int(routed.sum()),
    }


def main():
    parser = argparse.ArgumentParser(description="Times the published package automix-llm; recipe of the data: see the head of this file.")
    parser.add_argument("--rows", default="1000,10000,100000,1000000", help="sizes of the table, comma-separated")
    parser.add_argument("--methods", default=",".join(METHODS), help="methods, comma-separated")
    parser.add_argument("--decisions", type=int, default=1000, help="rows decided one by one, at most (default 1000)")
    parser.add_argument("--budget", type=float, default=20, help="seconds over which a measurement is taken once only")
    parser.add_argument("--output", required=True, help="file for the figures, JSON")
    options = parser.parse_args()

    results = []
    for rows in map(int, options.rows.split(",")):
        table, checksum = make_table(rows)
        sample = [row for _, row in table.head(options.decisions).iterrows()]
        for name in options.methods.split(","):
            result = {"rows": rows, "checksum": checksum, **measure(name, table, sample, options.budget)}
            results.append(result)
            print(
                f"{rows:>8} rows  {name:<17} train {result['train']['cpu_s']:10.4f} s"
                f"  decide {result['decide_row']['cpu_ns']:9.0f} ns a row, {result['decide_frame']['cpu_ns']:7.1f} ns a row in a whole frame",
                file=sys.stderr,
                flush=True,
            )
    report = {
        "bins": BINS,
        "costs": COSTS,
        "verification_cost": VERIFICATION_COST,
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in ("automix-llm", "pandas", "numpy", "scipy")},
        },
        "results": results,
    }
    with open(options.output, "w", encoding="utf-8") as output:
        json.dump(report, output, indent=1)
        output.write("\n")


if __name__ == "__main__":
    main()
