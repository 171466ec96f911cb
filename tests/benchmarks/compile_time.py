# SPDX-License-Identifier: Apache-2.0
"""What compiling costs. In one run: user time of the README's quick start, compiled and linked by the command that stands
there and by the same against the compiled library, as ratios to a program that parses a JSON text and multiplies an Eigen
matrix at the same level; and memory and user time of each unit of an -O2 build of the library, the program and the
examples. With --run also the seconds of `bash examples/run` in a clone of HEAD. Prints a table and writes the figures as
JSON. Compiler caches are off."""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = """\
#include <Eigen/Dense>
#include <nlohmann/json.hpp>

#include <iostream>

int main() {
    const auto json = nlohmann::json::parse(R"({"matrix": [1, 2, 3, 4]})");
    Eigen::MatrixXd matrix(2, 2);
    for (int i = 0; i < 4; ++i) matrix(i / 2, i % 2) = json["matrix"][static_cast<std::size_t>(i)].get<double>();
    const Eigen::MatrixXd product = matrix * matrix;
    std::cout << product << '\\n';
}
"""
# Goals: ratios of user time to the baseline's, bytes of memory, seconds.
GOALS = {"header_only": 2.0, "compiled": 0.8, "peak_bytes": 700e6, "run_s": 60.0}
NAMES = {"header_only": "quickstart, header-only, as the README says", "compiled": "quickstart against automix::compiled"}


def measured(command, **options):
    """User seconds and peak memory in bytes of a command and the processes that it starts. Raises if it fails."""
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime, usage.ru_maxrss * 1024


def launch(log, command):
    """Runs one command of the compiler for CMake, and adds a line on it to the log. Returns its exit code."""
    try:
        user, peak = measured(command)
    except subprocess.CalledProcessError as error:
        return error.returncode
    source = next((word for word in reversed(command) if re.search(r"\.(cpp|cxx)$", word)), None)
    if source:
        path = pathlib.Path(source)
        unit = str(path.relative_to(ROOT)) if ROOT in path.parents and "CMakeFiles" not in path.parts else "/".join(path.parts[-2:])
        line = json.dumps({"unit": unit, "user_s": user, "peak_bytes": peak})
        with open(log, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    return 0


def build_units(folder):
    """Builds the compiled library, the program and the examples at -O2 anew. Returns the figures of their units."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    log = folder / "units.jsonl"
    launcher = ";".join([sys.executable, str(pathlib.Path(__file__).resolve()), "--unit", str(log)])
    commands = [
        ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG", "-Dautomix_BUILD_TESTS=OFF", "-Dautomix_BUILD_EXAMPLES=ON",
         f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}"],
        ["cmake", "--build", folder, "--target", "all", "automix_compiled"],
    ]  # fmt: skip
    with open(folder / "build.log", "w", encoding="utf-8") as output:
        for command in commands:
            if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode != 0:
                sys.exit((folder / "build.log").read_text(encoding="utf-8"))
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def readme_command():
    """The words of the command that compiles the quick start, up to the program's name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^(g\+\+ .*examples/quickstart\.cpp .*?)-o quickstart", text, re.MULTILINE)
    if not found:
        sys.exit("README.md: no command that compiles examples/quickstart.cpp")
    return shlex.split(found[1])


def compare(library, runs):
    """Median user seconds of the three programs, compiled in turns so that what else the machine does falls on all."""
    words = readme_command()
    with tempfile.TemporaryDirectory() as folder:
        baseline = pathlib.Path(folder, "baseline.cpp")
        baseline.write_text(BASELINE, encoding="utf-8")
        commands = {
            "baseline": [str(baseline) if word == "examples/quickstart.cpp" else word for word in words],
            "header_only": words,
            "compiled": [*words, "-DAUTOMIX_COMPILED", str(library)],
        }
        seconds = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                seconds[name].append(measured([*command, "-o", str(pathlib.Path(folder, name))], cwd=ROOT)[0])
    return {name: statistics.median(each) for name, each in seconds.items()}


def run_seconds():
    """Wall-clock seconds of the main job in a clone of HEAD."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", ROOT, f"{folder}/clone"], check=True)
        start = time.monotonic()
        subprocess.run(["bash", "examples/run"], cwd=f"{folder}/clone", check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - start


def goal(value, most, shown):
    return f"at most {shown}: {'met' if value <= most else 'missed'}"


def table(figures):
    """Rows of the table: what, user seconds, ratio or memory, goal."""
    seconds = figures["user_s"]
    yield "JSON text and Eigen matrix, -O2", f"{seconds['baseline']:.1f} s", "1", ""
    for name, text in NAMES.items():
        ratio = seconds[name] / seconds["baseline"]
        yield text, f"{seconds[name]:.1f} s", f"{ratio:.2f}", goal(ratio, GOALS[name], GOALS[name])
    units = sorted(figures["units"], key=lambda unit: -unit["peak_bytes"])
    yield f"all {len(units)} units of the -O2 build", f"{sum(unit['user_s'] for unit in units):.0f} s", "", ""
    for unit in units:
        peak = unit["peak_bytes"]
        most = GOALS["peak_bytes"]
        yield unit["unit"], f"{unit['user_s']:.1f} s", f"{peak / 1e6:.0f} MB", goal(peak, most, f"{most / 1e6:.0f} MB")
    if figures["run_s"] is not None:
        seconds = figures["run_s"]
        yield "bash examples/run in a clone, wall clock", f"{seconds:.0f} s", "", goal(seconds, GOALS["run_s"], "60 s")


def main():
    # As the compiler's launcher: --unit LOG COMMAND...
    if sys.argv[1:2] == ["--unit"]:
        return launch(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build-dir", default=ROOT / "build/compile_time", type=pathlib.Path, help="made anew (default build/compile_time)")
    parser.add_argument("--runs", type=int, default=5, help="compilations of each program (default 5)")
    parser.add_argument("--run", action="store_true", help="time `bash examples/run` too")
    parser.add_argument("--output", help="file for the figures, JSON")
    options = parser.parse_args()

    os.environ["CCACHE_DISABLE"] = "1"
    folder = options.build_dir.resolve()
    units = build_units(folder)
    figures = {
        "compiler": readme_command()[0],
        "runs": options.runs,
        "user_s": compare(folder / "libautomix_compiled.a", options.runs),
        "units": units,
        "run_s": run_seconds() if options.run else None,
    }
    print("| what | user time | ratio, or peak memory | goal |")
    print("| --- | ---: | ---: | --- |")
    for row in table(figures):
        print("|", " | ".join(row), "|")
    if options.output:
        pathlib.Path(options.output).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
