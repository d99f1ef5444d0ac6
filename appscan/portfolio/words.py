"""Words of registries as people write them → closed words. Knows no cell and no entry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from appscan.texts import LANGUAGES, catalogue

SPACES = ("levels", "audiences", "statuses", "platforms", "truths", "confidences")
_OF_CATALOGUE = {"levels": "levels.", "audiences": "audiences.", "statuses": "registry_status.",
                 "platforms": "registry_platform.", "truths": "registry_truth.", "confidences": ""}
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_LOOSE = re.compile(r"[\s*:：,，.。_\-/()]+")


def loose(text: str) -> str:
    """A word as it is compared: NFKC, lower case, without brackets and what stands in them, spaces and signs."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _LOOSE.sub("", _BRACKETS.sub("", plain)) or _LOOSE.sub("", plain)


@cache
def headings() -> Mapping[str, str]:
    """Heading as it is compared → key of the column, in both languages."""
    found = {loose(word): key for key, words in _shipped()["columns"].items() for word in (key, *words)}
    for lang in LANGUAGES:
        prefix = "registry_column."
        found.update({loose(text): key.removeprefix(prefix) for key, text in catalogue(lang).items()
                      if key.startswith(prefix)})
    return found


@cache
def meanings(space: str) -> Mapping[str, str]:
    """Word as it is compared → closed word of one of SPACES."""
    found = {loose(word): closed for closed, words in _shipped()[space].items() for word in (closed, *words)}
    prefix = _OF_CATALOGUE[space]
    for lang in LANGUAGES if prefix else ():
        found.update({loose(text): key.removeprefix(prefix) for key, text in catalogue(lang).items()
                      if key.startswith(prefix)})
    return found


def columns() -> tuple[str, ...]:
    """Keys of all columns, in the order of the template."""
    return tuple(_shipped()["columns"])


def is_example(entry: str) -> bool:
    """Whether an id marks a row that only shows how to fill one in."""
    return loose(entry).startswith(tuple(_shipped()["examples"])) or entry.strip().startswith("示例")


def means_none(text: str) -> bool:
    """Whether a text says that there is nothing."""
    return loose(text) in {loose(word) for word in _shipped()["none"]} or text.strip() == "-"


@cache
def _shipped() -> Mapping[str, Any]:
    text = files(__package__).joinpath("words.yaml").read_text("utf-8")
    document: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 (makes nothing but texts: no is a word here)
    return document
