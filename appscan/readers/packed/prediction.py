"""What definitions tell about calls before they are read: their order, and the opcode of each method. Knows no stream.

Source: the Dalvik executable format (methods of a class: direct ones first; invoke-kind by access flags).
"""

from __future__ import annotations

import numpy as np

from appscan.model.reading import Classes, Int64, Methods, Strings

OPCODES = range(0x6E, 0x73)
VIRTUAL, DIRECT, STATIC, INTERFACE = 0x6E, 0x70, 0x71, 0x72
ACC_PRIVATE, ACC_STATIC, ACC_INTERFACE, ACC_CONSTRUCTOR = 0x2, 0x8, 0x200, 0x10000


def running_order(classes: Classes, methods: Methods, strings: int) -> Int64:
    """Method rows in the order in which DEX files hold their code: by class, direct methods before virtual ones."""
    row_of = np.full(strings + 1, len(classes.type), dtype=np.int64)  # the last place stands for -1, no class
    row_of[classes.type[::-1]] = np.arange(len(classes.type))[::-1]
    virtual = (methods.flags & (ACC_PRIVATE | ACC_STATIC | ACC_CONSTRUCTOR)) == 0
    return np.lexsort((np.arange(len(methods.owner)), virtual, row_of[methods.owner])).astype(np.int64)


def first_opcodes(classes: Classes, methods: Methods, strings: Strings) -> Int64:
    """The opcode that most likely calls each method."""
    flags_of = np.zeros(len(strings) + 1, dtype=np.int64)
    flags_of[classes.type] = classes.flags
    guess = np.full(len(methods.owner), VIRTUAL, dtype=np.int64)
    defined = methods.flags >= 0
    guess[(flags_of[methods.owner] & ACC_INTERFACE) != 0] = INTERFACE
    guess[defined & ((methods.flags & ACC_PRIVATE) != 0)] = DIRECT
    guess[methods.name == _sid_of(strings, b"<init>")] = DIRECT
    guess[defined & ((methods.flags & ACC_STATIC) != 0)] = STATIC
    return guess


def with_misses(actual: Int64, guess: Int64) -> Int64:
    """0 where the guess is right, else the number of the actual opcode, from 1."""
    return np.where(actual == guess, 0, actual - OPCODES.start + 1)


def _sid_of(strings: Strings, text: bytes) -> int:
    """Sid of a string, -2 where there is none."""
    at = -1
    while (at := strings.blob.find(text, at + 1)) >= 0:
        sid = int(np.searchsorted(strings.ends, at + len(text)))
        if sid < len(strings) and strings.raw(sid) == text:
            return sid
    return -2
