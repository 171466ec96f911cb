# SPDX-License-Identifier: Apache-2.0
"""The recorded task `clauses` of examples/data in the official format of ContractNLI, for tests of examples/paper."""
import json
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PREFIX = "Which holds, entailed, contradicted or not mentioned: "
CHOICES = {"entailed": "Entailment", "contradicted": "Contradiction", "not mentioned": "NotMentioned"}


def recorded():
    """The records, by the id that convert.py gives their queries."""
    lines = (SOURCE / "examples" / "data" / "clauses.jsonl").read_text(encoding="utf-8").split("\n")
    records = [json.loads(line) for line in lines if line]
    return {f"contractnli-{number}-nda-{number}": record for number, record in enumerate(records)}


def hypothesis(record):
    return record["question"].removeprefix(PREFIX)


def official(split):
    """The text of train.json or dev.json. Each contract has a hypothesis of its own."""
    documents, labels = [], {}
    for id, record in recorded().items():
        if record["split"] != split:
            continue
        number = int(id.split("-")[1])
        key = f"nda-{number}"
        labels[key] = {"short_description": "clause", "hypothesis": hypothesis(record)}
        annotation = {"choice": CHOICES[record["reference"]], "spans": [] if record["reference"] == "not mentioned" else [0]}
        documents.append({"id": number, "file_name": f"{number}.pdf", "text": record["context"],
                          "spans": [[0, len(record["context"])]], "annotation_sets": [{"annotations": {key: annotation}}],
                          "document_type": "search-pdf", "url": "http://example.org"})
    return json.dumps({"documents": documents, "labels": labels})
