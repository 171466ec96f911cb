# SPDX-License-Identifier: Apache-2.0
"""Prints one Markdown table of ratios from the figures of one run, after checking that both sides trained on the same
rows, found policies of the same lift and took the same decisions. Exit code 1 where they did not."""

import argparse
import json
import sys

TOLERANCE = 1e-9


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def medians(report):
    """The medians over repetitions, by subject, name and rows."""
    found = {}
    for run in report["benchmarks"]:
        if run.get("aggregate_name") == "median":
            subject, name, rows = run["run_name"].split("/")[:3]  # which clock is used may follow
            found[subject, name, int(rows)] = run
    return found


def cpu_seconds(run):
    return run["cpu_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[run["time_unit"]]


def disagreements(reference, train, decide):
    checks = [
        ("checksum of the table", reference["checksum"], int(train["label"].split()[-1]), 0),
        ("train lift", reference["train_ibc_lift"], train["ibc_lift"], TOLERANCE),
        ("rows routed one by one", reference["decide_row"]["routed"], decide["routed"], 0),
    ]
    for what, theirs, ours, tolerance in checks:
        if abs(theirs - ours) > tolerance * abs(theirs):
            yield f"{reference['method']} at {reference['rows']} rows: {what}: Python {theirs}, here {ours}"


def duration(seconds):
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def megabytes(count):
    return f"{count / 1e6:.3g} MB"


def goal(text, met):
    return f"{text}: {'met' if met else 'missed'}"


def times(ratio):
    """A ratio to three figures, in full."""
    return f"{float(f'{ratio:.3g}'):,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def compared_lines(references, runs):
    """Training and deciding, method by method; the goals are set for the package's POMDP, the union."""
    methods = list(dict.fromkeys(reference["method"] for reference in references))
    for subject in ("train", "decide"):
        for reference in sorted(references, key=lambda r: (methods.index(r["method"]), r["rows"])):
            method, rows = reference["method"], reference["rows"]
            run = runs[subject, method, rows]
            if subject == "train":
                ours, theirs = cpu_seconds(run), reference["train"]["cpu_s"]
                shown, met = duration(theirs), theirs >= 1000 * ours
                wanted = "1,000 times"
            else:
                ours, theirs = cpu_seconds(run) / run["decisions"], reference["decide_row"]["cpu_ns"] * 1e-9
                frame = reference["decide_frame"]["cpu_ns"] * 1e-9
                shown, met = f"{duration(theirs)} ({duration(frame)} a row in a whole frame)", theirs >= 1000 * ours and ours < 20e-9
                wanted = "1,000 times, under 20 ns"
            verdict = goal(wanted, met) if method == "union" else ""
            yield f"{subject} {method}", f"{rows:,}", duration(ours), shown, f"{times(theirs / ours)} times faster", verdict


def own_lines(references, runs):
    """What the package has no counterpart of."""
    known = {(reference["method"], reference["rows"]) for reference in references}
    own = [(key, run) for key, run in runs.items() if key[0] in ("train", "decide") and key[1:] not in known]
    names = list(dict.fromkeys(method for (_, method, _), _ in own))
    for (subject, method, rows), run in sorted(own, key=lambda item: (item[0][0] == "decide", names.index(item[0][1]), item[0][2])):
        ours = cpu_seconds(run) / (run["decisions"] if subject == "decide" else 1)
        yield f"{subject} {method}", f"{rows:,}", duration(ours), "", "", ""


def context_lines(runs):
    """The first decision on a query of which the text is known: two models of 8 draws, questions of 100 words."""
    for (subject, kind, _), run in runs.items():
        if subject == "context":
            ours = cpu_seconds(run) / run["decisions"]
            verdict = goal("20 µs", ours <= 20e-6) if kind == "text and policy" else ""
            yield f"first decision with context: {kind}", "", duration(ours), "", "", verdict


def routing_lines(runs):
    """From columns to statistics, and from statistics to a policy, guard and all."""
    for (subject, kind, size), run in runs.items():
        ours = cpu_seconds(run)
        if (subject, kind) == ("statistics", "collect"):
            alone = cpu_seconds(runs["statistics", "sum_columns", size])
            yield (
                "collect the statistics of a log",
                f"{size:,}",
                duration(ours),
                f"{duration(alone)} summing the same columns",
                f"{alone / ours:.2f} of its speed",
                goal("0.25", ours <= 4 * alone),
            )
        elif subject == "policy":
            most = {"two_models": 1e-3, "two_models_at_a_new_price": 1e-3, "three_models": 100e-3}[kind]
            what = f"train pomdp from statistics, {kind.replace('_', ' ')} at {size} draws"
            yield what, "", duration(ours), "", "", goal(f"under {duration(most)}", ours < most)


def reading_lines(runs):
    for (subject, kind, rows), run in runs.items():
        if subject != "read":
            continue
        ours, alone = run["bytes_per_second"], runs["parse", kind, rows]["bytes_per_second"]
        yield (
            f"read a log, {kind} records, {megabytes(run['bytes'])}",
            f"{rows:,}",
            f"{megabytes(ours)}/s; keeps {megabytes(run['kept'])}, peak {megabytes(run['beyond'])} above that",
            f"{megabytes(alone)}/s nlohmann/json alone",
            f"{ours / alone:.2f} of its speed",
            goal("0.5", ours >= 0.5 * alone),
        )


def large_lines(runs):
    """Whole commands on large logs, as multiples of parsing the same lines."""
    for (subject, name, rows), run in runs.items():
        if subject != "large":
            continue
        ours, alone = cpu_seconds(run), cpu_seconds(runs["parse", name, rows])
        yield (
            f"read and {name}",
            f"{rows:,}",
            f"{duration(ours)}; heap peak {megabytes(run['peak'])}",
            f"{duration(alone)} nlohmann/json alone",
            f"{ours / alone:.2f} of its time",
            "",
        )


def live_lines(runs):
    for (subject, kind, size), run in runs.items():
        if subject != "live":
            continue
        if kind == "overhead":
            ours = cpu_seconds(run)
            what = f"answer a query live, apart from its calls: {run['draws']:.1f} of at most {size} draws, explained"
            yield what, "", duration(ours), "", "", goal("50 µs", ours <= 50e-6)
        else:
            share = run["of_ideal"]
            over = " over HTTP on loopback" if kind.startswith("http") else ""
            what = f"answer {size} queries at a time by calls of 50 ms{over}"
            yield what, "", f"{share:.0%} of the ideal rate", "", "", goal("90 %", share >= 0.9)


def compile_lines(compilation):
    seconds = compilation["user_s"]
    baseline = seconds["baseline"]
    for name, what, most in (("header_only", "header-only", 2.0), ("compiled", "against the compiled library", 0.8)):
        ratio = seconds[name] / baseline
        yield (
            f"compile and link the quick start, {what}",
            "",
            duration(seconds[name]),
            f"{duration(baseline)} parsing JSON and multiplying a matrix",
            f"{ratio:.2f} of the time",
            goal(f"{most}", ratio <= most),
        )
    largest = max(compilation["units"], key=lambda unit: unit["peak_bytes"])
    peak = largest["peak_bytes"]
    yield f"peak memory of a unit at -O2: {largest['unit']}", "", megabytes(peak), "", "", goal("700 MB", peak < 700e6)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", required=True, help="figures of reference.py")
    parser.add_argument("--benchmarks", required=True, help="figures of automix_benchmarks, JSON with aggregates")
    parser.add_argument("--compilation", required=True, help="figures of compile_time.py")
    options = parser.parse_args()
    reference, runs = load(options.reference), medians(load(options.benchmarks))

    wrong = []
    for result in reference["results"]:
        key = result["method"], result["rows"]
        wrong += disagreements(result, runs[("train", *key)], runs[("decide", *key)])
    if wrong:
        print("the two sides disagree:", *wrong, sep="\n  ", file=sys.stderr)
        return 1

    print("| what | rows | automix | compared with | ratio | goal |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for lines in (
        compared_lines(reference["results"], runs),
        own_lines(reference["results"], runs),
        context_lines(runs),
        routing_lines(runs),
        reading_lines(runs),
        live_lines(runs),
        large_lines(runs),
        compile_lines(load(options.compilation)),
    ):
        for line in lines:
            print("|", " | ".join(line), "|")
    versions = ", ".join(f"{name} {version}" for name, version in reference["versions"].items())
    print(f"\nProcessor time of one thread, medians. Train and decide: against {versions}, a decision being one row's. Both sides")
    print("trained on the same rows with their categories set, found the same lift, and routed the same rows.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
