#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Converts the official files of the AutoMix paper's five data sets to queries for `automix record`.

  convert.py coqa|qasper|quality|narrativeqa|contractnli FILE... > queries.jsonl

Each query has its context, question, references and the name of its data set. Choices stand in the question of QuALITY
and in the prompts of ContractNLI, whose choices are the same for all questions. Files may be compressed with gzip.
A token is taken as four bytes of UTF-8, since no tokenizer is part of Python. O(length of the files).
"""
import argparse
import csv
import gzip
import hashlib
import html.parser
import io
import json
import math
import re
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

BYTES_A_TOKEN = 4
PASSAGE_WORDS = 120


class DataError(Exception):
    """A file that is not as its data set's paper describes it."""


@dataclass
class Question:
    """A question with the document that it belongs to; `evidence` are texts of the document that annotators marked."""

    id: str
    document: str
    context: str
    text: str
    references: list
    evidence: list = field(default_factory=list)
    split: str = ""


def note(text):
    print(f"convert.py: note: {text}", file=sys.stderr)


def shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:40] + ".."


class Field:
    """A value of a JSON document that knows its file and its name, for messages."""

    def __init__(self, file, name, value):
        self.file, self.name, self.value = file, name, value

    def fail(self, expected):
        raise DataError(f"{self.file}: {self.name}: expected {expected}, found {shown(self.value)}")

    def _of(self, kind, expected):
        if not isinstance(self.value, kind) or (kind is int and isinstance(self.value, bool)):
            self.fail(expected)
        return self.value

    def __getitem__(self, key):
        members = self._of(dict, "an object")
        name = f"{self.name}.{key}" if self.name else key
        if key not in members:
            raise DataError(f"{self.file}: {name}: missing")
        return Field(self.file, name, members[key])

    def has(self, key):
        return self._of(dict, "an object").get(key) is not None

    def members(self):
        return [(key, self[key]) for key in self._of(dict, "an object")]

    def items(self):
        return [Field(self.file, f"{self.name}[{i}]", v) for i, v in enumerate(self._of(list, "a list"))]

    def text(self):
        value = self._of(str, "a text")
        if not value.strip():
            self.fail("a text")
        return value.strip()

    def line(self):
        """The text in one line."""
        return " ".join(self.text().split())

    def texts(self):
        """The texts of a list, without blank ones."""
        for item in self.items():
            item._of(str, "a text")
        return [item.value.strip() for item in self.items() if item.value.strip()]

    def number(self):
        return self._of(int, "a whole number")


