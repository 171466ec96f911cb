#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds the prompts of a data set to a models file.

  models.py MODELS.json DATASET > models.json

A model that has a prompt of its own for the data set, or one for all, keeps it.
"""
import json
import sys
from pathlib import Path

PROMPTS = Path(__file__).resolve().parent / "prompts"


def prompt(dataset, kind):
    """The text of a prompt, without the newline that ends its file."""
    return (PROMPTS / f"{dataset}.{kind}.txt").read_text(encoding="utf-8").removesuffix("\n")


def read_models(path):
    """The parsed models file. Exits with a message if it is none; the program checks the rest."""
    try:
        parsed = json.loads(Path(path).read_text(encoding="utf-8"))
        models = parsed["models"]
        if len(models) < 2 or not all(isinstance(model["name"], str) for model in models):
            raise ValueError("expected two or more models with names")
    except OSError as error:
        sys.exit(f"{path}: cannot be read: {error.strerror}")
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"{path}: not a models file: {error!r}")
    return parsed


def prompts_for(model, dataset):
    """The texts of the prompts with which a model is asked: for `answer` and for `verify`."""
    own = model.get("prompts", {})
    return {kind: own.get(dataset, {}).get(kind) or own.get(kind) or prompt(dataset, kind) for kind in ("answer", "verify")}


def with_prompts(parsed, dataset):
    for model in parsed["models"]:
        model.setdefault("prompts", {})[dataset] = prompts_for(model, dataset)
    return parsed


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    json.dump(with_prompts(read_models(sys.argv[1]), sys.argv[2]), sys.stdout, ensure_ascii=False, indent=1)
