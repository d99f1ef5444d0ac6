"""A reading → what makes its app comparable with others: package, certificates, endpoints, code, icon, and the
forms that it serves. Collected with no pattern of checks; knows no registry."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from appscan.model.folding import fold
from appscan.model.reading import Fact, Reading, Role
from appscan.portfolio.grouping import Evidence
from appscan.portfolio.icons import icon_hash
from appscan.portfolio.likeness import signature
from appscan.portfolio.naming import normal_address

VERSION = "traits/2"
"""Grows with every change of what is worked out: readings are then gone through once more."""

MOST_FORMS, MOST_FIELDS, MOST_ENDPOINTS = 80, 80, 400
LONGEST_FIELD = 20
LEAST_CODE = 12
NEAR = 4
"""So many elements before an input its label may stand."""

_ADDRESS = re.compile(rb"^https?://[\w.-]+", re.IGNORECASE)
_SPECIFICATIONS = ("schemas.android.com", "w3.org", "xmlpull.org", "apache.org", "ns.adobe.com", "example.com",
                   "localhost", "127.0.0.1")
_OPTIONAL = re.compile(r"[(（\[【]?(?:必填|选填|必选|可选|required|optional)项?[)）\]】]?")
_HAN = re.compile(r"[\u3400-\u9fff]{4,}")
_NUMBER = re.compile(r"\d{6}")
"""No field is called so: it is somebody's number."""
_SIGNS = re.compile(r"[\s*:：()（）\[\]【】.。…,，、/\\|<>\"'“”!！?？—_-]+")


def traits_of(reading: Reading) -> dict[str, Any]:
    """Plain JSON values; the same for the same reading on every machine."""
    artifact = reading.artifact
    code = sorted(_code(reading))
    return {"package": artifact.package, "target_sdk": artifact.target_sdk,
            "certificates": sorted({one.sha256 for one in artifact.certificates}),
            "endpoints": sorted(set(_endpoints(reading)))[:MOST_ENDPOINTS],
            "icon": icon_hash(reading.icon),
            "code": list(signature(code)) if len(code) >= LEAST_CODE else [],
            "forms": _forms(reading)}


def evidence_of(several: Sequence[Mapping[str, Any]]) -> Evidence:
    """What the traits of all readings of one entry say together."""
    code = next((tuple(one["code"]) for one in several if one["code"]), ())
    return Evidence(frozenset(one["package"] for one in several if one["package"]),
                    frozenset(digest for one in several for digest in one["certificates"]),
                    frozenset(address for one in several for address in one["endpoints"]), code,
                    next((one["icon"] for one in several if one.get("icon") is not None), None))


def _endpoints(reading: Reading) -> Iterator[str]:
    """Addresses that the app itself speaks to: those in its own classes, in scripts and markup, and what a crawl saw of
    its site."""
    facts, strings = reading.facts, reading.strings
    rows = np.flatnonzero(np.isin(facts.kind, (Fact.LITERAL, Fact.PATH, Fact.REQUEST)))
    native = {sid for sid in np.unique(facts.role[rows]) if strings[int(sid)] == "native"}
    kept = {int(facts.value[row]) for row in rows if int(facts.role[row]) not in native}
    for sid in sorted(kept | _own_strings(reading)):
        raw = strings.raw(sid)
        if _ADDRESS.match(raw):
            address = normal_address(raw.decode("utf-8", "replace")).partition("?")[0]
            host = address.partition("/")[0]
            if address and not host.endswith(_SPECIFICATIONS):
                yield address[:200]


def _own_prefix(reading: Reading) -> str:
    """The name space of the app's own classes: the first two components of its package."""
    parts = reading.artifact.package.split(".")
    return f"L{'/'.join(parts[:2])}/" if len(parts) > 1 else ""


def _own_methods(reading: Reading) -> Iterator[tuple[int, str]]:
    """Methods defined in the app's own classes, with their class; the rows of `Methods`."""
    prefix = _own_prefix(reading).encode()
    methods, strings = reading.code.methods, reading.strings
    own = {int(sid) for sid in np.unique(methods.owner) if prefix and strings.raw(int(sid)).startswith(prefix)}
    for row in np.flatnonzero(methods.flags >= 0):
        if int(methods.owner[row]) in own:
            yield int(row), strings[int(methods.owner[row])]


