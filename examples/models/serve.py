#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Serve one GGUF file with llama.cpp's OpenAI-compatible server (package xllamacpp).

  serve.py MODEL.gguf [--port 8080] [--name NAME] [--slots 16] [--threads 1]

Listens on 127.0.0.1 only; ends on Ctrl-C or SIGTERM.
"""
import argparse
import os
import signal
import sys
import threading

import xllamacpp

ap = argparse.ArgumentParser()
ap.add_argument("model")
ap.add_argument("--port", type=int, default=8080)
ap.add_argument("--name", help="model name shown by the server (default: file name)")
ap.add_argument("--slots", type=int, default=16, help="requests answered at the same time")
ap.add_argument("--context", type=int, default=512, help="tokens a slot")
ap.add_argument("--threads", type=int, default=1)
a = ap.parse_args()

p = xllamacpp.CommonParams()
p.model.path = a.model
p.model_alias = {a.name or os.path.basename(a.model).rsplit(".", 1)[0]}
p.hostnames = ["127.0.0.1"]
p.port = a.port
p.n_parallel = a.slots
p.n_ctx = a.context * a.slots
p.cpuparams.n_threads = a.threads
p.cpuparams_batch.n_threads = a.threads
p.warmup = False
p.cache_ram_mib = 0
server = xllamacpp.Server(p)
print("listening on", server.listening_address, flush=True)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
try:
    stop.wait()
except KeyboardInterrupt:
    pass
sys.stdout.flush()
os._exit(0)
