# SPDX-License-Identifier: Apache-2.0
"""SQL of DuckDB for log_statistics.py."""

import duckdb

from dialect import Log, plain_verdicts
from id_hash import FOLD_USE, HASH_PRIME, MASK, SAMPLED_IDS, Refused, hash_start

COLUMNS = ("{id: 'VARCHAR', schema: 'VARCHAR', dataset: 'VARCHAR', split: 'VARCHAR', "
           "models: 'STRUCT(name VARCHAR, score JSON, verdicts JSON, confidence JSON, cost JSON, draw_cost JSON, "
           "verifiers STRUCT(self JSON))[]'}")
PLAIN_BYTES = 24  # ids of ASCII up to that length are hashed column by column


def word(value):
    return f"{value}::UHUGEINT"


class DuckDbEngine:
    """The dialect of DuckDB, and a connection that runs it."""

    id = "CAST(id AS VARCHAR)"
    model_count = "len(models)"

    def __init__(self, options):
        self.options = options
        self.connection = duckdb.connect()
        self.connection.execute("SET enable_progress_bar = false")
        if options.cores:
            self.connection.execute(f"SET threads = {options.cores}")

    def run(self, query):
        try:
            return self.connection.execute(query)
        except duckdb.Error as error:
            raise Refused("DuckDB cannot read the log: " + str(error).splitlines()[0]) from error

    def open(self, options):
        files = "[" + ", ".join(self.quoted(log) for log in options.logs) + "]"
        source = f"read_parquet({files})" if options.parquet else \
            f"read_json({files}, format = 'newline_delimited', columns = {COLUMNS})"
        self.run(f"CREATE VIEW log AS SELECT * FROM {source}")
        self.columns = {column[0] for column in self.run("SELECT * FROM log LIMIT 0").description}
        model = self.run("SELECT m.* FROM (SELECT unnest(models) AS m FROM log LIMIT 1)")
        self.fields = {column[0] for column in model.description}
        first = self.run("SELECT list_transform(models, lambda m: m.name) FROM log LIMIT 1").fetchone()
        if first is None:
            raise Refused("no records")
        return Log(first[0] or [])

    @property
    def schema(self):
        return "schema" if "schema" in self.columns else "CAST(NULL AS VARCHAR)"

    def quoted(self, text):
        return "'" + text.replace("'", "''") + "'"

    def field(self, place, name):
        return f"models[{place + 1}].{name}" if name in self.fields else "CAST(NULL AS VARCHAR)"

    def number(self, place, name):
        text = self.field(place, name)
        return f"TRY_CAST({text} AS DOUBLE)" if self.options.parquet else f"TRY_CAST(CAST({text} AS VARCHAR) AS DOUBLE)"

    def is_odd(self, place, name):
        text = self.field(place, name)
        if self.options.parquet:
            return "FALSE"
        return f"coalesce(json_type({text}) NOT IN ('UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'NULL'), FALSE)"

    def verdicts(self, place):
        """Returns a list of verdicts as [1,0,null]."""
        text = self.field(place, "verdicts")
        if self.options.parquet and "verdicts" in self.fields:
            text = f"to_json({text})"
        text = f"nullif(CAST({text} AS VARCHAR), 'null')"
        return plain_verdicts(text)

    def is_verdicts(self, text):
        return f"regexp_full_match({text}, '\\[((0|1|null)(,(0|1|null))*)?\\]')"

    def first(self, text, count):
        return f"array_to_string(string_split({text}, ',')[1:{count}], ',')"

    def has_own_verifier(self, place):
        return f"{self.field(place, 'verifiers')}.self IS NOT NULL" \
            if "verifiers" in self.fields and not self.options.parquet else "FALSE"

    def hashed(self, text, seed):
        """Returns the hash of a text: FNV-1a over its bytes, then mixed. Words have 128 bits, of which 64 are kept."""
        start, mask = word(hash_start(seed)), word(MASK)
        plain = start
        for i in range(1, PLAIN_BYTES + 1):
            byte = f"greatest(ord(substr({text}, {i}, 1)), 0)::UHUGEINT"
            prime = f"CASE WHEN length({text}) >= {i} THEN {word(HASH_PRIME)} ELSE {word(1)} END"
            plain = f"(xor({plain}, {byte}) * {prime} & {mask})"
        digits = f"hex(encode({text}))"
        digit = "(instr('0123456789ABCDEF', {0}[2 * i + {1}]) - 1)"
        byte = f"({digit.format(digits, 1)} * 16 + {digit.format(digits, 2)})::UHUGEINT"
        other = (f"list_reduce(list_transform(range(octet_length(encode({text}))), lambda i: {byte}), "
                 f"lambda h, b: xor(h, b) * {word(HASH_PRIME)} & {mask}, {start})")
        h = f"CASE WHEN strlen({text}) = length({text}) AND strlen({text}) <= {PLAIN_BYTES} THEN {plain} ELSE {other} END"
        return f"mix_bits({h})"

    def fold(self, text):
        hashed = self.hashed(text, self.options.seed ^ FOLD_USE)
        return f"CAST(floor(CAST(({hashed} >> 11) AS DOUBLE) * {2.0 ** -53!r} * {self.options.folds}) AS INTEGER)"

    def view(self, name, query):
        mask = word(MASK)
        self.run(f"CREATE MACRO mix_step(x, shift, factor) AS xor(x, x >> shift) * factor & {mask}")
        self.run(f"CREATE MACRO mix_bits(x) AS (SELECT xor(b, b >> 31) FROM (SELECT mix_step(a, 27, "
                 f"{word(0x94D049BB133111EB)}) AS b FROM (SELECT mix_step(x + {word(0x9E3779B97F4A7C15)} & {mask}, 30, "
                 f"{word(0xBF58476D1CE4E5B9)}) AS a)))")
        self.run(f"CREATE VIEW {name} AS {query}")

    def rows(self, query):
        result = self.run(query)
        names = [column[0] for column in result.description]
        try:
            return [dict(zip(names, row)) for row in result.fetchall()]
        except duckdb.Error as error:
            raise Refused("DuckDB cannot read the log: " + str(error).splitlines()[0]) from error

    def ids(self):
        """Returns the sum of the hashes of all ids, the smallest of them, and an id that stands twice or None."""
        self.run(f"CREATE TEMP TABLE words AS SELECT word, MIN(id) AS id, COUNT(*) AS rows, COUNT(DISTINCT id) AS ids FROM "
                 f"(SELECT id, {self.hashed('id', 0)} AS word FROM flat) GROUP BY word")
        twice = self.run("SELECT id FROM words WHERE rows > ids LIMIT 1").fetchone()
        total = self.run("SELECT CAST(SUM(word::DECIMAL(38, 0) * rows) AS VARCHAR) FROM words").fetchone()[0]
        smallest = self.run(f"SELECT word FROM words ORDER BY word LIMIT {SAMPLED_IDS}").fetchall()
        return int(float(total)) if "." in total else int(total), [row[0] for row in smallest], twice and twice[0]
