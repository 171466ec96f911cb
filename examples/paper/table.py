#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the paper's table from evaluations by `automix evaluate --format json`.

  table.py --prices recorded|paper DATASET EVALUATION.json [DATASET EVALUATION.json]...

At the paper's prices the paper's own figures stand beside ours.
"""
import json
import sys
from pathlib import Path

# Routers, as `published.json` names them too, and how they are shown.
METHODS = {"always_small": "small model alone", "frugalgpt": "FrugalGPT", "win_rate": "HybridLLM, by win rate",
           "context_only": "by the query alone", "self_consistency": "AutoMix, self-consistency",
           "threshold": "AutoMix + Threshold", "union": "AutoMix + POMDP", "pomdp": "pomdp of this library",
           "always_large": "large model alone"}


def per_cent(value, sign=""):
    return f"{100 * value:{sign}.1f}"


def with_interval(value, interval, show):
    return f"{show(value)} [{show(interval[0])}, {show(interval[1])}]" if interval else show(value)


def row_of(router):
    """Performance in per cent, cost and lift in per cent, each with its interval; dashes for what is undefined."""
    if router.get("test") is None:
        return [router.get("infeasible") or "infeasible", "", ""]
    test = router["test"]
    ci = test.get("ci") or {}
    lift = test.get("ibc_lift")
    return [with_interval(test["performance"], ci.get("performance"), per_cent),
            with_interval(test["cost"], ci.get("cost"), lambda x: f"{x:.4g}"),
            "-" if lift is None else with_interval(lift, ci.get("ibc_lift"), lambda x: per_cent(x, "+"))]


def paper_row(published, method):
    figures = published.get(method)
    if figures is None:
        return ["-", "-", "-"]
    cost, performance, lift, deviation = figures
    shown = "-" if lift is None else f"{lift:+.1f}" + ("" if deviation is None else f" ± {deviation:.1f}")
    return [f"{performance:.1f}", f"{cost:.4g}", shown]


def print_aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(text.ljust(width) if i == 0 else text.rjust(width)
                        for i, (text, width) in enumerate(zip(row, widths))).rstrip())


def print_table(dataset, evaluation, published):
    small, large = evaluation["models"][0], evaluation["models"][-1]
    rows = evaluation["rows"]
    print(f"{dataset}: {small} and {large}, {rows['train']} queries to train on, {rows['test']} to test on")
    table = [["", "P, per cent", "C", "lift, per cent"] + (["P, paper", "C, paper", "lift, paper"] if published else [])]
    routers = {router["name"].removeprefix("fixed_answer:"): router for router in evaluation["routers"]}
    for method, label in METHODS.items():
        if method in routers or method in published:
            ours = row_of(routers[method]) if method in routers else ["-", "-", "-"]
            table.append([label, *ours, *(paper_row(published, method) if published else [])])
    print_aligned(table)
    for warning in evaluation["warnings"]:
        print(f"note: {warning}")
    for router in evaluation["routers"]:
        for warning in router.get("warnings", []):
            print(f"note: {router['name']}: {warning}")
        if router.get("guard") and not router["guard"]["passed"]:
            print(f"note: {router['name']}: no policy beats mixing on held-out training rows")
    print()


def main():
    if len(sys.argv) < 5 or sys.argv[1] != "--prices" or sys.argv[2] not in ("recorded", "paper") or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    paper = sys.argv[2] == "paper"
    published = json.loads((Path(__file__).resolve().parent / "published.json").read_text(encoding="utf-8"))
    if paper:
        print("Prices of the paper: 1 for an answer of the small model, 50 of the large one, 1 for all verdicts.\n")
    else:
        print("Recorded prices, by the models file.\n")
    for dataset, path in zip(sys.argv[3::2], sys.argv[4::2]):
        evaluation = json.loads(Path(path).read_text(encoding="utf-8"))
        print_table(dataset, evaluation, published[dataset] if paper else {})
    print("P: mean score of the test queries; C: mean cost per query; lift: of IBC over that of mixing at random. In brackets:")
    print("95 % intervals, 1,000 paired resamples of the test queries. -: undefined, not published or not here.")
    if paper:
        print("paper: arXiv 2310.12963, LLaMA2-13B and LLaMA2-70B; ±: standard deviation over ten training samples.")


if __name__ == "__main__":
    main()
