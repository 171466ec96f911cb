# SPDX-License-Identifier: Apache-2.0
"""The library's hash of an id, as numbers that both engines put into SQL, and the error that they share."""

MASK = (1 << 64) - 1
HASH_OFFSET = 0xCBF29CE484222325
HASH_PRIME = 0x100000001B3
SAMPLED_IDS = 256
FOLD_USE = 2 * 0xD1B54A32D192ED03 & MASK  # the third use of an id's hash


class Refused(Exception):
    """A log or an option that no statistics can be made of."""


def mix_bits(word):
    """Returns the finaliser of SplitMix64 of a word of 64 bits."""
    word = word + 0x9E3779B97F4A7C15 & MASK
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ word >> 27) * 0x94D049BB133111EB & MASK
    return word ^ word >> 31


def hash_start(seed):
    """Returns the state of the hash of a text before its first byte."""
    return HASH_OFFSET ^ mix_bits(seed)
