"""The shipped packs for all tests of a process: loading them, and what judging makes of them first, is done once."""

from __future__ import annotations

from functools import cache

from appscan.checks import CheckSet, load


@cache
def shipped() -> CheckSet:
    """The shipped packs. Nobody changes them: they are frozen."""
    return load()
