#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway under load, beside a plain cpp-httplib proxy and, where they are given, litellm's and firstpass, on one upstream of 50 ms.

  gateway.py PROGRAM [--litellm VENV] [--firstpass FIRSTPASS_PROXY] [--requests N] [--memory-requests N] [--out FILE]

Client, proxies and upstream share this machine's cores. Prints rates as shares of the ideal one (clients / 50 ms), overheads
beside the upstream alone, the processor time of a request in each process, and the gateway's memory over many requests of an
upstream that takes no time.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("program")
parser.add_argument("--litellm", help="virtual environment with litellm[proxy]")
parser.add_argument("--firstpass", help="the program firstpass-proxy of PyPI's firstpass")
parser.add_argument("--requests", type=int, default=4000, help="of each measurement")
parser.add_argument("--memory-requests", type=int, default=100_000)
parser.add_argument("--out", help="write the figures as JSON")
options = parser.parse_args()
here = Path(__file__).resolve().parent
running = []


def start(*command, **more):
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True, **more)
    running.append(process)
    return process


def port_of(process):
    return int(process.stdout.readline().strip().rsplit(":", 1)[-1].split("/")[0])


def stop():
    for process in reversed(running):
        process.terminate()
    for process in running:
        process.wait(timeout=60)
    running.clear()


def build(folder):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "cpp-httplib"], capture_output=True, text=True).stdout.split()
    tool = folder / "gateway_load"
    subprocess.run(["g++", "-std=c++20", "-O2", here / "gateway_load.cpp", "-o", tool, *flags, "-pthread"], check=True)
    return tool


def policy(folder):
    """A policy that takes every answer of the small model, so that a request is one call."""
    rows = []
    for i in range(200):
        right = i % 2
        rows.append({"schema": "automix-log/1", "id": f"q{i}", "models": [
            {"name": "small", "score": right, "verdicts": [right, right]}, {"name": "large", "score": 1}]})
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = folder / "policy.json"
    subprocess.run([options.program, "train", folder / "log.jsonl", "--models", "small,large", "--costs", "1,20", "--draw-cost",
                    "0.1", "--objective", "lambda=1000", "--context", "none", "--out", path], check=True, stdout=subprocess.DEVNULL)
    return path


def gateway(folder, upstream_port, *more):
    models = [{"name": name, "base_url": f"http://127.0.0.1:{upstream_port}/v1", "price": {"call": price, "verification": 0.1},
               "generation": {"max_tokens": 32}} for name, price in (("small", 1), ("large", 20))]
    (folder / "models.json").write_text(json.dumps({"models": models}))
    return start(options.program, "serve", "--policy", policy(folder), "--models", folder / "models.json", "--port", "0",
                 "--concurrency", "600", *more)


def litellm(folder, upstream_port):
    config = folder / "litellm.json"
    config.write_text(json.dumps({"model_list": [{"model_name": "automix", "litellm_params": {
        "model": "openai/automix", "api_base": f"http://127.0.0.1:{upstream_port}/v1", "api_key": "none"}}]}))
    port = 4123
    start(Path(options.litellm) / "bin" / "litellm", "--config", config, "--port", port, "--num_workers", os.cpu_count(),
          stderr=subprocess.DEVNULL, env={**os.environ, "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"})
    for _ in range(600):
        if subprocess.run(["curl", "--silent", "--fail", f"http://127.0.0.1:{port}/health/liveliness"], capture_output=True).returncode == 0:
            return port
        time.sleep(0.2)
    sys.exit("litellm does not start")


def firstpass(folder, upstream_port):
    """Observes: it passes requests on and writes receipts, without a gate."""
    port = 4124
    start(options.firstpass, stderr=subprocess.DEVNULL, cwd=folder,
          env={**os.environ, "FIRSTPASS_MODE": "observe", "FIRSTPASS_BIND": f"127.0.0.1:{port}", "FIRSTPASS_DB": folder / "firstpass.db",
               "FIRSTPASS_UPSTREAM_OPENAI": f"http://127.0.0.1:{upstream_port}"})
    for _ in range(100):
        if subprocess.run(["curl", "--silent", f"http://127.0.0.1:{port}/"], capture_output=True).returncode == 0:
            return port
        time.sleep(0.1)
    sys.exit("firstpass does not start")


def load(tool, port, clients, requests):
    out = subprocess.run([tool, "load", str(port), str(clients), str(requests), "automix"], capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


def processor_seconds(process):
    """Of user and system, with the processes that this one has started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has just ended
            continue
        if process.pid in (int(stat.parent.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_kib(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def main():
    figures = {"load": [], "memory_kib": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tool = build(folder)
        def upstream():  # one for each, for kept connections occupy its threads
            return port_of(start(tool, "upstream", 50))

        servers = {}

        def add(name, port):
            servers[name] = (port, running[-1])

        add("upstream alone", upstream())
        add("plain proxy", port_of(start(tool, "proxy", upstream())))
        add("automix serve", port_of(gateway(folder, upstream())))
        add("automix serve --log", port_of(gateway(folder, upstream(), "--log", folder / "requests.jsonl")))
        if options.litellm:
            add("litellm", litellm(folder, upstream()))
        if options.firstpass:
            add("firstpass", firstpass(folder, upstream()))
        print(f"{'':20}{'clients':>8}{'rate':>9}{'of ideal':>9}{'p50 ms':>8}{'p99 ms':>8}{'cpu ms':>8}{'failed':>7}")
        for clients in (8, 64, 256):
            for name, (port, process) in servers.items():
                requests = options.requests if name != "litellm" else options.requests // 4
                before = processor_seconds(process)
                got = load(tool, port, clients, requests)
                # Each client has asked once before it was measured.
                cpu = 1000 * (processor_seconds(process) - before) / (requests + clients)
                got.update(name=name, clients=clients, ideal=got["rate"] * 0.05 / clients, cpu_ms=cpu)
                figures["load"].append(got)
                print(f"{name:20}{clients:8}{got['rate']:9.0f}{got['ideal']:9.3f}{got['p50_ms']:8.2f}{got['p99_ms']:8.2f}"
                      f"{cpu:8.3f}{got['failed']:7}", flush=True)
        stop()
        fast = port_of(start(tool, "upstream", 0))
        served = gateway(folder, fast, "--log", folder / "memory.jsonl")
        port = port_of(served)
        steps = 10
        for step in range(steps):
            got = load(tool, port, 64, options.memory_requests // steps)
            figures["memory_kib"].append(memory_kib(served))
        figures["fast_rate"] = got["rate"]
        print(f"memory in KiB after each tenth of {options.memory_requests} requests: {figures['memory_kib']}; {got['rate']:.0f} requests a second")
    if options.out:
        Path(options.out).write_text(json.dumps(figures, indent=1) + "\n")


try:
    main()
finally:
    stop()
