#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Statistics by Spark and DuckDB against those of the program's own pass over the rows.

  check.py PROGRAM SOURCE_DIR [--rows N] [--engines spark,duckdb]

Checks the recorded logs, unparsed verdicts, confidences, fractional scores, recorded prices, three models, ids beyond ASCII,
Parquet, strata and what is refused: sums are equal to 1e-12 of their size. With --rows also N generated rows, for which it
prints rows a second of each engine and of `automix train`. Installs pyspark, duckdb and pyarrow into a virtual environment
under build. Prints `skipped: ...` where they or Java cannot be had.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = ["pyspark==3.5.3", "duckdb==2.0.1", "pyarrow"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("source", type=Path)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--engines", type=lambda text: text.split(","), default=["duckdb", "spark"])
    return parser.parse_args()


# One process runs all jobs of an engine, because Spark takes seconds to start.
RUNNER = """
import contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
import log_statistics
for line in sys.stdin:
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        code = log_statistics.main(json.loads(line))
    print(json.dumps([code, errors.getvalue()]), flush=True)
"""


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(0)


def python_with_engines(source):
    """Returns the Python of a virtual environment that has the engines."""
    folder = source / "build" / "spark_venv"
    python = folder / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
        if subprocess.run([python, "-c", "import pyspark, duckdb, pyarrow"], capture_output=True).returncode != 0:
            subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True,
                           capture_output=True, timeout=600)
    except (OSError, subprocess.SubprocessError):
        skip("pyspark, duckdb and pyarrow cannot be installed")
    return python


def require(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}", flush=True)


def close(one, other):
    return abs(one - other) <= 1e-12 * max(1.0, abs(one))


def same(ours, theirs):
    """Returns true if statistics have the same models, ids and cells, and sums that are equal to 1e-12 of their size."""
    if ours["models"] != theirs["models"] or ours.get("logs") != theirs.get("logs", ours.get("logs")):
        return False
    for mine, other in zip(ours["folds"], theirs["folds"], strict=True):
        if len(mine["cells"]) != len(other["cells"]):
            return False
        numbers = list(zip(mine["answer_prices"] + mine["draw_prices"], other["answer_prices"] + other["draw_prices"]))
        for a, b in zip(mine["cells"], other["cells"]):
            if a["evidence"] != b["evidence"]:
                return False
            numbers += zip([a["weight"], *a["scores"], *a["products"]], [b["weight"], *b["scores"], *b["products"]])
        if not all(close(a, b) for a, b in numbers):
            return False
    return True


class Check:
    def __init__(self, options, folder):
        self.program = options.program.resolve()
        self.source = options.source.resolve()
        self.folder = Path(folder)
        self.python = python_with_engines(self.source)
        self.runners = {}

    def path(self, name):
        return str(self.folder / name)

    def own(self, logs, *more):
        """Returns the statistics of the program's own pass, and the seconds that it took."""
        begin = time.monotonic()
        done = subprocess.run([self.program, "train", *logs, "--context", "none", "--out", self.path("own.json"), *more],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"automix train: {done.stderr}")
        return json.loads(Path(self.path("own.json")).read_text())["statistics"], time.monotonic() - begin

    def run(self, engine, logs, out, *more):
        """Runs a job. Returns its exit code and its messages."""
        if engine not in self.runners:
            command = [self.python, "-c", RUNNER, self.source / "examples" / "spark"]
            self.runners[engine] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                                    text=True)
        runner = self.runners[engine]
        job = ["--engine", engine, *logs, "--out", out, "--cores", str(os.cpu_count()), *more]
        runner.stdin.write(json.dumps(job) + "\n")
        runner.stdin.flush()
        return json.loads(runner.stdout.readline())

    def statistics(self, engine, logs, out, *more):
        """Returns the statistics of an engine, as the program reads them, and the seconds that it took."""
        begin = time.monotonic()
        code, messages = self.run(engine, logs, out, *more)
        seconds = time.monotonic() - begin
        if code != 0:
            sys.exit(f"{engine}: {messages}")
        policy = self.path("theirs.json")
        trained = subprocess.run([self.program, "train", "--statistics", out, "--out", policy], capture_output=True, text=True)
        if trained.returncode != 0:
            sys.exit(f"{engine}: automix train --statistics: {trained.stderr}")
        return json.loads(Path(policy).read_text())["statistics"], seconds

    def close(self):
        for runner in self.runners.values():
            runner.stdin.close()
            runner.wait()

    def write(self, name, records):
        Path(self.path(name)).write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
        return self.path(name)


def records(rows, confidences=False):
    """Returns rows of three models with all that sums must hold."""
    made = []
    numbers = random.Random(3)
    for row in range(rows):
        models = []
        for m, name in enumerate(["small", "mid 'one'", "large"]):
            model = {"name": name, "score": numbers.choice([0, 1, 0.5, round(numbers.random(), 3)]),
                     "cost": [1.0, 5.0, 50.0][m] * (0.5 + numbers.random())}
            if m < 2:
                model["draw_cost"] = model["cost"] / 8
                if confidences and m == 0:
                    model["confidence"] = round(numbers.random(), 2)
                else:
                    model["verdicts"] = [numbers.choice([0, 1, True, False, None]) for _ in range(4 + row % 2)]
            models.append(model)
        made.append({"schema": "automix-log/1", "id": row if row % 3 == 0 else f"ä {row} é" if row % 3 == 1 else f"q{row}" * 9,
                     "dataset": f"d{row % 2}", "models": models})
    return made


