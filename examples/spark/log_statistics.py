# SPDX-License-Identifier: Apache-2.0
"""Sums up logs of any size for `automix train --statistics`, by Spark or DuckDB.

Reads logs in JSON Lines or Parquet, one row for each query, and writes a table (.csv) or statistics with the ids of the
log (.json). Both engines run the same query: one row for each fold and cell of evidence. Whatever a sum cannot hold is
refused in a sentence. The fold is that of the library, a hash of the id.
"""

import argparse
import csv
import json
import sys

from id_hash import MASK, Refused, mix_bits


def draws_sql(verdicts):
    """Returns the number of elements of a list of verdicts in JSON, such as [1,0,null]."""
    return f"(length({verdicts}) - length(replace({verdicts}, ',', '')) + 1)"


def count_sql(text, character):
    return f"(length({text}) - length(replace({text}, '{character}', '')))"


def flat_sql(engine, log, options):
    """Returns the query that makes one row of plain columns of each record."""
    columns = [f"{engine.id} AS id", f"{options.stratum or 'NULL'} AS stratum",
               f"CASE WHEN {engine.schema} <> 'automix-log/1' THEN 1 ELSE 0 END AS bad_schema"]
    wrong = [f"{engine.model_count} <> {len(log.models)}"]
    for place, name in enumerate(log.models):
        wrong.append(f"{engine.field(place, 'name')} <> {engine.quoted(name)}")
    columns.append(f"CASE WHEN {' OR '.join(f'coalesce({test}, TRUE)' for test in wrong)} THEN 1 ELSE 0 END AS bad_models")
    for m, name in enumerate(options.models):
        place = log.models.index(name)
        for field in ("score", "cost", "draw_cost", "confidence"):
            columns.append(f"{engine.number(place, field)} AS {field}_{m}")
            columns.append(f"{engine.is_odd(place, field)} AS odd_{field}_{m}")
        columns.append(f"{engine.verdicts(place)} AS verdicts_{m}")
        columns.append(f"{engine.has_own_verifier(place)} AS own_{m}")
    return f"SELECT {', '.join(columns)} FROM log"


def cells_sql(engine, options):
    """Returns the query that makes one row of sums for each fold, stratum and cell of evidence."""
    last = len(options.models) - 1
    columns = ["stratum", "id", "bad_schema", "bad_models", f"{engine.fold('id')} AS fold"]
    keys = ["fold", "stratum"]
    checks = {"bad_id": "id IS NULL OR id = ''", "bad_schema": "bad_schema = 1", "bad_models": "bad_models = 1"}
    sums = ["COUNT(*) AS weight"]
    for m in range(last + 1):
        columns += [f"score_{m}", f"cost_{m}", f"draw_cost_{m}", f"odd_score_{m}"]
        checks[f"bad_score_{m}"] = f"odd_score_{m} OR score_{m} IS NULL OR NOT (score_{m} >= 0 AND score_{m} <= 1)"
        sums.append(f"SUM(score_{m}) AS sum_score_{m}")
        if options.costs is None:
            columns.append(f"odd_cost_{m}")
            checks[f"bad_cost_{m}"] = f"odd_cost_{m} OR cost_{m} IS NULL OR NOT (cost_{m} >= 0 AND cost_{m} < 1e100)"
            sums.append(f"SUM(cost_{m}) AS answer_price_{m}")
        for other in range(m, last + 1):
            sums.append(f"SUM(score_{m} * score_{other}) AS product_{m}_{other}")
        if m == last:
            break
        verdicts = f"verdicts_{m}"
        counted = engine.first(verdicts, options.max_draws) if options.max_draws else verdicts
        drawn = f"({verdicts} IS NOT NULL AND {verdicts} <> '[]')"
        columns += [verdicts, f"odd_draw_cost_{m}", f"odd_confidence_{m}", f"own_{m}",
                    f"CASE WHEN {drawn} THEN {draws_sql(verdicts)} END AS draws_{m}",
                    f"CASE WHEN {drawn} THEN {count_sql(counted, '1')} END AS positive_{m}",
                    f"CASE WHEN {drawn} THEN {draws_sql(counted)} - {count_sql(counted, 'n')} END AS parsed_{m}",
                    f"CASE WHEN NOT {drawn} OR {verdicts} IS NULL THEN confidence_{m} END AS confidence_{m}"]
        keys += [f"parsed_{m}", f"positive_{m}", f"confidence_{m}"]
        checks[f"bad_own_{m}"] = f"own_{m}"
        checks[f"bad_verdicts_{m}"] = f"{verdicts} IS NOT NULL AND NOT {engine.is_verdicts(verdicts)}"
        checks[f"bad_confidence_{m}"] = (f"odd_confidence_{m} OR "
                                         f"confidence_{m} IS NOT NULL AND NOT (confidence_{m} >= 0 AND confidence_{m} <= 1)")
        sums.append(f"MIN(draws_{m}) AS draws_{m}")
        if options.draw_costs is None:
            checks[f"bad_draw_cost_{m}"] = (f"odd_draw_cost_{m} OR (parsed_{m} IS NOT NULL OR confidence_{m} IS NOT NULL)"
                                            f" AND coalesce(NOT (draw_cost_{m} >= 0 AND draw_cost_{m} < 1e100), TRUE)")
            sums.append(f"SUM(draw_cost_{m}) AS draw_price_{m}")
    checked = [f"SUM(CASE WHEN {test} THEN 1 ELSE 0 END) AS {name}" for name, test in checks.items()]
    query = f"SELECT {', '.join(keys + sums + checked)} FROM (SELECT {', '.join(columns)} FROM flat) GROUP BY {', '.join(keys)}"
    return query, list(checks)