def _own_strings(reading: Reading) -> set[int]:
    rows = np.array([row for row, _ in _own_methods(reading)], np.int32)
    used = reading.code.strings_used
    return {int(sid) for sid in used.what[np.isin(used.method, rows)]}


def _code(reading: Reading) -> Iterator[str]:
    """Names of the app's own methods below its package, Chinese texts in its code (which stay when names are shortened)
    and literals of its scripts: what a copy under another owner keeps. The package itself does not count, since copies
    change it."""
    package, strings = f"L{reading.artifact.package.replace('.', '/')}/", reading.strings
    short = _own_prefix(reading)
    for row, owner in _own_methods(reading):
        inner = owner.removeprefix(package) if owner.startswith(package) else owner.removeprefix(short)
        yield f"{inner}.{strings[int(reading.code.methods.name[row])]}"
    for sid in np.unique(reading.code.strings_used.what):
        if _HAN.search(text := strings[int(sid)]):
            yield text[:120]
    facts = reading.facts
    wanted = np.array([sid for sid in np.unique(facts.role) if strings[int(sid)] in ("key", "string", "template")])
    for sid in np.unique(facts.value[(facts.kind == Fact.LITERAL) & np.isin(facts.role, wanted)]):
        raw = strings.raw(int(sid))
        if 6 <= len(raw) <= 120:
            yield raw.decode("utf-8", "replace")


def _forms(reading: Reading) -> list[dict[str, Any]]:
    """Forms by screen and user role, each with the labels of its fields."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for file, screen, actor, label in _labels(reading):
        found[screen or file, actor][label] = None
    access = _access()
    forms = [{"screen": screen[:200], "role": actor[:80], "fields": sorted(set(labels) - access)[:MOST_FIELDS]}
             for (screen, actor), labels in found.items()]
    return [form for form in forms if len(form["fields"]) > 1][:MOST_FORMS]


def _labels(reading: Reading) -> Iterator[tuple[str, str, str, str]]:
    """(file, screen, actor, label) of inputs: their hint, else the short text that stands right before them."""
    facts, strings, inputs = reading.facts, reading.strings, _inputs()
    rows = np.flatnonzero(np.isin(facts.kind, (Fact.NODE, Fact.TEXT)))
    hints = {(int(facts.file[row]), int(facts.node[row])): field_name(strings[int(facts.value[row])]) for row in rows
             if facts.kind[row] == Fact.TEXT and strings[int(facts.role[row])] == Role.HINT}
    before, before_at, of_file = "", 0, -1
    for row in rows:
        node, file = int(facts.node[row]), int(facts.file[row])
        if file != of_file:
            before, of_file = "", file
        value = strings[int(facts.value[row])]
        if facts.kind[row] == Fact.TEXT:
            if strings[int(facts.role[row])] == Role.LABEL:
                before, before_at = field_name(value), node
        elif value.rpartition(".")[2].lower() in inputs or (file, node) in hints:
            near = before if 0 <= node - before_at <= NEAR else ""
            if label := hints.get((file, node)) or near:
                yield (strings[file], strings[int(facts.screen[row])], strings[int(facts.actor[row])], label)
            before = ""


def field_name(text: str) -> str:
    """What a hint or label asks for, as it is compared; "" for one that is too long to be a field."""
    plain = _SIGNS.sub("", _OPTIONAL.sub("", fold(text))) if len(text) <= 3 * LONGEST_FIELD else ""
    for ask in _asks():
        if plain.startswith(ask) and len(plain) > len(ask):
            plain = plain[len(ask):]
            break
    return plain if 2 <= len(plain) <= LONGEST_FIELD and not _NUMBER.search(plain) else ""


@cache
def words() -> Mapping[str, Any]:
    """The shipped words."""
    document: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return document


@cache
def _inputs() -> frozenset[str]:
    return frozenset(words()["inputs"].split())


@cache
def _access() -> frozenset[str]:
    return frozenset(_SIGNS.sub("", fold(word)) for word in words()["access"])


@cache
def _asks() -> tuple[str, ...]:
    return tuple(sorted((_SIGNS.sub("", fold(word)) for word in words()["asks"]), key=len, reverse=True))
