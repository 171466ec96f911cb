#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live path against real models: `examples/live` on this machine, and what it leaves behind.

  check.py PROGRAM SOURCE_DIR

Checks that live decisions equal those of replaying the recording of the same run; that `automix record` gives the recorded
answers at temperature 0 again (at least 99 in 100) and verdicts at the recorded rates, asks nothing twice after a stop or a
kill, and keeps to its budget; and that nothing is left running, also after an interrupt. Prints `skipped: ...` where the server cannot
be installed.
"""
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import model_server

program, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
examples = source / "examples"
live = source / "build" / "live"
tasks = ["moves", "dates", "clauses"]


def run(*command, check=True, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300, **options)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def lines(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def require(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}")


def servers():
    """Command lines of the models' servers of this checkout that run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any("serve.py" in word for word in words) and any("examples/models/" in word for word in words):
            if os.path.realpath(entry.parent / "cwd") == str(source):
                found.append(" ".join(words))
    return found


def live_example(*arguments):
    """Starts examples/live in a session of its own."""
    return subprocess.Popen(
        ["bash", str(examples / "live"), *arguments], cwd=source, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "AUTOMIX_PROGRAM": str(program)})


def example_answers_and_leaves_nothing():
    process = live_example("10")
    output, _ = process.communicate(timeout=300)
    if "No matching distribution" in output or "Could not find a version" in output:
        print(f"skipped: the models' server cannot be installed\n{output}")
        sys.exit(0)
    require(process.returncode == 0, f"examples/live ends well\n{output if process.returncode else ''}")
    for part in ["30 queries, ", "saved ", "answers match their references", "one more verdict is worth"]:
        require(part in output, f"examples/live prints '{part.strip()}'")
    require(not servers(), "no server is left running")


def interrupt_leaves_nothing():
    process = live_example("250")
    deadline = time.monotonic() + 60
    while len(servers()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    require(len(servers()) == 2, "two servers run")
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    require(process.returncode != 0, "an interrupted run says so by its exit code")
    require(not servers(), "no server is left running after an interrupt")


class Served:
    """All three models, with a models file for them."""

    def __enter__(self):
        text = (examples / "models" / "models.json").read_text()
        self.processes = []
        self.log = (live / "test_servers.log").open("w")
        for model, port in [("automix-mini", 8091), ("automix-base", 8092), ("automix-large", 8093)]:
            process = model_server.start(live / "venv" / "bin" / "python3", source, model, self.log)
            self.processes.append(process)
            text = text.replace(f":{port}/", f":{model_server.port_of(process)}/")
        self.models = live / "test_models.json"
        self.models.write_text(text)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
            process.wait(timeout=30)
        self.log.close()


def replay_decides_the_same(served, folder):
    common = ["answer", "--policy", live / "policy.json", "--models", served.models, "--queries", live / "queries.jsonl"]
    calls = folder / "calls.jsonl"
    asked = [json.loads(line) for line in run(program, *common, "--record", calls).stdout.splitlines()]
    replayed = [json.loads(line) for line in run(program, *common, "--replay", calls).stdout.splitlines()]
    for answer in asked + replayed:
        del answer["latency_ms"]
    require(len(asked) == 30 and asked == replayed, "live answers equal the replay of their recording, costs and all")
    require({answer["model"] for answer in asked} == {"automix-mini", "automix-large"}, "both models are used")


def recorded_again(served, folder):
    known = []
    for task in tasks:
        known += [record for record in lines(examples / "data" / f"{task}.jsonl") if record["split"] == "test"][:60]
    queries, out = folder / "queries.jsonl", folder / "log.jsonl"
    queries.write_text("".join(json.dumps(record) + "\n" for record in known))
    command = [program, "record", "--models", served.models, "--queries", queries, "--out", out, "--metric", "trimmed"]
    small = run(*command, "--budget", "100", "--format", "json", check=False)
    require(small.returncode == 1 and "budget" in small.stderr, "a budget that does not suffice ends the run")
    calls_before = len(lines(f"{out}.calls.jsonl"))
    spent = sum(call["cost"] for call in lines(f"{out}.calls.jsonl"))
    require(0 < spent <= 100, f"the budget is kept: {spent:g} of 100")
    summary = json.loads(run(*command, "--format", "json").stdout)
    calls = lines(f"{out}.calls.jsonl")
    require(len(calls) == 5 * len(known), f"each call is asked once: {calls_before} before, {len(calls)} in all")
    total = sum(call["cost"] for call in calls)
    require(abs(summary["cost"] - (total - spent)) < 1e-6, "the summary tells what this run paid")
    again = json.loads(run(*command, "--format", "json").stdout)
    require(again["recorded"] == 0 and again["cost"] == 0, "a run that is done asks nothing again")

    fresh = {record["id"]: record for record in lines(out)}
    require(len(fresh) == len(known), f"all {len(known)} queries are recorded")
    for m, model in enumerate(["automix-mini", "automix-base", "automix-large"]):
        same = sum(fresh[k["id"]]["models"][m]["answer"] == k["models"][m]["answer"] for k in known)
        require(same >= 0.99 * len(known), f"{model}: {same} of {len(known)} answers as recorded")
        scores = [fresh[k["id"]]["models"][m]["score"] == k["models"][m]["score"] for k in known]
        require(sum(scores) >= 0.99 * len(known), f"{model}: {sum(scores)} of {len(known)} scores as recorded")
        if "verdicts" not in known[0]["models"][m]:
            continue
        gaps = [share(fresh[k["id"]]["models"][m]["verdicts"]) - share(k["models"][m]["verdicts"]) for k in known]
        mean = sum(gaps) / len(gaps)
        error = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) / len(gaps))
        require(abs(mean) <= 3 * error, f"{model}: rate of positive verdicts off by {mean:+.4f}, standard error {error:.4f}")
    run(program, "train", out, "--models", "automix-mini,automix-large", "--out", folder / "policy.json")
    require((folder / "policy.json").exists(), "the log that was recorded trains a policy")


def killed_goes_on(served, folder):
    """A recording that is killed in mid-run goes on with what it has, and asks no recorded call again."""
    known = lines(examples / "data" / "moves.jsonl")[:200]
    queries, out = folder / "killed_queries.jsonl", folder / "killed.jsonl"
    queries.write_text("".join(json.dumps(record) + "\n" for record in known))
    command = [str(c) for c in (program, "record", "--models", served.models, "--queries", queries, "--out", out,
                                "--metric", "trimmed", "--draws", "4", "--format", "json")]
    calls = Path(f"{out}.calls.jsonl")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and (not calls.exists() or calls.read_bytes().count(b"\n") < 100):
        time.sleep(0.005)
    process.kill()
    process.wait()
    kept = calls.read_bytes().rpartition(b"\n")[0].splitlines()
    require(100 <= len(kept) < 5 * len(known), f"a recording is killed after {len(kept)} calls")
    run(*command)
    after = calls.read_bytes().splitlines()
    require(after[:len(kept)] == kept and len(after) == 5 * len(known), f"it goes on to {len(after)} calls, none asked twice")
    require(len(lines(out)) == len(known), f"all {len(known)} queries are recorded after it")


def share(verdicts):
    parsed = [verdict for verdict in verdicts if verdict is not None]
    return sum(parsed) / len(parsed) if parsed else 0.0


example_answers_and_leaves_nothing()
with tempfile.TemporaryDirectory() as temporary:
    with Served() as served_models:
        replay_decides_the_same(served_models, Path(temporary))
        recorded_again(served_models, Path(temporary))
        killed_goes_on(served_models, Path(temporary))
interrupt_leaves_nothing()
