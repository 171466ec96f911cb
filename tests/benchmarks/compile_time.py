# SPDX-License-Identifier: Apache-2.0
"""Times how long a file that includes the umbrella header alone takes to compile, against one that includes Eigen/Dense
and nlohmann/json.hpp. Compiler and include folders are those of the benchmark program. Writes the medians as JSON."""

import argparse
import json
import os
import pathlib
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile

SOURCES = {
    "umbrella": "#include <automix/automix.hpp>\n",
    "dependencies": "#include <Eigen/Dense>\n#include <nlohmann/json.hpp>\n",
}
LEVELS = {"-O0": ["-O0"], "-O2": ["-O2", "-DNDEBUG"]}


def compiler_and_folders(commands):
    """Compiler and include options of the benchmark program, from CMake's compile_commands.json."""
    entries = json.loads(pathlib.Path(commands).read_text(encoding="utf-8"))
    words = shlex.split(next(e["command"] for e in entries if e["file"].endswith("benchmarks/main.cpp")))
    folders = []
    for word, following in zip(words, words[1:]):
        if word == "-isystem":
            folders += [word, following]
        elif word.startswith("-I"):
            folders.append(word)
    return words[0], folders


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", required=True, help="compile_commands.json of a build with the benchmarks")
    parser.add_argument("--runs", type=int, default=5, help="compilations of each file at each level (default 5)")
    parser.add_argument("--output", required=True, help="file for the figures, JSON")
    options = parser.parse_args()

    os.environ["CCACHE_DISABLE"] = "1"
    compiler, folders = compiler_and_folders(options.commands)
    seconds = {level: {name: [] for name in SOURCES} for level in LEVELS}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SOURCES.items():
            pathlib.Path(folder, name + ".cpp").write_text(text, encoding="utf-8")
        # The two files take turns, so that whatever else the machine does falls on both.
        for level, flags in LEVELS.items():
            for _ in range(options.runs):
                for name in SOURCES:
                    source = str(pathlib.Path(folder, name))
                    command = [compiler, "-std=c++20", *flags, *folders, "-c", source + ".cpp", "-o", source + ".o"]
                    seconds[level][name].append(processor_seconds(command))
            print(level, {name: round(statistics.median(runs), 2) for name, runs in seconds[level].items()}, file=sys.stderr)
    medians = {level: {name: statistics.median(runs) for name, runs in each.items()} for level, each in seconds.items()}
    with open(options.output, "w", encoding="utf-8") as output:
        json.dump({"compiler": compiler, "runs": options.runs, "cpu_s": medians}, output, indent=1)
        output.write("\n")


if __name__ == "__main__":
    main()
