# SPDX-License-Identifier: Apache-2.0
"""Spark SQL for log_statistics.py. No Python runs for a row: all is SQL in Spark's own engine."""

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from py4j.protocol import Py4JJavaError

from dialect import Log, plain_verdicts
from id_hash import FOLD_USE, HASH_PRIME, SAMPLED_IDS, MASK, Refused, hash_start

SCHEMA = """id STRING, schema STRING, dataset STRING, split STRING, models ARRAY<STRUCT<name STRING, score DOUBLE,
    verdicts STRING, confidence DOUBLE, cost DOUBLE, draw_cost DOUBLE, verifiers STRUCT<self STRING>>>"""


def signed(word):
    """Returns a word of 64 bits as a literal of Spark, whose words have a sign."""
    value = word - (1 << 64) if word >> 63 else word
    return f"CAST('{value}' AS BIGINT)"


class SparkEngine:
    """The dialect of Spark SQL, and a session that runs it."""

    id = "CAST(id AS STRING)"
    model_count = "size(models)"

    def __init__(self, options):
        self.options = options
        # Products of words wrap around only without the rules of ANSI.
        builder = SparkSession.builder.config("spark.sql.ansi.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        if options.cores:
            builder = builder.master(f"local[{options.cores}]").config("spark.sql.shuffle.partitions", 4 * options.cores)
        self.spark = builder.getOrCreate()
        self.spark.sparkContext.setLogLevel("OFF")

    def guarded(self, work):
        """Runs `work` and turns an error of Spark into a sentence."""
        try:
            return work()
        except (PySparkException, Py4JJavaError) as error:
            reasons = [line.strip() for line in str(error).splitlines() if "Exception" in line and ":" in line]
            raise Refused("Spark cannot read the log: " + (reasons or [str(error)])[-1]) from error

    def open(self, options):
        def read():
            reader = self.spark.read
            if options.parquet:
                frame = reader.parquet(*options.logs)
            else:
                frame = reader.schema(SCHEMA).option("mode", "FAILFAST").option("allowNonNumericNumbers", "false") \
                    .json(list(options.logs))
            return frame, frame.selectExpr("models.name AS names").first()
        frame, first = self.guarded(read)
        if first is None:
            raise Refused("no records")
        self.columns = set(frame.columns)
        self.fields = {field.name: field.dataType for field in frame.schema["models"].dataType.elementType.fields}
        frame.createOrReplaceTempView("log")
        return Log(list(first.names or []))

    @property
    def schema(self):
        return "schema" if "schema" in self.columns else "CAST(NULL AS STRING)"

    def quoted(self, text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def field(self, place, name):
        return f"models[{place}].{name}" if name in self.fields else "CAST(NULL AS STRING)"

    def number(self, place, name):
        return f"CAST({self.field(place, name)} AS DOUBLE)"

    def is_odd(self, place, name):
        return "FALSE"  # a value that is no number ends the reading

    def verdicts(self, place):
        """Returns a list of verdicts as [1,0,null]."""
        text = self.field(place, "verdicts")
        if self.options.parquet and "verdicts" in self.fields:
            text = f"to_json({text})"
        return plain_verdicts(text)

    def is_verdicts(self, text):
        return f"{text} RLIKE '^\\\\[((0|1|null)(,(0|1|null))*+)?\\\\]$'"

    def first(self, text, count):
        return f"substring_index({text}, ',', {count})"

    def has_own_verifier(self, place):
        kind = self.fields.get("verifiers")
        return f"{self.field(place, 'verifiers')}.self IS NOT NULL" if "self" in getattr(kind, "names", []) else "FALSE"

    def hashed(self, text, seed):
        """Returns the hash of a text: FNV-1a over its bytes, then mixed."""
        prime = signed(HASH_PRIME)
        start = signed(hash_start(seed))
        plain = f"aggregate(sequence(1, length({text})), {start}, (h, i) -> (h ^ ascii(substring({text}, i, 1))) * {prime})"
        byte = f"CAST(conv(hex(substring(CAST({text} AS BINARY), i, 1)), 16, 10) AS BIGINT)"
        other = f"aggregate(sequence(1, octet_length({text})), {start}, (h, i) -> (h ^ {byte}) * {prime})"
        h = f"CASE WHEN {text} IS NULL OR {text} = '' THEN {start} WHEN length({text}) = octet_length({text}) THEN {plain} ELSE {other} END"
        for add, shift, factor in ((0x9E3779B97F4A7C15, 30, 0xBF58476D1CE4E5B9), (0, 27, 0x94D049BB133111EB)):
            # A lambda of one element binds the value, which is used twice.
            h = f"transform(array({h} + {signed(add)}), x -> (x ^ shiftrightunsigned(x, {shift})) * {signed(factor)})[0]"
        return f"transform(array({h}), x -> x ^ shiftrightunsigned(x, 31))[0]"

    def fold(self, text):
        word = self.hashed(text, self.options.seed ^ FOLD_USE)
        return f"CAST(CAST(shiftrightunsigned({word}, 11) AS DOUBLE) * {2.0 ** -53!r}D * {self.options.folds} AS INT)"

    def view(self, name, query):
        self.guarded(lambda: self.spark.sql(query).createOrReplaceTempView(name))

    def rows(self, query):
        return [row.asDict() for row in self.guarded(lambda: self.spark.sql(query).collect())]

    def ids(self):
        """Returns the sum of the hashes of all ids, the smallest of them, and an id that stands twice or None."""
        def count():
            words = self.spark.sql(f"SELECT word, MIN(id) AS id, COUNT(*) AS rows, COUNT(DISTINCT id) AS ids FROM "
                                   f"(SELECT id, {self.hashed('id', 0)} AS word FROM flat) GROUP BY word").persist()
            twice = words.where("rows > ids").select("id").first()
            total = words.selectExpr("SUM(word * rows) AS total").first().total
            # Words without a sign: those below 0 are the largest.
            smallest = words.selectExpr("word", "word < 0 AS high").orderBy("high", "word").limit(SAMPLED_IDS).collect()
            words.unpersist()
            return total, [row.word & MASK for row in smallest], twice and twice.id
        return self.guarded(count)
