#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Readers of one log of short records, as ratios to nlohmann/json parsing its lines in the same run.

  readers.py BENCHMARK [--rows N]

BENCHMARK is automix_readers_benchmark. DuckDB and pandas are timed if this Python has them. All times are processor time of
all threads, the least of three.
"""
import argparse
import json
import random
import subprocess
import tempfile
import time
from pathlib import Path


def seconds(work):
    """Returns the least processor time of three runs."""
    least = float("inf")
    for _ in range(3):
        begin = time.process_time()
        work()
        least = min(least, time.process_time() - begin)
    return least


def write_log(path, rows):
    """Writes records of some 130 bytes: two models, eight verdicts."""
    numbers = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        for row in range(rows):
            verdicts = ",".join(str(numbers.getrandbits(1)) for _ in range(8))
            file.write(f'{{"schema":"automix-log/1","id":"q{row}","models":[{{"name":"m0","score":{numbers.getrandbits(1)},'
                       f'"verdicts":[{verdicts}]}},{{"name":"m1","score":{numbers.getrandbits(1)}}}]}}\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("benchmark", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = str(Path(folder) / "log.jsonl")
        write_log(log, options.rows)
        found = json.loads(subprocess.run([options.benchmark.resolve(), log], check=True, capture_output=True, text=True).stdout)
        times = {"nlohmann/json, lines from memory": found["parse"], "automix, one record at a time": found["stream"],
                 "automix, into columns": found["read"]}
        try:
            import duckdb
            times["DuckDB, into a table"] = seconds(lambda: duckdb.connect().execute(
                f"CREATE TABLE log AS SELECT * FROM read_json('{log}', format = 'newline_delimited')"))
        except ImportError:
            pass
        try:
            import pandas
            times["pandas, into a frame"] = seconds(lambda: pandas.read_json(log, lines=True))
        except ImportError:
            pass
    print("| reader | processor time | times as fast as nlohmann/json |\n|---|---:|---:|")
    for name, time_taken in times.items():
        print(f"| {name} | {time_taken:.2f} s | {found['parse'] / time_taken:.2f} |")
    print(f"\nStatistics of {found['rows']} rows take {1e3 * found['collect']:.1f} ms.")


main()