def write_parquet(check, name, made):
    """Writes records as Parquet, whose verdicts are of one type."""
    code = ("import json, sys, pyarrow as pa, pyarrow.parquet as pq\n"
            "rows = [json.loads(line) for line in open(sys.argv[1])]\n"
            "for row in rows:\n"
            "    row['id'] = str(row['id'])\n"
            "    for model in row['models']:\n"
            "        model['score'] = float(model['score'])\n"
            "        if 'verdicts' in model: model['verdicts'] = [v if v is None else int(v) for v in model['verdicts']]\n"
            "pq.write_table(pa.Table.from_pylist(rows), sys.argv[2])\n")
    subprocess.run([check.python, "-c", code, check.write("rows.jsonl", made), check.path(name)], check=True)
    return check.path(name)


def check_engine(check, engine):
    data = sorted(str(path) for path in (check.source / "examples" / "data").glob("*.jsonl"))
    json_out, csv_out = check.path("theirs_statistics.json"), check.path("theirs.csv")
    ours, _ = check.own(data)
    theirs, _ = check.statistics(engine, data, json_out)
    require(same(ours, theirs), f"{engine}: the recorded logs at their recorded prices, with the digest of their ids")

    log = check.write("log.jsonl", records(300))
    ours, _ = check.own([log], "--max-draws", "4")
    require(same(ours, check.statistics(engine, [log], json_out, "--max-draws", "4")[0]),
            f"{engine}: three models, unparsed verdicts, fractional scores, recorded prices, any ids, four draws")
    require(same(ours, check.statistics(engine, [log], csv_out, "--max-draws", "4", "--stratum", "dataset")[0]),
            f"{engine}: the strata of a table add up")
    head = Path(csv_out).read_text().splitlines()
    require(head[0].startswith("fold,stratum,") and {line.split(",")[1] for line in head[1:]} == {"d0", "d1"},
            f"{engine}: a table has the stratum of each cell")
    parquet = write_parquet(check, "log.parquet", records(300))
    require(same(ours, check.statistics(engine, [parquet], json_out, "--max-draws", "4")[0]), f"{engine}: Parquet")

    log = check.write("log.jsonl", records(300, confidences=True))
    given = ["--models", "small,large", "--costs", "1,50", "--draw-cost", "0.125"]
    ours, _ = check.own([log], *given)
    require(same(ours, check.statistics(engine, [log], json_out, *given)[0]), f"{engine}: confidences, two of three models, given prices")

    def refused(what, change, *more):
        made = records(20)
        change(made)
        code, messages = check.run(engine, [check.write("bad.jsonl", made)], json_out, *more)
        require(code == 1 and messages.startswith("error: ") and messages.count("\n") == 1 and what in messages,
                f"{engine}: refuses {what!r}")

    refused("duplicate id", lambda made: made[7].update(id=made[4]["id"]))
    refused("expected a number in [0, 1]", lambda made: made[3]["models"][0].update(score=1.5))
    refused("expected a list of 0, 1", lambda made: made[3]["models"][0].update(verdicts=[2]))
    refused("the models of the first record", lambda made: made[3]["models"].reverse())
    refused("neither verdicts nor a confidence", lambda made: made[3]["models"][0].pop("verdicts"))
    refused("recorded price", lambda made: made[3]["models"][2].pop("cost"))
    refused("order of their mean prices", lambda made: None, "--models", "large,small")
    refused("--max-draws needs 5", lambda made: None, "--max-draws", "5")
    refused("cannot read the log", lambda made: made[3].update(models="none"))


def check_large(check, engines, rows):
    """Compares sums of many generated rows, and prints rows a second."""
    path = check.path("large.jsonl")
    numbers = random.Random(18)
    with open(path, "w", encoding="utf-8") as file:
        for row in range(rows):
            right = numbers.random() < 0.5
            bits = numbers.getrandbits(8) | (numbers.getrandbits(8) if right else 0)
            verdicts = ",".join(str(bits >> k & 1) for k in range(8))
            file.write(f'{{"id":"q{row}","models":[{{"name":"small","score":{int(right)},"verdicts":[{verdicts}]}},'
                       f'{{"name":"large","score":{numbers.randrange(5) / 4}}}]}}\n')
    given = ["--costs", "1,50", "--draw-cost", "0.125"]
    ours, seconds = check.own([path], *given)
    print(f"automix train: {rows / seconds:,.0f} rows a second", flush=True)
    for engine in engines:
        theirs, seconds = check.statistics(engine, [path], check.path("large.json"), *given)
        print(f"{engine}: {rows / seconds:,.0f} rows a second on {os.cpu_count()} cores", flush=True)
        require(same(ours, theirs), f"{engine}: {rows} generated rows")


def main():
    options = arguments()
    if "spark" in options.engines and shutil.which("java") is None:
        skip("Spark needs Java (Debian: openjdk-17-jre-headless)")
    with tempfile.TemporaryDirectory() as folder:
        check = Check(options, folder)
        for engine in options.engines:
            check_engine(check, engine)
        if options.rows:
            check_large(check, options.engines, options.rows)
        check.close()


main()
