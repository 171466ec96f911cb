#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The converter of examples/paper on small files in the official formats, with invented content."""
import contextlib
import gzip
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SOURCE = Path(__file__).resolve().parents[2]
DATA = Path(__file__).resolve().parent / "data"
sys.path.insert(0, str(SOURCE / "examples" / "paper"))

import convert  # noqa: E402

COQA = DATA / "coqa" / "coqa-dev-v1.0.json"
QASPER = DATA / "qasper" / "qasper-train-v0.3.json"
QASPER_DEV = DATA / "qasper" / "qasper-dev-v0.3.json"
QUALITY = DATA / "quality" / "QuALITY.v1.0.1.htmlstripped.train"
QAPS, SUMMARIES, DOCUMENTS = (DATA / "narrativeqa" / f"{name}.csv" for name in ("qaps", "summaries", "documents"))
CONTRACTS = DATA / "contractnli" / "train.json"


def run(*arguments):
    """Exit code, queries and messages."""
    out, errors = io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "argv", ["convert.py", *map(str, arguments)]), contextlib.redirect_stdout(out), \
            contextlib.redirect_stderr(errors):
        try:
            code = convert.main()
        except SystemExit as end:
            code = end.code
    return code, [json.loads(line) for line in out.getvalue().split("\n") if line], errors.getvalue()


