#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what recording queries would cost, before anything is asked.

  estimate.py MODELS.json --draws K QUERIES.jsonl...

A token is taken as four bytes of UTF-8. What models reply is not known yet, so there are two figures: with empty replies,
and with replies that all reach `max_tokens`. A call for several verdicts pays for its prompt once.
"""
import argparse
import json
import math
import sys
from pathlib import Path

from convert import BYTES_A_TOKEN
from models import prompts_for, read_models


def tokens(text):
    return math.ceil(len(text.encode()) / BYTES_A_TOKEN)


def of_kind(price, kind):
    """The price of a sample: that of a call, and for a verdict its own if there is one."""
    call = price.get("call", 0.0)
    return price.get("verification", call) if kind == "verify" else call


class Calls:
    """The calls of one kind to a model, and their cost with empty and with full replies."""

    def __init__(self, model, kind):
        self.price, self.kind = model["price"], kind
        sampling = {**model["generation"], **(model.get("verification", {}) if kind == "verify" else {})}
        self.max_tokens = sampling["max_tokens"]
        self.calls = self.samples = self.prompt_tokens = 0

    def add(self, prompt_tokens, samples, samples_per_call):
        calls = math.ceil(samples / samples_per_call)
        self.calls += calls
        self.samples += samples
        self.prompt_tokens += calls * prompt_tokens

    @property
    def completion_tokens(self):
        return self.samples * self.max_tokens

    def least(self):
        return (of_kind(self.price, self.kind) * self.samples
                + self.price.get("prompt_per_million", 0.0) * self.prompt_tokens / 1e6)

    def most(self):
        return self.least() + self.price.get("completion_per_million", 0.0) * self.completion_tokens / 1e6


def calls_of(models, queries, draws):
    """For each model its calls for answers and, but for the last model, for verdicts."""
    found = []
    for m, model in enumerate(models):
        kinds = [Calls(model, "answer")] + ([Calls(model, "verify")] if m + 1 < len(models) and draws else [])
        found.append(kinds)
        sizes = {}
        for query in queries:
            dataset = query["dataset"]
            if dataset not in sizes:
                sizes[dataset] = {kind: tokens(text) for kind, text in prompts_for(model, dataset).items()}
            texts = tokens(query["context"]) + tokens(query["question"])
            for calls in kinds:
                # The answer to verify is of unknown length too; a full one counts.
                answer = model["generation"]["max_tokens"] if calls.kind == "verify" else 0
                samples = draws if calls.kind == "verify" else 1
                calls.add(sizes[dataset][calls.kind] + texts + answer, samples, model.get("samples_per_call", 1))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", metavar="MODELS.json")
    parser.add_argument("queries", nargs="+", metavar="QUERIES.jsonl")
    parser.add_argument("--draws", type=int, default=8, help="verdicts on each answer but the last model's; 8 unless given")
    options = parser.parse_args()
    models = read_models(options.models)["models"]
    width = max(len(model["name"]) for model in models)
    print(f"{'data set':<13}{'queries':>8}  {'model':<{width}}  {'':<8}{'calls':>9}{'prompt tokens':>15}"
          f"{'cost, no replies':>18}{'cost, full replies':>20}")
    least = most = 0.0
    for path in options.queries:
        queries = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line]
        name = queries[0]["dataset"]
        try:
            found = calls_of(models, queries, options.draws)
        except (KeyError, TypeError) as error:
            sys.exit(f"{options.models}: a model lacks {error}, which its cost depends on")
        for model, kinds in zip(models, found):
            for calls in kinds:
                least, most = least + calls.least(), most + calls.most()
                print(f"{name:<13}{len(queries):>8}  {model['name']:<{width}}  "
                      f"{'answers' if calls.kind == 'answer' else 'verdicts':<8}{calls.calls:>9}{calls.prompt_tokens:>15}"
                      f"{calls.least():>18.4g}{calls.most():>20.4g}")
    print(f"In all {least:.4g} to {most:.4g}, in the unit of the prices of {options.models}.")


if __name__ == "__main__":
    main()
