# SPDX-License-Identifier: Apache-2.0
"""Servers of the models of examples/models on ports that are free, for the tests that ask them."""
import subprocess
import sys

# serve.py on a port that is free.
SERVE = """
import runpy, socket, sys
with socket.create_server(("127.0.0.1", 0)) as probe:
    port = probe.getsockname()[1]
sys.argv = ["serve.py", f"examples/models/{sys.argv[1]}.gguf", "--port", str(port)]
runpy.run_path("examples/models/serve.py", run_name="__main__")
"""


def start(python, source, model, log):
    """Starts the server of a model. Its errors go to `log`."""
    return subprocess.Popen([python, "-c", SERVE, model], cwd=source, stdout=subprocess.PIPE, stderr=log, text=True)


def port_of(process):
    """Returns the port of a server once it listens."""
    for line in process.stdout:
        if "listening on" in line:
            return int(line.rsplit(":", 1)[1].strip().rstrip("/"))
    sys.exit("a server ended before it listened")