class Converts(unittest.TestCase):
    def queries(self, *arguments):
        code, queries, errors = run(*arguments)
        self.assertEqual((code, errors), (0, ""))
        return queries

    def test_every_query_has_what_record_takes(self):
        for arguments in (["coqa", COQA], ["qasper", QASPER], ["quality", QUALITY], ["narrativeqa", QAPS, SUMMARIES],
                          ["contractnli", CONTRACTS]):
            for query in self.queries(*arguments):
                self.assertEqual(list(query), ["id", "dataset", "split", "context", "question", "reference"])
                self.assertEqual(query["dataset"], arguments[0])
                self.assertIn(query["split"], ["train", "test"])

    def test_coqa_has_the_turns_before_and_all_annotators(self):
        queries = {query["id"]: query for query in self.queries("coqa", COQA)}
        self.assertEqual(len(queries), 6)
        self.assertEqual(queries["coqa-story-a-1"]["question"], "Who rows across the lake?")
        third = queries["coqa-story-a-3"]
        self.assertEqual(third["question"], "Q: Who rows across the lake?\nA: Nora\nQ: When?\nA: each morning\n"
                                            "Q: What is her dog called?")
        self.assertEqual(third["reference"], ["Pip", "It's Pip"])
        self.assertIn("\n\nOn Friday", third["context"])
        self.assertIn("“Zur Mühle”", queries["coqa-story-b-1"]["context"])

    def test_coqa_may_leave_turns_out(self):
        queries = {query["id"]: query["question"] for query in self.queries("coqa", COQA, "--turns", "1")}
        self.assertEqual(queries["coqa-story-a-3"], "Q: When?\nA: each morning\nQ: What is her dog called?")
        queries = {query["id"]: query["question"] for query in self.queries("coqa", COQA, "--turns", "0")}
        self.assertEqual(queries["coqa-story-a-3"], "What is her dog called?")

    def test_coqa_leaves_out_a_turn_without_a_question(self):
        value = json.loads(COQA.read_text(encoding="utf-8"))
        value["data"][0]["questions"][1]["input_text"] = " "
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "coqa.json"
            path.write_text(json.dumps(value), encoding="utf-8")
            code, queries, errors = run("coqa", path)
        self.assertEqual((code, len(queries)), (0, 5))
        self.assertIn("data[0].questions[1]: a turn without a question is left out", errors)

    def test_qasper_reads_each_kind_of_answer(self):
        queries = {query["id"]: query for query in self.queries("qasper", QASPER, QASPER_DEV)}
        self.assertEqual(queries["qasper-t1"]["reference"], ["rule set, majority vote", "A rule set and majority vote"])
        self.assertEqual(queries["qasper-t2"]["reference"], "yes")
        self.assertEqual(queries["qasper-d1"]["reference"], "unanswerable")
        self.assertEqual(queries["qasper-d2"]["reference"], ["no", "No, in pairs"])
        self.assertEqual(queries["qasper-t1"]["context"].split("\n"), [
            "Sentiment in Frisian", "A small study of sentiment in Frisian.", "Data",
            "We label 900 tweets in Frisian for sentiment. Two students label each tweet.", "Model ::: Tagger",
            "The tagger is a single-layer LSTM. We compare it with a rule set and with majority vote.", "Code is public."])

    def test_quality_letters_its_options(self):
        first, *_, last = self.queries("quality", QUALITY)
        self.assertEqual(first["question"], "Why was the probe empty?\n(A) It leaked\n(B) Its fuel was sold\n"
                                            "(C) It was never filled\n(D) It was hit")
        self.assertEqual(first["reference"], "(B) Its fuel was sold")
        self.assertEqual(last["id"], "quality-10001_BBBB_1")

    def test_narrativeqa_joins_its_tables(self):
        queries = self.queries("narrativeqa", SUMMARIES, QAPS)
        self.assertEqual([(query["id"], query["split"]) for query in queries], [
            ("narrativeqa-aa11-1", "train"), ("narrativeqa-aa11-2", "train"), ("narrativeqa-bb22-1", "test")])
        self.assertEqual(queries[0]["context"], "Ida hides a \"map\" in the organ.\n\nHer uncle burns the organ, and the map "
                                                "with it.")
        self.assertEqual([query["reference"] for query in queries], [["In the organ", "the organ"], "Her uncle", "a policeman"])
        test = self.queries("narrativeqa", SUMMARIES, QAPS, "--split", "test")
        self.assertEqual([query["id"] for query in test], ["narrativeqa-bb22-1"])

    def test_narrativeqa_cuts_stories_to_their_bounds(self):
        code, queries, errors = run("narrativeqa", QAPS, DOCUMENTS, "--stories", DATA / "narrativeqa" / "stories")
        self.assertEqual(code, 0)
        self.assertEqual(queries[0]["context"], "Once there was an organ in the old church, and Ida hid a map in it.\n"
                                                "Her uncle burnt it to the end.")
        self.assertEqual(queries[2]["context"], "A bank. Two men in masks run.")
        self.assertIn("bb22.content: start or end of the story not found", errors)

    def test_contractnli_has_its_labels_as_nouns_and_verbs(self):
        queries = self.queries("contractnli", CONTRACTS, "--split", "test")
        self.assertEqual(len(queries), 6)
        self.assertEqual([(query["id"], query["reference"]) for query in queries[:3]], [
            ("contractnli-1-nda-15", ["Entailment", "Entailed"]), ("contractnli-1-nda-20", ["Contradiction", "Contradicted"]),
            ("contractnli-1-nda-5", ["Not mentioned", "NotMentioned"])])
        self.assertEqual(queries[1]["question"], "The receiving party may keep copies after a request.")

    def test_gzip_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "dev.json.gz"
            path.write_bytes(gzip.compress(CONTRACTS.read_bytes()))
            self.assertEqual(self.queries("contractnli", path), self.queries("contractnli", CONTRACTS))

    def test_halves_share_no_document_and_the_seed_decides(self):
        with tempfile.TemporaryDirectory() as folder:
            value = json.loads(CONTRACTS.read_text(encoding="utf-8"))
            value["documents"] = [{**value["documents"][0], "id": i} for i in range(20)]
            path = Path(folder) / "train.json"
            path.write_text(json.dumps(value), encoding="utf-8")
            queries = self.queries("contractnli", path)
            splits = {}
            for query in queries:
                splits.setdefault(query["id"].split("-")[1], set()).add(query["split"])
            self.assertTrue(all(len(split) == 1 for split in splits.values()))
            self.assertEqual(sum(split == {"train"} for split in splits.values()), 10)
            self.assertEqual(queries, self.queries("contractnli", path, "--seed", "0"))
            self.assertNotEqual(queries, self.queries("contractnli", path, "--seed", "1"))

            few = self.queries("contractnli", path, "--queries", "7")
            self.assertEqual([sum(query["split"] == split for query in few) for split in ("train", "test")], [7, 7])
            self.assertTrue(all(query in queries for query in few))
            more = self.queries("contractnli", path, "--queries", "9")
            self.assertTrue(all(query in more for query in few))

    def test_contexts_are_cut_to_the_limit(self):
        def contexts(*arguments):
            return [query["context"] for query in self.queries(*arguments)]
        story = contexts("coqa", COQA, "--context", "whole", "--max-tokens", "1")[0]
        self.assertEqual(story, json.loads(COQA.read_text(encoding="utf-8"))["data"][0]["story"])
        # 10 tokens are 40 bytes, of which the word that the cut would split goes.
        self.assertEqual(contexts("coqa", COQA, "--max-tokens", "10")[0], "and Pip swam ashore with the rope.")
        self.assertEqual(contexts("coqa", COQA, "--max-tokens", "11")[0], "broke, and Pip swam ashore with the rope.")
        self.assertEqual(contexts("coqa", COQA, "--context", "start", "--max-tokens", "6")[0], "Nora rows across the")
        # 4 bytes end behind a word, which stays.
        self.assertEqual(contexts("coqa", COQA, "--context", "start", "--max-tokens", "1")[0], "Nora")
        # No character of several bytes is split.
        for most in range(1, 27):
            for end in ("start", "end"):
                kept = contexts("coqa", COQA, "--context", end, "--max-tokens", most)[4]
                self.assertLessEqual(len(kept.encode()), 4 * most)
                self.assertIn(kept, "The café “Zur Mühle” sells plum cake. It is closed in August, when the baker visits his "
                                    "sister in Graz.")

    def test_relevant_passages_are_kept_in_order(self):
        contexts = {query["id"]: query["context"] for query in self.queries(
            "contractnli", CONTRACTS, "--context", "relevant", "--max-tokens", "12")}
        # 48 bytes hold one of the clauses. "copies" and "request" are in the second, "grant" and "licence" in the third.
        self.assertEqual(contexts["contractnli-1-nda-20"], "2. Copies are returned on request.")
        self.assertEqual(contexts["contractnli-1-nda-15"], "3. Nothing here grants a licence.")
        contexts = {query["id"]: query["context"] for query in self.queries(
            "contractnli", CONTRACTS, "--context", "relevant", "--max-tokens", "19")}
        self.assertEqual(contexts["contractnli-1-nda-20"], "2. Copies are returned on request.\n3. Nothing here grants a licence.")

    def test_marked_evidence_goes_first(self):
        # 92 bytes hold the paragraph of 88 that is marked, and nothing else.
        contexts = {query["id"]: query["context"] for query in self.queries(
            "qasper", QASPER, "--context", "evidence", "--max-tokens", "23")}
        self.assertEqual(contexts["qasper-t1"], "The tagger is a single-layer LSTM. We compare it with a rule set and with majority vote.")
        self.assertIn("Code is public.", contexts["qasper-t2"])
        # Where nothing is marked, the most relevant passages stay, so that an empty context tells nothing.
        code, queries, _ = run("qasper", QASPER_DEV, "--context", "evidence", "--max-tokens", "22")
        self.assertTrue(code == 0 and all(query["context"] for query in queries))