def read_text(path):
    """The text of a file, which may be compressed with gzip."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path}: damaged gzip file: {error}") from error
    if data[257:262] == b"ustar":
        raise DataError(f"{path}: a tar archive; unpack it and give the file in it")
    if data.startswith(b"PK\x03\x04"):
        raise DataError(f"{path}: a zip archive; unpack it and give the file in it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[:error.start].count(b"\n") + 1
        raise DataError(f"{path}:{line}: not UTF-8") from error
    if not text.strip():
        raise DataError(f"{path}: empty")
    return text


def parse(text, path, line=None):
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{path}:{line or error.lineno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise DataError(f"{path}: not of this data set: nested too deeply") from error


def recognised(value):
    """The data set that a parsed file or its first line looks like; nothing if it is none of the five."""
    if not isinstance(value, dict):
        return None
    first = next(iter(value.values()), None)
    if "documents" in value and "labels" in value:
        return "contractnli"
    if "article" in value and "questions" in value:
        return "quality"
    data = value.get("data")
    if isinstance(data, list) and data and isinstance(data[0], dict) and "story" in data[0]:
        return "coqa"
    return "qasper" if isinstance(first, dict) and "full_text" in first else None


def recognised_text(text):
    header = text.partition("\n")[0]
    if header.startswith("document_id,"):
        return "narrativeqa"
    for part in (text, header):
        try:
            return recognised(json.loads(part))
        except (json.JSONDecodeError, RecursionError):
            continue
    return None


def require_dataset(name, path, text):
    """Fails if the file is clearly one of another data set."""
    found = recognised_text(text)
    if found != name:
        raise DataError(f"{path}: not a file of {name}" + (f"; it looks like one of {found}" if found else ""))


def unlike(texts):
    """The texts, each once."""
    return list(dict.fromkeys(texts))


def read_coqa(path, options):
    """Reddy et al. 2019. A question comes with the turns before it, as asked and answered in the data."""
    text = read_text(path)
    require_dataset("coqa", path, text)
    found = []
    for story in Field(path, "", parse(text, path))["data"].items():
        document, context = story["id"].text(), story["story"].text()
        questions, answers = story["questions"].items(), story["answers"].items()
        if len(questions) != len(answers):
            story["answers"].fail(f"{len(questions)} answers, as many as questions")
        more = story["additional_answers"].members() if story.has("additional_answers") else []
        others = [annotator.items() for _, annotator in more]
        turns = []
        for i, (question, answer) in enumerate(zip(questions, answers)):
            turn = question["turn_id"].number()
            if answer["turn_id"].number() != turn:
                answer["turn_id"].fail(f"{turn}, the turn of its question")
            if not has_text(question, "input_text"):
                note(f"{path}: {question.name}: a turn without a question is left out")
                continue
            asked, said = question["input_text"].line(), answer["input_text"].line()
            before = turns[max(0, len(turns) - options.turns):] if options.turns is not None else turns
            past = "".join(f"Q: {q}\nA: {a}\n" for q, a in before)
            references = [said] + [a["input_text"].line() for other in others for a in other
                                   if a["turn_id"].number() == turn and has_text(a, "input_text")]
            found.append(Question(f"coqa-{document}-{turn}", document, context, f"{past}Q: {asked}" if past else asked,
                                  unlike(references), [answer["span_text"].text()] if has_text(answer, "span_text") else []))
            turns.append((asked, said))
    return found


def has_text(value, key):
    return value.has(key) and isinstance(value[key].value, str) and value[key].value.strip() != ""


def qasper_answer(answer):
    """Dasigi et al. 2021: an answer is one of four kinds, read in the order of the official evaluator."""
    if answer["unanswerable"].value is True:
        return "unanswerable"
    spans = answer["extractive_spans"].texts()
    if spans:
        return ", ".join(" ".join(span.split()) for span in spans)
    if has_text(answer, "free_form_answer"):
        return answer["free_form_answer"].line()
    if answer["yes_no"].value in (True, False) and isinstance(answer["yes_no"].value, bool):
        return "yes" if answer["yes_no"].value else "no"
    return answer.fail("extractive_spans, a free_form_answer, yes_no, or unanswerable")


def read_qasper(path, options):
    text = read_text(path)
    require_dataset("qasper", path, text)
    found = []
    for document, article in Field(path, "", parse(text, path)).members():
        parts = [article[key].value for key in ("title", "abstract") if has_text(article, key)]
        for section in article["full_text"].items():
            if has_text(section, "section_name"):
                parts.append(section["section_name"].line())
            parts += [p.value for p in section["paragraphs"].items() if isinstance(p.value, str)]
        context = "\n".join(part.strip() for part in parts if part.strip())
        for question in article["qas"].items():
            answers = [entry["answer"] for entry in question["answers"].items()]
            if not answers:
                question["answers"].fail("at least one answer")
            evidence = [text for answer in answers if answer.has("evidence")
                        for text in answer["evidence"].texts() if not text.startswith("FLOAT SELECTED")]
            found.append(Question(f"qasper-{question['question_id'].text()}", document, context,
                                  question["question"].line(), unlike(map(qasper_answer, answers)), unlike(evidence)))
    return found


class MarkupFinder(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = False

    def handle_starttag(self, tag, attributes):
        self.found = self.found or tag in ("html", "body", "p", "br", "div")


def read_quality(path, options):
    """Pang et al. 2022. The options follow the question as lettered lines, and the reference has letter and text."""
    text = read_text(path)
    require_dataset("quality", path, text)
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        entry = Field(f"{path}:{number}", "", parse(line, path, number))
        context = entry["article"].text()
        markup = MarkupFinder()
        markup.feed(context[:10_000])
        if markup.found:
            raise DataError(f"{path}:{number}: article: HTML; take the file with `htmlstripped` in its name")
        for question in entry["questions"].items():
            choices = [f"({'ABCD'[i]}) {choice.line()}" for i, choice in enumerate(question["options"].items()[:4])]
            if len(choices) != 4 or len(question["options"].value) != 4:
                question["options"].fail("four options")
            if "gold_label" not in question.value:
                raise DataError(f"{path}:{number}: {question.name}.gold_label: missing, as in the official test file, "
                                "which has no labels")
            if not 1 <= question["gold_label"].number() <= 4:
                question["gold_label"].fail("1 to 4")
            found.append(Question(f"quality-{question['question_unique_id'].text()}", entry["article_id"].text(), context,
                                  "\n".join([question["question"].line(), *choices]),
                                  [choices[question["gold_label"].value - 1]]))
    return found


def read_contractnli(path, options):
    """Koreeda and Manning 2021. A question is a hypothesis on a contract; a reference has its forms as verbs too."""
    text = read_text(path)
    require_dataset("contractnli", path, text)
    forms = {"Entailment": ["Entailment", "Entailed"], "Contradiction": ["Contradiction", "Contradicted"],
             "NotMentioned": ["Not mentioned", "NotMentioned"]}
    root = Field(path, "", parse(text, path))
    hypotheses = {key: label["hypothesis"].line() for key, label in root["labels"].members()}
    found = []
    for contract in root["documents"].items():
        document, context = f"{contract['id'].number()}", contract["text"].value
        contract["text"].text()
        spans = contract["spans"].items()
        sets = contract["annotation_sets"].items()
        if not sets:
            contract["annotation_sets"].fail("at least one set")
        for key, annotation in sets[0]["annotations"].members():
            if key not in hypotheses:
                raise DataError(f"{path}: {annotation.name}: no such hypothesis among `labels`")
            choice = annotation["choice"]
            if choice.value not in forms:
                choice.fail("Entailment, Contradiction or NotMentioned")
            evidence = []
            for item in annotation["spans"].items():
                if not 0 <= item.number() < len(spans):
                    item.fail(f"a span, 0 to {len(spans) - 1}")
                begin, end = (bound.number() for bound in spans[item.value].items())
                evidence.append(context[begin:end].strip())
            found.append(Question(f"contractnli-{document}-{key}", document, context.strip(), hypotheses[key],
                                  forms[choice.value], [part for part in evidence if part]))
    return found


def read_table(path, columns_of):
    """The kind of a NarrativeQA table, by its columns, and its rows with their lines."""
    text = read_text(path)
    require_dataset("narrativeqa", path, text)
    csv.field_size_limit(1 << 30)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = reader.fieldnames or []
    kind = next((kind for kind, columns in columns_of.items() if set(columns) <= set(header)), None)
    if kind is None:
        raise DataError(f"{path}: expected the columns of documents.csv, qaps.csv or summaries.csv, found {','.join(header)}")
    rows = []
    try:
        for row in reader:
            if None in row or None in row.values():
                raise DataError(f"{path}:{reader.line_num}: expected {len(header)} columns, found another number")
            for column in columns_of[kind]:
                if not row[column].strip() and column != "answer2":
                    raise DataError(f"{path}:{reader.line_num}: {column}: expected a text, found none")
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: not CSV: {error}") from error
    if not rows:
        raise DataError(f"{path}: no rows")
    return kind, rows


def story_of(row, folder):
    """The story of a document, from where the table says that it starts to where it ends."""
    path = folder / f"{row['document_id']}.content"
    text = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else None
    if text is None:
        raise DataError(f"{path}: missing; NarrativeQA's download_stories.sh gets it")
    begin, end = text.find(row["story_start"]), text.rfind(row["story_end"])
    if begin < 0 or end < begin:
        note(f"{path}: start or end of the story not found; all of it is taken")
        return text.strip()
    return text[begin:end + len(row["story_end"])].strip()


def read_narrativeqa(paths, options):
    """Kocisky et al. 2018: questions of qaps.csv on summaries or, with --stories, on the stories of documents.csv."""
    columns = {"documents": ["document_id", "set", "story_start", "story_end"],
               "qaps": ["document_id", "set", "question", "answer1", "answer2"],
               "summaries": ["document_id", "set", "summary"]}
    tables = {}
    for path in paths:
        kind, rows = read_table(path, columns)
        if kind in tables:
            raise DataError(f"{path}: a second {kind}.csv")
        tables[kind] = path, rows
    source = "documents" if options.stories else "summaries"
    for kind in ("qaps", source):
        if kind not in tables:
            raise DataError(f"{kind}.csv: missing; give it beside {', '.join(paths)}")
    rows = {row["document_id"]: row for _, row in tables[source][1]}
    contexts = {}
    found, numbers = [], Counter()
    path, questions = tables["qaps"]
    for line, row in questions:
        document = row["document_id"]
        numbers[document] += 1
        part = {"train": "train", "valid": "test"}.get(row["set"])
        if part is None and row["set"] != "test":
            raise DataError(f"{path}:{line}: set: expected train, valid or test, found {shown(row['set'])}")
        # The set named test is left for others, as in the paper; `valid` is what is tested on.
        if part is None or options.split in ("train", "test") and options.split != part:
            continue
        if document not in rows:
            raise DataError(f"{path}:{line}: document_id: not in {tables[source][0]}: {document}")
        if document not in contexts:
            contexts[document] = (story_of(rows[document], Path(options.stories)) if options.stories
                                  else rows[document]["summary"].strip())
        found.append(Question(f"narrativeqa-{document}-{numbers[document]}", document, contexts[document],
                              " ".join(row["question"].split()),
                              unlike(" ".join(row[a].split()) for a in ("answer1", "answer2") if row[a].strip()), split=part))
    return found


READERS = {"coqa": read_coqa, "qasper": read_qasper, "quality": read_quality, "contractnli": read_contractnli}
EVIDENCE = ("coqa", "qasper", "contractnli")


def words(text):
    return re.findall(r"\w+", text.lower())


def clip(text, most, end):
    """At most that many bytes of a text, from one end, without the word that the cut would split."""
    data = text.encode()
    if len(data) <= most:
        return text
    if end == "start":
        kept = data[:most].decode(errors="ignore")
        whole = re.sub(r"\S*\Z", "", kept) if not text[len(kept)].isspace() else kept
    else:
        kept = data[-most:].decode(errors="ignore")
        whole = re.sub(r"\A\S*", "", kept) if not text[-len(kept) - 1].isspace() else kept
    return whole.strip() or kept


def passages(text):
    """The paragraphs of a text, long ones in runs of words."""
    found = []
    for paragraph in text.splitlines():
        parts = paragraph.split()
        found += [" ".join(parts[i:i + PASSAGE_WORDS]) for i in range(0, len(parts), PASSAGE_WORDS)]
    return found


class Passages:
    """A document in passages, with what BM25 (Robertson and Zaragoza 2009; k1 1.2, b 0.75) needs to rank them."""

    def __init__(self, context):
        self.texts = passages(context)
        self.counts = [Counter(words(text)) for text in self.texts]
        self.lengths = [sum(count.values()) for count in self.counts]
        self.mean = max(1.0, sum(self.lengths) / max(1, len(self.texts)))
        self.holding = Counter(word for count in self.counts for word in count)

    def score(self, i, terms):
        total = 0.0
        for term in terms:
            times = self.counts[i][term]
            if times:
                rarity = math.log(1 + (len(self.texts) - self.holding[term] + 0.5) / (self.holding[term] + 0.5))
                total += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * self.lengths[i] / self.mean))
        return total

    def best(self, question, evidence, most):
        """The passages that fit, those with evidence first, then those nearest to the question; in order of the text."""
        terms = unlike(words(question))
        marked = [" ".join(text.split()) for text in evidence]
        ranks = sorted(range(len(self.texts)), key=lambda i: (
            not any(text in self.texts[i] or self.texts[i] in text for text in marked), -self.score(i, terms), i))
        kept, left = [], most
        for i in ranks:
            size = len(self.texts[i].encode()) + 1
            if size <= left:
                kept.append(i)
                left -= size
        return "\n".join(self.texts[i] for i in sorted(kept)) or clip(self.texts[ranks[0]], most, "start")


def shorten(questions, options):
    """Cuts each context to the limit in the chosen way."""
    most = options.max_tokens * BYTES_A_TOKEN
    documents = {}
    for question in questions:
        if len(question.context.encode()) <= most or options.context == "whole":
            continue
        if options.context in ("start", "end"):
            question.context = clip(question.context, most, options.context)
            continue
        if documents.get("of") != question.document:
            documents = {"of": question.document, "passages": Passages(question.context)}
        evidence = question.evidence if options.context == "evidence" else []
        question.context = documents["passages"].best(question.text, evidence, most)


def order(seed, *parts):
    """The place of something in a random order that is the same everywhere."""
    return hashlib.sha256("\x1f".join([str(seed), *parts]).encode()).digest()


def put_in_halves(questions, seed):
    """Marks half of the documents to train on and the rest to test on, so that no document is in both."""
    documents = sorted({q.document for q in questions}, key=lambda document: order(seed, "document", document))
    train = set(documents[:(len(documents) + 1) // 2])
    for question in questions:
        question.split = "train" if question.document in train else "test"


def convert(options):
    """The chosen questions of the files, in their order."""
    if options.context == "evidence" and options.dataset not in EVIDENCE:
        raise DataError(f"--context evidence: {options.dataset} has no marked evidence; expected one of {', '.join(EVIDENCE)}")
    if options.dataset == "narrativeqa":
        questions = read_narrativeqa(options.files, options)
    else:
        questions = [q for path in options.files for q in READERS[options.dataset](path, options)]
    if not questions:
        raise DataError(f"{', '.join(options.files)}: no questions")
    seen = set()
    for question in questions:
        if question.id in seen:
            raise DataError(f"{', '.join(options.files)}: {question.id}: the id of two questions; is a file given twice?")
        seen.add(question.id)
    if options.split == "half" or options.split is None and options.dataset != "narrativeqa":
        put_in_halves(questions, options.seed)
    elif options.dataset != "narrativeqa":
        for question in questions:
            question.split = options.split
    if options.queries:
        kept = set()
        for split in ("train", "test"):
            of_split = sorted((q.id for q in questions if q.split == split), key=lambda id: order(options.seed, "query", id))
            kept.update(of_split[:options.queries])
        questions = [q for q in questions if q.id in kept]
    shorten(questions, options)
    return questions


def whole_number(least):
    def parse_number(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"expected at least {least}, found {value}")
        return value
    return parse_number


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", choices=[*READERS, "narrativeqa"])
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--split", choices=["train", "test", "half"],
                        help="split of all queries, or `half` of the documents to train on; default: half, and for "
                             "narrativeqa its own sets, train to train on and valid to test on")
    parser.add_argument("--queries", type=whole_number(1), metavar="N", help="at most that many of each split, at random")
    parser.add_argument("--seed", type=int, default=0, help="seed of halves and choice; 0 unless given")
    parser.add_argument("--context", choices=["end", "start", "relevant", "evidence", "whole"], default="end",
                        help="what is kept of a context that is too long: its end, as by the paper's code (the default), its "
                             "start, the passages nearest to the question (BM25), those with marked evidence first, or all")
    parser.add_argument("--max-tokens", type=whole_number(1), default=3096, metavar="N",
                        help="tokens kept of a context, 3096 unless given, as in the paper")
    parser.add_argument("--turns", type=whole_number(0), metavar="N",
                        help="coqa: turns before a question that it comes with; all unless given, 0 in the paper's code")
    parser.add_argument("--stories", metavar="DIR", help="narrativeqa: folder of the stories, in place of summaries")
    options = parser.parse_args()
    try:
        questions = convert(options)
    except DataError as error:
        print(f"convert.py: {error}", file=sys.stderr)
        return 1
    for question in questions:
        references = question.references[0] if len(question.references) == 1 else question.references
        print(json.dumps({"id": question.id, "dataset": options.dataset, "split": question.split,
                          "context": question.context, "question": question.text, "reference": references},
                         ensure_ascii=False))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(1)