REASONS = {
    "id": "id: expected a non-empty text or a whole number",
    "schema": "schema: expected \"automix-log/1\"",
    "models": "models: expected the models of the first record, in its order",
    "score": "score: expected a number in [0, 1]",
    "cost": "cost: expected a recorded price in every row, as --costs are not given",
    "draw_cost": "draw_cost: expected a recorded price in every verified row, as --draw-cost is not given",
    "verdicts": "verdicts: expected a list of 0, 1, true, false or null",
    "confidence": "confidence: expected a number in [0, 1]",
    "own": "verifiers.self: write its verdicts, confidence and draw_cost beside \"verifiers\"",
}


def require_valid(cells, checks, models):
    """Refuses logs with bad rows, with the number of them."""
    for name in checks:
        bad = sum(cell[name] for cell in cells)
        if not bad:
            continue
        kind, _, number = name.removeprefix("bad_").rpartition("_")
        if not number.isdigit():
            kind, number = name.removeprefix("bad_"), ""
        of = f" of model \"{models[int(number)]}\"" if number else ""
        raise Refused(f"{bad} rows with a bad field{of}: {REASONS[kind]}")


def kinds_of(cells, models, max_draws):
    """Returns for each model but the last how it is verified, and at how many draws."""
    kinds = []
    rows = sum(cell["weight"] for cell in cells)
    for m, name in enumerate(models[:-1]):
        drawn = [cell for cell in cells if cell[f"parsed_{m}"] is not None]
        told = sum(cell["weight"] for cell in cells if cell[f"confidence_{m}"] is not None)
        counted = sum(cell["weight"] for cell in drawn)
        if counted + told not in (0, rows):
            raise Refused(f"{rows - counted - told} rows have neither verdicts nor a confidence of model \"{name}\", "
                          "which other rows have")
        if counted and told:
            raise Refused(f"verdicts of model \"{name}\" in {counted} rows and a confidence alone in {told}; "
                          "log one kind in all rows, or sum up the rows of one kind")
        draws = min((cell[f"draws_{m}"] for cell in drawn), default=0)
        if max_draws and drawn and draws < max_draws:
            raise Refused(f"{draws} verdicts of model \"{name}\" are logged in some row, --max-draws needs {max_draws}")
        kinds.append(("verdicts", max_draws or draws) if drawn else ("confidence", 1) if told else ("none", 0))
    return kinds


def price(cell, m, given, field):
    """Returns the sum of prices of one model in a cell."""
    return given[m] * cell["weight"] if given is not None else cell[f"{field}_{m}"] or 0.0