class Refuses(unittest.TestCase):
    """Wrong files: exit code 1, nothing on standard output, and a message that names the file and the field."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def refused(self, arguments, *parts, code=1):
        found, queries, errors = run(*arguments)
        self.assertEqual((found, queries), (code, []), errors)
        self.assertNotIn("Traceback", errors)
        for part in parts:
            self.assertIn(part, errors)

    def file(self, content, name="file.json"):
        path = Path(self.folder.name) / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def changed(self, path, change):
        """A copy of a JSON file after a change."""
        value = json.loads(path.read_text(encoding="utf-8").split("\n")[0] if path == QUALITY else path.read_text(encoding="utf-8"))
        change(value)
        return self.file(json.dumps(value))

    def test_files_that_cannot_be_read(self):
        self.refused(["coqa", "nowhere.json"], "nowhere.json: cannot be read: No such file")
        self.refused(["coqa", self.folder.name], "cannot be read: Is a directory")
        for content in ("", " \n\n", gzip.compress(b"")):
            self.refused(["coqa", self.file(content)], "file.json: empty")
        self.refused(["coqa", self.file(b"{\n\"a\": \"\xff\"}")], "file.json:2: not UTF-8")
        self.refused(["coqa", self.file(gzip.compress(COQA.read_bytes())[:200])], "damaged gzip file")
        self.refused(["coqa", self.file(b"PK\x03\x04rest")], "a zip archive; unpack it")
        tar = b"coqa.json".ljust(257, b"\0") + b"ustar" + b"\0" * 250
        for content in (tar, gzip.compress(tar)):
            self.refused(["qasper", self.file(content)], "a tar archive; unpack it")

    def test_files_that_are_none_of_the_data_set(self):
        for text in ("{", "[1, 2]", "hello", "{}", "null", "[" * 100_000):
            for name in ("coqa", "qasper", "quality", "contractnli", "narrativeqa"):
                self.refused([name, self.file(text)], f"file.json: not a file of {name}")

    def test_files_of_another_data_set_are_named(self):
        files = {"coqa": COQA, "qasper": QASPER, "quality": QUALITY, "contractnli": CONTRACTS, "narrativeqa": QAPS}
        for name in files:
            for other, path in files.items():
                if name != other:
                    self.refused([name, path], f"{path}: not a file of {name}; it looks like one of {other}")

    def test_fields_of_coqa(self):
        def wrong(change, *parts):
            self.refused(["coqa", self.changed(COQA, lambda value: change(value["data"][1]))], "file.json: ", *parts)
        wrong(lambda story: story.pop("id"), "data[1].id: missing")
        wrong(lambda story: story.update(story=7), "data[1].story: expected a text, found 7")
        wrong(lambda story: story["answers"].pop(), "data[1].answers: expected 2 answers, as many as questions")
        wrong(lambda story: story["answers"][1].update(turn_id=5), "data[1].answers[1].turn_id: expected 2, the turn of its question")
        wrong(lambda story: story["answers"][0].update(input_text=""), "data[1].answers[0].input_text: expected a text, found \"\"")

    def test_fields_of_qasper(self):
        def wrong(change, *parts):
            self.refused(["qasper", self.changed(QASPER, lambda value: change(value["2101.00001"]))], "file.json: ", *parts)
        wrong(lambda paper: paper.pop("qas"), "2101.00001.qas: missing")
        wrong(lambda paper: paper["qas"][0].update(answers=[]), "2101.00001.qas[0].answers: expected at least one answer")
        wrong(lambda paper: paper["qas"][1]["answers"][0]["answer"].update(yes_no=None),
              "2101.00001.qas[1].answers[0].answer: expected extractive_spans, a free_form_answer, yes_no, or unanswerable")
        wrong(lambda paper: paper["full_text"][0].update(paragraphs="text"), "2101.00001.full_text[0].paragraphs: expected a list")

    def test_fields_of_quality(self):
        def wrong(change, *parts):
            self.refused(["quality", self.changed(QUALITY, change)], "file.json:1: ", *parts)
        wrong(lambda entry: entry["questions"][0].pop("gold_label"), "questions[0].gold_label: missing, as in the official test file")
        wrong(lambda entry: entry["questions"][0].update(gold_label=5), "questions[0].gold_label: expected 1 to 4, found 5")
        wrong(lambda entry: entry["questions"][0].update(gold_label=True), "questions[0].gold_label: expected a whole number")
        wrong(lambda entry: entry["questions"][1]["options"].pop(), "questions[1].options: expected four options")
        wrong(lambda entry: entry.update(article="<html><p>Once</p>"), "article: HTML; take the file with `htmlstripped`")
        lines = QUALITY.read_text(encoding="utf-8").split("\n")
        self.refused(["quality", self.file("\n".join([lines[0], "{\"article\""]))], "file.json:2: not JSON: ")

    def test_fields_of_contractnli(self):
        def wrong(change, *parts):
            self.refused(["contractnli", self.changed(CONTRACTS, change)], "file.json: ", *parts)
        at = "documents[0].annotation_sets[0].annotations"
        wrong(lambda value: value["documents"][0].update(annotation_sets=[]), "documents[0].annotation_sets: expected at least one set")
        first = lambda value: value["documents"][0]["annotation_sets"][0]["annotations"]  # noqa: E731
        wrong(lambda value: first(value)["nda-5"].update(choice="Maybe"), f"{at}.nda-5.choice: expected Entailment, Contradiction or "
                                                                          "NotMentioned, found \"Maybe\"")
        wrong(lambda value: value["labels"].pop("nda-5"), f"{at}.nda-5: no such hypothesis among `labels`")
        wrong(lambda value: first(value)["nda-15"].update(spans=[4]), f"{at}.nda-15.spans[0]: expected a span, 0 to 3, found 4")

    def test_tables_of_narrativeqa(self):
        text = QAPS.read_text(encoding="utf-8")
        self.refused(["narrativeqa", QAPS], "summaries.csv: missing")
        self.refused(["narrativeqa", SUMMARIES], "qaps.csv: missing")
        self.refused(["narrativeqa", QAPS, SUMMARIES, QAPS], "a second qaps.csv")
        self.refused(["narrativeqa", self.file("document_id,set,other\n1,train,2\n"), SUMMARIES], "expected the columns of documents.csv")
        self.refused(["narrativeqa", self.file(text.split("\n")[0] + "\n"), SUMMARIES], "file.json: no rows")
        self.refused(["narrativeqa", self.file(text.replace("aa11,train,Who burns the organ?", "aa11,train,")), SUMMARIES],
                     "file.json:3: question: expected a text, found none")
        self.refused(["narrativeqa", self.file(text.replace("bb22,valid", "zz99,valid")), SUMMARIES], "file.json:4: document_id: not in")
        self.refused(["narrativeqa", self.file(text.replace("bb22,valid", "bb22,dev")), SUMMARIES],
                     "file.json:4: set: expected train, valid or test, found \"dev\"")
        self.refused(["narrativeqa", self.file(text + "aa11,train,too few\n"), SUMMARIES], "file.json:6: expected 8 columns")
        self.refused(["narrativeqa", self.file(text + "aa11,train,\"open"), SUMMARIES], "not CSV: unexpected end of data")
        self.refused(["narrativeqa", QAPS, DOCUMENTS, "--stories", self.folder.name], "aa11.content: missing")

    def test_other_mistakes(self):
        self.refused(["coqa", COQA, COQA], "the id of two questions; is a file given twice?")
        self.refused(["quality", QUALITY, "--context", "evidence"], "quality has no marked evidence")
        self.refused(["squad", COQA], "invalid choice", code=2)
        self.refused(["coqa", COQA, "--max-tokens", "0"], "expected at least 1, found 0", code=2)
        self.refused(["coqa"], "FILE", code=2)


class OnRealContracts(unittest.TestCase):
    """Twelve contracts of the official development set, where they are at hand."""

    def test_all_pairs_are_read(self):
        shared = Path(os.environ.get("AUTOMIX_SHARED_DIR", SOURCE.parent / "shared"))
        path = shared / "paper" / "contractnli_dev_12.json"
        if not path.exists():
            self.skipTest(f"{path} is missing")
        value = json.loads(path.read_text(encoding="utf-8"))
        code, queries, errors = run("contractnli", path, "--split", "test")
        self.assertEqual((code, errors, len(queries)), (0, "", 204))
        forms = {"Entailment": "Entailment", "Contradiction": "Contradiction", "NotMentioned": "Not mentioned"}
        for query in queries:
            _, document, key = query["id"].split("-", 2)
            contract = next(entry for entry in value["documents"] if str(entry["id"]) == document)
            self.assertEqual(query["reference"][0], forms[contract["annotation_sets"][0]["annotations"][key]["choice"]])
            self.assertTrue(contract["text"].strip().endswith(query["context"]))
            self.assertLessEqual(len(query["context"].encode()), 4 * 3096)


if __name__ == "__main__":
    unittest.main()
