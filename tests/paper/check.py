#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The script examples/paper/run with two small models of examples/models, served on this machine.

  check.py PROGRAM SOURCE_DIR [QUERIES]

Asks them about recorded clauses in ContractNLI's format, QUERIES to train on and as many to test on, 60 unless given.
Checks that answers and scores are those recorded, that the table shows them, and that nothing is left running. Prints
`skipped: ...` if the models' server is not installed, which `bash examples/live` does.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

tests = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(tests / "paper"), str(tests / "live")]

import model_server  # noqa: E402
from contracts import PREFIX, official, recorded  # noqa: E402

program, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
queries = int(sys.argv[3]) if len(sys.argv) > 3 else 60
python = source / "build" / "live" / "venv" / "bin" / "python3"
models = ["automix-mini", "automix-large"]


def require(holds, what):
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"ok: {what}")


def installed():
    return python.exists() and subprocess.run([python, "-c", "import xllamacpp"], capture_output=True).returncode == 0


def models_file(ports):
    """The entries of examples/models/models.json, with prompts that put a hypothesis as the models know it."""
    known = json.loads((source / "examples" / "models" / "models.json").read_text(encoding="utf-8"))["models"]
    entries = [model for model in known if model["name"] in ports]
    for model in entries:
        model["base_url"] = f"http://127.0.0.1:{ports[model['name']]}/v1"
        own = model["prompts"]
        model["prompts"] = {"contractnli": {
            kind: text.replace("Question: {question}", f"Question: {PREFIX}{{question}}")
            for kind, text in (("answer", own["answer"]), ("verify", own.get("clauses", {}).get("verify"))) if text}}
    return json.dumps({"models": entries})


def experiment(folder, ports):
    data = folder / "data" / "contractnli"
    data.mkdir(parents=True)
    (data / "train.json").write_text(official("train"), encoding="utf-8")
    (data / "dev.json").write_text(official("test"), encoding="utf-8")
    (folder / "models.json").write_text(models_file(ports), encoding="utf-8")
    done = subprocess.run(
        ["bash", source / "examples" / "paper" / "run", folder / "models.json", "--datasets", "contractnli", "--data",
         folder / "data", "--out", folder / "out", "--train", str(queries), "--test", str(queries)],
        env={**os.environ, "AUTOMIX_PROGRAM": str(program)}, capture_output=True, text=True, timeout=500)
    print(done.stdout)
    require(done.returncode == 0, f"examples/paper/run ends well\n{done.stderr if done.returncode else ''}")

    known = recorded()
    log = [json.loads(line) for line in (folder / "out/contractnli/log.jsonl").read_text(encoding="utf-8").split("\n") if line]
    require(len(log) == 2 * queries, f"all {2 * queries} queries are recorded")
    for m, name in enumerate(models):
        earlier = [next(model for model in known[record["id"]]["models"] if model["name"] == name) for record in log]
        for field in ("answer", "score"):
            same = sum(record["models"][m][field] == before[field] for record, before in zip(log, earlier))
            require(same >= 0.99 * len(log), f"{name}: {field} as recorded in {same} of {len(log)} queries")
    parsed = [verdict for record in log for verdict in record["models"][0]["verdicts"]]
    require(len(parsed) == 8 * len(log), "eight verdicts are drawn on each answer")
    require(sum(verdict is None for verdict in parsed) <= 0.05 * len(parsed), "at most one verdict in twenty is not parsed")
    test = [record for record in log if record["split"] == "test"]
    for m, label in enumerate(("small model alone", "large model alone")):
        mean = f"{100 * sum(record['models'][m]['score'] for record in test) / len(test):.1f}"
        shown = re.findall(rf"^{label} +(\S+) \[", done.stdout, re.MULTILINE)
        require(shown == [mean, mean], f"the tables show {mean} for the {label}")


def main():
    if not installed():
        print("skipped: the models' server is not installed; bash examples/live installs it")
        return
    servers = {}
    try:
        for name in models:
            servers[name] = model_server.start(python, source, name, subprocess.DEVNULL)
        ports = {name: model_server.port_of(server) for name, server in servers.items()}
        with tempfile.TemporaryDirectory() as folder:
            experiment(Path(folder), ports)
    finally:
        for server in servers.values():
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
    require(all(server.poll() is not None for server in servers.values()), "no server is left running")


main()