def require_price_order(cells, options):
    """Refuses models that do not stand in the order of their mean prices, in which they are used."""
    means = [sum(price(cell, m, options.costs, "answer_price") for cell in cells) for m in range(len(options.models))]
    order = sorted(range(len(means)), key=lambda m: means[m])
    if order != list(range(len(means))):
        raise Refused("models are used in the order of their mean prices; give --models "
                      + ",".join(options.models[m] for m in order)
                      + (", and --costs in that order" if options.costs else ""))


def write_table(path, cells, kinds, options):
    """Writes the sums as a table, with the stratum of each cell if there are strata."""
    models = options.models
    pairs = [(i, j) for i in range(len(models)) for j in range(i, len(models))]
    header = ["fold"] + ["stratum"] * bool(options.stratum)
    for name, (kind, _) in zip(models, kinds):
        header += {"verdicts": [f"draws_{name}", f"parsed_{name}", f"positive_{name}"],
                   "confidence": [f"confidence_{name}"], "none": []}[kind]
    header += ["weight"] + [f"score_{name}" for name in models]
    header += [f"product_{models[i]}:{models[j]}" for i, j in pairs] + [f"answer_price_{name}" for name in models]
    header += [f"draw_price_{name}" for name, (kind, _) in zip(models, kinds) if kind != "none"]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for cell in cells:
            row = [cell["fold"]] + [cell["stratum"]] * bool(options.stratum)
            for m, (kind, draws) in enumerate(kinds):
                row += {"verdicts": [draws, cell[f"parsed_{m}"], cell[f"positive_{m}"]],
                        "confidence": [cell[f"confidence_{m}"]], "none": []}[kind]
            row += [cell["weight"]] + [cell[f"sum_score_{m}"] for m in range(len(models))]
            row += [cell[f"product_{i}_{j}"] for i, j in pairs]
            row += [price(cell, m, options.costs, "answer_price") for m in range(len(models))]
            row += [price(cell, m, options.draw_costs, "draw_price")
                    for m, (kind, _) in enumerate(kinds) if kind != "none"]
            writer.writerow(row)


def write_statistics(path, cells, kinds, options, digest):
    """Writes the sums as statistics in JSON, with the digest of the log's ids."""
    models = options.models
    count = len(models)
    folds = []
    for fold in range(options.folds):
        mine = [cell for cell in cells if cell["fold"] == fold]
        entries = []
        for cell in mine:
            evidence = [{"verdicts": [cell[f"parsed_{m}"], cell[f"positive_{m}"]],
                         "confidence": cell[f"confidence_{m}"], "none": None}[kind] for m, (kind, _) in enumerate(kinds)]
            entries.append({"evidence": evidence, "weight": cell["weight"],
                            "scores": [cell[f"sum_score_{m}"] for m in range(count)],
                            "products": [cell[f"product_{min(i, j)}_{max(i, j)}"]
                                         for i in range(count) for j in range(count)]})
        # A model that is not verified has no price of a draw.
        of_draws = [sum(price(cell, m, options.draw_costs, "draw_price") for cell in mine) if kind != "none" else 0.0
                    for m, (kind, _) in enumerate(kinds)] + [0.0]
        folds.append({"answer_prices": [sum(price(cell, m, options.costs, "answer_price") for cell in mine)
                                        for m in range(count)],
                      "draw_prices": of_draws, "cells": entries})
    shapes = [{"name": name, "verified": kind, "draws": draws}
              for name, (kind, draws) in zip(models, kinds + [("none", 0)])]
    text = {"schema": "automix-statistics/1", "models": shapes, "logs": [digest], "folds": folds}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(text, file)
        file.write("\n")


def digest_of(total, rows, smallest):
    """Returns the digest of a log's ids: their number, and the sum and the smallest of their hashes."""
    return {"ids": f"{mix_bits(total & MASK ^ rows):016x}", "sample": [f"{word:016x}" for word in smallest]}


def numbers(text):
    return [float(number) for number in text.split(",")]


