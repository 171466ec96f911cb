# SPDX-License-Identifier: Apache-2.0
"""Parts that both engines of log_statistics.py use."""


class Log:
    """A log that is open, with the names of its models."""

    def __init__(self, models):
        self.models = models


def plain_verdicts(text):
    """Returns SQL for a list of verdicts as [1,0,null], from SQL for one of numbers, booleans and nulls."""
    for found, meant in ((" ", ""), ("true", "1"), ("false", "0"), ("1.0", "1"), ("0.0", "0")):
        text = f"replace({text}, '{found}', '{meant}')"
    return text
