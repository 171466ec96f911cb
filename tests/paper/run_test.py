#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The script examples/paper/run, from download to table, with a server that repeats recorded answers.

  run_test.py PROGRAM

The server answers with what examples/data/clauses.jsonl has recorded, so scores, verdicts and figures of the table are
known without the library.
"""
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from contracts import SOURCE, hypothesis, official, recorded  # noqa: E402

PAPER = SOURCE / "examples" / "paper"
PROGRAM = Path(sys.argv.pop(1)).resolve()
MODELS = ["automix-mini", "automix-base", "automix-large"]
PRICES = {"automix-mini": (1, 0.5), "automix-base": (3.6, 1.9), "automix-large": (8.5, 0)}
DRAWS = 8
TRAIN, TEST = 120, 100


class Repeater(BaseHTTPRequestHandler):
    """Answers a chat request with what was recorded for its model and query."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # a reply in one packet
    known = {(record["context"], hypothesis(record)): record for record in recorded().values()}

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = request["messages"][-1]["content"]
        verifies = prompt.endswith("\nEvaluation:")
        context, question = re.findall(r"Agreement: (.*?)\n+Statement: (.*?)(?:\nAI answer|\Z)", prompt, re.DOTALL)[-1]
        entry = self.known[context, question]["models"][MODELS.index(request["model"])]
        samples = request.get("n", 1)
        texts = entry["verification_replies"][:samples] if verifies else [entry["answer"]] * samples
        if question == self.server.refused:
            self.send_error(400)
            return
        assert not verifies or f"\nAI answer: {entry['answer']}\n" in prompt
        with self.server.lock:
            self.server.asked.append((request["model"], verifies, context, question))
        body = json.dumps({
            "id": "1", "object": "chat.completion", "model": request["model"],
            "choices": [{"index": i, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
                        for i, text in enumerate(texts)],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Repeater)
        self.lock, self.asked, self.refused = threading.Lock(), [], None


def models_file(port):
    return json.dumps({"models": [
        {"name": name, "base_url": f"http://127.0.0.1:{port}/v1", "price": dict(zip(("call", "verification"), PRICES[name])),
         "generation": {"temperature": 0, "max_tokens": 12}, "verification": {"temperature": 1, "max_tokens": 28},
         "samples_per_call": DRAWS} for name in MODELS]})


def rows_of(output):
    """The cells of the tables by their heading and row, the first at the paper's prices."""
    tables = []
    for line in output.split("\n"):
        if match := re.match(r"(\w+): (\S+) and (\S+), (\d+) queries to train on, (\d+) to test on", line):
            tables.append((match.groups(), {}))
        elif tables and re.match(r"\S.*\S {2,}\S", line):
            label, *cells = re.split(r" {2,}", line.rstrip())
            tables[-1][1][label] = cells
    return tables


class Runs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        archive = cls.folder / "contract-nli.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("contract-nli/train.json", official("train"))
            packed.writestr("contract-nli/dev.json", official("test"))
        (cls.folder / "sources.json").write_text(json.dumps(
            {"contractnli": [{"url": archive.as_uri(), "files": ["train.json", "dev.json"]}]}))
        cls.server = Server()
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        (cls.folder / "models.json").write_text(models_file(cls.server.server_address[1]))

    def run_paper(self, *options, train=TRAIN, test=TEST, out="out"):
        return subprocess.run(
            ["bash", str(PAPER / "run"), str(self.folder / "models.json"), "--datasets", "contractnli",
             "--data", str(self.folder / "data"), "--out", str(self.folder / out), "--train", str(train), "--test", str(test),
             "--concurrency", "16", *options],
            capture_output=True, text=True, timeout=300, env={
                **os.environ, "AUTOMIX_PROGRAM": str(PROGRAM), "AUTOMIX_PYTHON": sys.executable,
                "AUTOMIX_PAPER_SOURCES": str(self.folder / "sources.json")})

    def test_from_download_to_table(self):
        # The dry mode downloads and converts, and asks nothing. A price of a call is paid for each answer and verdict.
        dry = self.run_paper("--dry")
        self.assertEqual(dry.returncode, 0, dry.stderr)
        self.assertIn("Downloading file:", dry.stderr)
        cost = (TRAIN + TEST) * sum(call + verdict * DRAWS for call, verdict in PRICES.values())
        self.assertIn(f"In all {cost:.4g} to {cost:.4g}, ", dry.stdout)
        self.assertEqual(self.server.asked, [])

        # A budget that does not suffice ends the run, and the next one goes on.
        broke = self.run_paper("--budget", "500")
        self.assertNotEqual(broke.returncode, 0)
        self.assertIn("start again to go on", broke.stderr)
        begun = len(self.server.asked)
        self.assertGreater(begun, 0)

        # A query that fails again and again is no reason to have no table.
        last = json.loads((self.folder / "out/contractnli/queries.jsonl").read_text().rstrip("\n").split("\n")[-1])
        self.server.refused = last["question"]
        failed = self.run_paper()
        self.assertEqual(failed.returncode, 1)
        self.assertIn("--partial makes the tables", failed.stderr)
        partial = self.run_paper("--partial")
        self.assertEqual(partial.returncode, 0, partial.stderr)
        self.assertEqual({heading[4] for heading, _ in rows_of(partial.stdout)}, {str(TEST - 1)})

        # Once it is answered, all is complete.
        self.server.refused = None
        done = self.run_paper()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Downloading", done.stderr)
        self.assertGreater(len(self.server.asked), begun)
        self.assertEqual(len(self.server.asked), 5 * (TRAIN + TEST))
        self.assertEqual(len(set(self.server.asked)), len(self.server.asked))

        # Answers, scores and verdicts are those that were recorded.
        known = recorded()
        log = [json.loads(line) for line in (self.folder / "out/contractnli/log.jsonl").read_text().split("\n") if line]
        self.assertEqual([sum(record["split"] == split for record in log) for split in ("train", "test")], [TRAIN, TEST])
        for record in log:
            before = known[record["id"]]
            self.assertEqual(record["split"], before["split"])
            for model, earlier in zip(record["models"], before["models"]):
                self.assertEqual((model["answer"], model["score"]), (earlier["answer"], earlier["score"]))
                self.assertEqual(model.get("verdicts", []), earlier.get("verdicts", [])[:DRAWS])

        # A table for each pair of models, at the prices of the paper and at those recorded.
        tables = rows_of(done.stdout)
        pairs = [(small, large) for i, small in enumerate(MODELS) for large in MODELS[i + 1:]]
        self.assertEqual([heading for heading, _ in tables],
                         [("contractnli", *pair, str(TRAIN), str(TEST)) for pair in 2 * pairs])
        tests = [known[record["id"]] for record in log if record["split"] == "test"]
        for (_, small, large, *_), rows in tables:
            for name, label in ((small, "small model alone"), (large, "large model alone")):
                mean = sum(record["models"][MODELS.index(name)]["score"] for record in tests) / len(tests)
                self.assertEqual(rows[label][0].split(" ")[0], f"{100 * mean:.1f}")
            for label in ("AutoMix + Threshold", "AutoMix + POMDP", "AutoMix, self-consistency", "by the query alone",
                          "pomdp of this library"):
                self.assertRegex(rows[label][1], r"^[0-9.]+ \[[0-9.]+, [0-9.]+\]$")
        paper, ours = tables[1][1], tables[4][1]
        self.assertEqual(paper["AutoMix + POMDP"][3:], ["43.5", "6.7", "+88.7 ± 31.8"])
        self.assertEqual(paper["small model alone"][1].split(" ")[0], "1")
        self.assertEqual(paper["large model alone"][1].split(" ")[0], "50")
        self.assertEqual(len(ours["AutoMix + POMDP"]), 3)
        self.assertEqual(ours["small model alone"][1].split(" ")[0], "1")
        self.assertEqual(ours["large model alone"][1].split(" ")[0], "8.5")
        self.assertEqual(paper["FrugalGPT"][3:], ["59.2", "37.4", "+66.1"])

        # The figures are those of `automix evaluate`, and each pair has a policy.
        evaluation = json.loads((self.folder / "out/contractnli/pair-0-2.recorded.json").read_text())
        pomdp = next(router["test"] for router in evaluation["routers"] if router["name"] == "pomdp")
        self.assertTrue(ours["pomdp of this library"][0].startswith(f"{100 * pomdp['performance']:.1f} ["))
        for pair in ("0-1", "0-2", "1-2"):
            self.assertTrue((self.folder / f"out/contractnli/pair-{pair}.policy.json").exists())

        # A run that is done asks nothing again and prints the same table; other queries are refused.
        again = self.run_paper()
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(len(self.server.asked), 5 * (TRAIN + TEST))
        self.assertEqual(rows_of(again.stdout), tables)
        before = (self.folder / "out/contractnli/queries.jsonl").read_bytes()
        other = self.run_paper(test=TEST + 1)
        self.assertEqual(other.returncode, 1)
        self.assertIn("was recorded with other queries", other.stderr)
        self.assertEqual((self.folder / "out/contractnli/queries.jsonl").read_bytes(), before)

    def test_all_data_sets_are_converted(self):
        models = self.folder / "models.json"
        done = subprocess.run(
            ["bash", str(PAPER / "run"), str(models), "--dry", "--data", str(Path(__file__).resolve().parent / "data"), "--out",
             str(self.folder / "all"), "--train", "2", "--test", "0", "--convert", "--turns 0"],
            capture_output=True, text=True, timeout=300, env={**os.environ, "AUTOMIX_PYTHON": sys.executable})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        numbers = {}
        for dataset in ("contractnli", "quality", "qasper", "narrativeqa", "coqa"):
            queries = [json.loads(line) for line in (self.folder / "all" / dataset / "queries.jsonl").read_text().split("\n") if line]
            self.assertEqual({query["dataset"] for query in queries}, {dataset})
            self.assertFalse(any("\nQ: " in query["question"] for query in queries))
            numbers[dataset] = [sum(query["split"] == split for query in queries) for split in ("train", "test")]
        # Of each data set two queries to train on, and all of its other file, set or half to test on.
        coqa = numbers.pop("coqa")
        self.assertEqual(numbers, {"contractnli": [2, 3], "quality": [2, 1], "qasper": [2, 2], "narrativeqa": [2, 1]})
        self.assertIn(coqa, [[2, 2], [2, 4]])

    def test_mistakes_are_named(self):
        def refused(*options, code=2):
            done = subprocess.run(["bash", str(PAPER / "run"), *options], capture_output=True, text=True, timeout=300,
                                  env={**os.environ, "AUTOMIX_PROGRAM": str(PROGRAM)})
            self.assertEqual(done.returncode, code, done.stderr)
            return done.stderr
        self.assertIn("Usage: run MODELS.json", refused())
        self.assertIn("Usage: run MODELS.json", refused("--dry"))
        self.assertIn("Usage: run MODELS.json", refused("models.json", "--unknown", "1"))
        self.assertIn("expected some of contractnli", refused("models.json", "--datasets", "squad"))
        self.assertIn("--train: expected a whole number, found many", refused("models.json", "--train", "many"))
        none = self.run_paper("--dry", "--data", str(self.folder / "gone"), "--datasets", "contractnli", out="other")
        self.assertEqual(none.returncode, 0, none.stderr)


def python(script, *arguments):
    return subprocess.run([sys.executable, str(PAPER / script), *map(str, arguments)], capture_output=True, text=True, timeout=300)


class Parts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, value):
        path = self.folder / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return path

    def test_estimate_counts_tokens_calls_and_replies(self):
        models = self.write("models.json", {"models": [
            {"name": "small", "price": {"prompt_per_million": 1000, "completion_per_million": 2000},
             "generation": {"max_tokens": 10}, "verification": {"max_tokens": 20}, "samples_per_call": 4,
             "prompts": {"answer": "12345678{", "verify": "1234"}},
            {"name": "large", "price": {"call": 3}, "generation": {"max_tokens": 10}, "prompts": {"answer": "a", "verify": "b"}}]})
        query = {"id": "q", "dataset": "coqa", "split": "train", "context": "x" * 400, "question": "ü" * 10, "reference": "r"}
        queries = self.write("queries.jsonl", json.dumps(query) + "\n" + json.dumps({**query, "context": "x" * 401}) + "\n")
        done = python("estimate.py", models, "--draws", "6", queries)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Answers of small: prompts of 3 + 100 + 5 and 3 + 101 + 5 tokens, replies of 10. Verdicts: two calls a query for six
        # verdicts, prompts of 1 + 100 + 5 + 10 and one more, replies of 20 each.
        lines = [line.split() for line in done.stdout.split("\n")]
        self.assertEqual(lines[1], ["coqa", "2", "small", "answers", "2", "217", "0.217", "0.257"])
        self.assertEqual(lines[2], ["coqa", "2", "small", "verdicts", "4", "466", "0.466", "0.946"])
        self.assertEqual(lines[3][2:5] + lines[3][6:], ["large", "answers", "2", "6", "6"])
        self.assertIn("In all 6.683 to 7.203, ", done.stdout)

    def test_models_keep_their_own_prompts(self):
        models = self.write("models.json", {"models": [
            {"name": "a", "prompts": {"answer": "mine {question}"}}, {"name": "b", "prompts": {"coqa": {"verify": "other"}}},
            {"name": "c"}]})
        done = python("models.py", models, "coqa")
        prompts = [model["prompts"]["coqa"] for model in json.loads(done.stdout)["models"]]
        ours = {kind: (PAPER / "prompts" / f"coqa.{kind}.txt").read_text(encoding="utf-8").rstrip() for kind in ("answer", "verify")}
        self.assertEqual(prompts, [{"answer": "mine {question}", "verify": ours["verify"]},
                                   {"answer": ours["answer"], "verify": "other"}, ours])
        for text in ("{", "[]", json.dumps({"models": [{"name": "a"}]})):
            done = python("models.py", self.write("wrong.json", text), "coqa")
            self.assertEqual(done.returncode, 1)
            self.assertIn("wrong.json: not a models file", done.stderr)
        self.assertIn("nowhere.json: cannot be read", python("models.py", "nowhere.json", "coqa").stderr)

    def test_every_prompt_has_its_place_holders(self):
        for dataset in ("coqa", "qasper", "quality", "narrativeqa", "contractnli"):
            for kind, expected in (("answer", ["context", "question"]), ("verify", ["answer", "context", "question"])):
                text = (PAPER / "prompts" / f"{dataset}.{kind}.txt").read_text(encoding="utf-8")
                self.assertEqual(sorted(re.findall(r"\{(.*?)\}", text)), expected, f"{dataset}.{kind}")
            self.assertEqual([text.count(f"\nVerdict: {word}\n") for word in ("correct", "incorrect")], [2, 2], dataset)
            self.assertTrue(text.endswith("\nAI answer: {answer}\nEvaluation:\n"), dataset)

    def test_table_shows_figures_and_intervals(self):
        test = {"performance": 0.5012, "cost": 12.344, "ibc_lift": -0.0312,
                "ci": {"performance": [0.4, 0.6004], "cost": [11, 13.5], "ibc_lift": [-0.5, 1.25]}}
        path = self.write("evaluation.json", {
            "models": ["s", "l"], "rows": {"train": 3, "test": 4}, "warnings": ["little data"], "routers": [
                {"name": "always_small", "test": {"performance": 0.25, "cost": 1, "ibc_lift": None,
                                                  "ci": {"performance": [0, 1], "cost": [1, 1], "ibc_lift": None}}},
                {"name": "fixed_answer:union", "test": test}, {"name": "frugalgpt", "test": test},
                {"name": "pomdp", "test": None, "infeasible": "no way", "warnings": ["unsure"], "guard": {"passed": False}}]})
        done = python("table.py", "--prices", "paper", "qasper", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        [(heading, rows)] = rows_of(done.stdout)
        self.assertEqual(heading, ("qasper", "s", "l", "3", "4"))
        self.assertEqual(rows["small model alone"], ["25.0 [0.0, 100.0]", "1 [1, 1]", "-", "14.0", "1", "-"])
        ours = ["50.1 [40.0, 60.0]", "12.34 [11, 13.5]", "-3.1 [-50.0, +125.0]"]
        self.assertEqual(rows["AutoMix + POMDP"], [*ours, "27.6", "45.2", "+6.9 ± 1.0"])
        self.assertEqual(rows["FrugalGPT"], [*ours, "27.7", "49.3", "-1.1"])
        self.assertEqual(rows["AutoMix + Threshold"], ["-", "-", "-", "27.7", "47.2", "+3.7 ± 3.7"])
        self.assertIn("no way", rows["pomdp of this library"][0])
        for text in ("little data", "pomdp: unsure", "pomdp: no policy beats mixing"):
            self.assertIn(f"\nnote: {text}", done.stdout)

    def test_published_figures_agree_with_each_other(self):
        published = json.loads((PAPER / "published.json").read_text(encoding="utf-8"))
        for dataset, methods in published.items():
            if dataset == "source":
                continue
            (cheap, low, *_), (dear, high, *_) = methods["always_small"], methods["always_large"]
            for method, (cost, performance, lift, deviation) in methods.items():
                # A mean over training samples that differ is not the lift of the mean cost and performance.
                if lift is None or deviation is not None and deviation > 1.0:
                    continue
                found = 100 * ((performance - low) / (cost - cheap) / ((high - low) / (dear - cheap)) - 1)
                self.assertLess(abs(found - lift), 1.0, f"{dataset} {method}: {found:.1f} from cost and performance")

    def test_download_unpacks_and_names_what_is_missing(self):
        (self.folder / "plain.json").write_text("{}")
        with tarfile.open(self.folder / "data.tgz", "w:gz") as archive:
            archive.add(self.folder / "plain.json", "inside/first.json")
        sources = self.write("sources.json", {
            "coqa": [{"url": (self.folder / "plain.json").as_uri(), "files": ["kept.json"]}],
            "qasper": [{"url": (self.folder / "data.tgz").as_uri(), "files": ["first.json"]}],
            "quality": [{"url": (self.folder / "data.tgz").as_uri(), "files": ["second.json"]}],
            "contractnli": [{"url": (self.folder / "gone.zip").as_uri(), "files": ["third.json"]}]})
        for dataset, name in (("coqa", "kept.json"), ("qasper", "first.json")):
            done = python("download.py", dataset, self.folder / "to", sources)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((self.folder / "to" / name).read_text(), "{}")
            self.assertEqual(python("download.py", dataset, self.folder / "to", sources).stderr, "")
        self.assertIn("data.tgz: holds no second.json", python("download.py", "quality", self.folder / "to", sources).stderr)
        done = python("download.py", "contractnli", self.folder / "to", sources)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "Put third.json into .* yourself")


if __name__ == "__main__":
    unittest.main()