def options_of(arguments):
    parser = argparse.ArgumentParser(description="Sums up logs for `automix train --statistics`.")
    parser.add_argument("logs", nargs="+", metavar="LOG", help="files in JSON Lines, or in Parquet (.parquet)")
    parser.add_argument("--engine", choices=("spark", "duckdb"), default="spark")
    parser.add_argument("--out", required=True, help="a table (.csv), or statistics with the ids of the log (.json)")
    parser.add_argument("--models", type=lambda text: text.split(","), default=[], help="the models, cheapest first (default: all)")
    parser.add_argument("--costs", type=numbers, help="the price of an answer of each model (default: as recorded)")
    parser.add_argument("--draw-cost", dest="draw_costs", type=numbers,
                        help="the price of a draw, one or one for each model but the last (default: as recorded)")
    parser.add_argument("--max-draws", type=int, default=0, help="leading verdicts of an answer that count (default: all)")
    parser.add_argument("--stratum", default="", help="an expression of SQL whose value is the stratum, such as dataset (.csv only)")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the folds")
    parser.add_argument("--unique-ids", action="store_true", help="trust that no id stands twice, and do not look (.csv only)")
    parser.add_argument("--cores", type=int, default=0, help="cores to use on this machine (default: all)")
    options = parser.parse_args(arguments)
    if not options.out.endswith((".csv", ".json")):
        parser.error("--out: expected a name that ends in .csv or .json")
    if options.out.endswith(".json") and (options.stratum or options.unique_ids):
        parser.error("--stratum and --unique-ids: expected --out to end in .csv, as JSON has ids and no strata")
    if options.folds < 2 or options.max_draws < 0:
        parser.error("expected at least 2 --folds, and --max-draws of at least 0")
    parquet = [log for log in options.logs if log.endswith(".parquet")]
    if parquet and len(parquet) < len(options.logs):
        parser.error("LOG: expected files of one kind, JSON Lines or Parquet")
    options.parquet = bool(parquet)
    return options


def sum_up(engine, options):
    """Writes the statistics of the logs that an engine has opened."""
    log = engine.open(options)
    options.models = options.models or log.models
    missing = [name for name in options.models if name not in log.models]
    if missing:
        raise Refused(f"no model \"{missing[0]}\" in the log; it has " + ", ".join(log.models))
    if len(options.models) < 2 or len(set(options.models)) < len(options.models):
        raise Refused("--models: expected at least two models, each once")
    if options.costs is not None and len(options.costs) != len(options.models):
        raise Refused(f"--costs: expected {len(options.models)} prices, one a model, found {len(options.costs)}")
    if options.draw_costs is not None and len(options.draw_costs) == 1:
        options.draw_costs = options.draw_costs * (len(options.models) - 1)
    if options.draw_costs is not None and len(options.draw_costs) < len(options.models) - 1:
        raise Refused("--draw-cost: expected one price, or one for each model but the last")
    engine.view("flat", flat_sql(engine, log, options))
    query, checks = cells_sql(engine, options)
    cells = engine.rows(query)
    if not cells:
        raise Refused("no records")
    require_valid(cells, checks, options.models)
    kinds = kinds_of(cells, options.models, options.max_draws)
    require_price_order(cells, options)
    if not options.unique_ids:
        total, smallest, twice = engine.ids()
        if twice is not None:
            raise Refused(f"duplicate id \"{twice}\"")
        digest = digest_of(total, sum(cell["weight"] for cell in cells), smallest)
    if options.stratum and any(cell["stratum"] is None or not str(cell["stratum"]) for cell in cells):
        raise Refused("--stratum: expected a value in every row")
    cells.sort(key=lambda cell: tuple((cell[key] is not None, cell[key] if cell[key] is not None else 0) for key in
                                      ["fold"] + [f"{part}_{m}" for m in range(len(kinds))
                                                  for part in ("parsed", "positive", "confidence")]))
    if options.out.endswith(".csv"):
        write_table(options.out, cells, kinds, options)
    else:
        write_statistics(options.out, cells, kinds, options, digest)
    print(f"{options.out}: {sum(cell['weight'] for cell in cells)} rows, {len(cells)} cells")


def main(arguments):
    options = options_of(arguments)
    if options.engine == "spark":
        from spark_engine import SparkEngine as Engine
    else:
        from duckdb_engine import DuckDbEngine as Engine
    try:
        sum_up(Engine(options), options)
    except Refused as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
