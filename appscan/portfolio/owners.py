"""Owners as written → canonical bodies, by the shipped data file. Pure: knows no registry and no count, and never
guesses: what the data does not say is unknown, with candidates for a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from appscan.model.registry import Confidence, Level

SHORTEST, LONGEST_WRITTEN = 2, 400
LOCAL = "local"
"""What people say of an owner that is no body of the centre."""
NEAR = 0.7
HAN = r"[\u3400-\u9fff]"
_QUOTES = re.compile(r"[\s\"'“”‘’「」『』《》〈〉]+")
_BRACKETED = re.compile(r"\(([^()]*)\)$")
_SEVERAL = re.compile(r"[、,;/|]")
_PARTY_BRANCH = re.compile(r"^(?:中共|中国共产党|共青团)")


class Standing(StrEnum):
    """What became of an owner as written. `several`: it names more than one body; `vendor`: it names who built it."""

    CENTRAL = "central"
    LOCAL = "local"
    VENDOR = "vendor"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    MISSING = "missing"


class By(StrEnum):
    """By which of its names a body was recognised; `arm` is a local arm of a centrally managed system; `person`: a
    person of the office said so."""

    NAME = "name"
    ALIAS = "alias"
    FORMER = "former"
    PLATE = "plate"
    AFFILIATE = "affiliate"
    OFFICE = "office"
    INSTITUTION = "institution"
    BUREAU = "bureau"
    ARM = "arm"
    PERSON = "person"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Body:
    """One canonical owner. `parent` is the id of the ministry that manages a state bureau."""

    id: str
    name: str
    category: str
    confidence: Confidence
    parent: str = ""
    parent_confidence: Confidence = Confidence.UNKNOWN
    domain: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OwnerMatch:
    """What one owner as written stands for.

    `owner` is the id of the canonical body, empty unless `standing` is central. `subject` names the very organisation
    (an arm, an affiliate's host, a local body): two entries are of one filing subject where it is equal. `doubt` is an
    entry of the catalogue (`owner_doubts.<doubt>`), empty where there is none. `candidates` are ids of bodies that it
    may be, for a person to decide.
    """

    written: str
    standing: Standing
    owner: str = ""
    subject: str = ""
    by: By = By.NONE
    confidence: Confidence = Confidence.UNKNOWN
    parent: str = ""
    doubt: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What two entries are compared by where the question is whether they have one owner."""
        return self.owner or self.subject


@dataclass(frozen=True, slots=True)
class _Named:
    body: str
    by: By
    confidence: Confidence
    shared: bool = False


@dataclass(frozen=True)
class Owners:
    """All bodies with all their names, and the rules of the data file."""

    bodies: Mapping[str, Body]
    tests: Sequence[Mapping[str, Any]]
    _names: Mapping[str, _Named]
    _unsettled: Mapping[str, tuple[str, ...]]
    _rules: Mapping[str, Any]
    _told: Mapping[str, str] = field(default_factory=dict)
    _known: dict[tuple[str, Level | None], OwnerMatch] = field(default_factory=dict, repr=False, compare=False)
    _near: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def resolve(self, written: str, level: Level | None = None) -> OwnerMatch:
        """The body that `written` names. `level` is the owner's level where the registry says it: a short name that
        local bodies bear too stands for the centre only where the level does not say otherwise. Never raises."""
        told = self._told.get(plain(written[:LONGEST_WRITTEN])) if self._told else None
        if told is not None:
            return self._as_told(written, told)
        key = (written, level)
        known = self._known.get(key)
        if known is None:
            found = self._resolved(written[:LONGEST_WRITTEN], level)
            known = self._known[key] = replace(found, written=written)
        return known

    def told(self, names: Mapping[str, str]) -> Owners:
        """The same bodies with what people said of owners as written: the id of a body, or `LOCAL` for one that is none
        of the centre. It goes before every rule."""
        return replace(self, _told={plain(written): owner for written, owner in names.items()})

    def _as_told(self, written: str, owner: str) -> OwnerMatch:
        text = plain(written[:LONGEST_WRITTEN])
        if owner not in self.bodies:
            return OwnerMatch(written, Standing.LOCAL, subject=text, by=By.PERSON, confidence=Confidence.A)
        return OwnerMatch(written, Standing.CENTRAL, owner, owner, By.PERSON, Confidence.A, self.bodies[owner].parent)

    def names_of(self, owner: str) -> Mapping[str, By]:
        """All names of a body, with what each of them is."""
        return {name: named.by for name, named in self._names.items() if named.body == owner}

    def name(self, owner: str) -> str:
        """Name of a canonical body; the id itself where there is none."""
        body = self.bodies.get(owner)
        return body.name if body else owner

    def near(self, written: str) -> tuple[str, ...]:
        """Ids of bodies with names like `written`, nearest first; for a person, never for the program."""
        if written not in self._near:  # one unknown owner often stands in many rows
            close = get_close_matches(plain(written[:LONGEST_WRITTEN]), self._names, n=5, cutoff=NEAR)
            self._near[written] = tuple(dict.fromkeys(self._names[name].body for name in close))[:3]
        return self._near[written]

    def hinted(self, host: str) -> str:
        """Id of the body whose recalled domain a host is under, or empty; a hint, never proof."""
        domains = {body.domain: body.id for body in self.bodies.values() if body.domain not in ("", "gov.cn")}
        parts = host.split(".")
        return next((domains[end] for start in range(len(parts)) if (end := ".".join(parts[start:])) in domains), "")

    def _resolved(self, written: str, level: Level | None) -> OwnerMatch:
        text = plain(written)
        if not text:
            return OwnerMatch(written, Standing.MISSING)
        owners, is_vendor = self._segments(text)
        if is_vendor:
            return OwnerMatch(written, Standing.VENDOR, subject=text, doubt="vendor_label")
        parts = [part for part in owners if part]
        if len(parts) > 1 and "".join(parts) not in self._names:
            return _joined(text, [self._single(part, level) for part in parts])
        return self._single(parts[0] if len(parts) == 1 else text, level)

    def _segments(self, text: str) -> tuple[list[str], bool]:
        """Parts that name owners, and whether there is nothing but vendors."""
        cut = self._labels.split(text) if ":" in text else [text]
        behind = list(zip(cut[1::2], cut[2::2], strict=True))
        owners = [part for label, part in behind if label in self._rules["labels"]["owner"]]
        if not owners and cut[0].strip(",;、|"):
            owners = [cut[0]]
        return [one for part in owners for one in _SEVERAL.split(part)], bool(behind) and not "".join(owners)

    def _single(self, text: str, level: Level | None) -> OwnerMatch:
        bracket = _BRACKETED.search(text)
        if bracket and text not in self._names:
            return self._bracketed(text[:bracket.start()], bracket[1], text, level)
        country = self._rules["country"]
        bare = text.removeprefix(country) or text
        for name in (bare, bare.removeprefix(self._rules["party"])):
            named = self._names.get(name.upper() if name.isascii() else name)
            if named is not None:
                return self._exact(text, named, level, certain=bare != text)
        if bare in self._unsettled:
            return OwnerMatch(text, Standing.UNKNOWN, subject=bare, doubt="unsettled", candidates=self._unsettled[bare])
        if bare.endswith(tuple(self._rules["companies"])):
            return OwnerMatch(text, Standing.VENDOR, subject=bare, doubt="company")
        if bare.startswith(tuple(self._rules["generic"])) or bare.endswith("部门"):
            return OwnerMatch(text, Standing.UNKNOWN, subject=bare, doubt="generic")
        return self._begun(bare) or self._below_the_centre(bare)

    def _bracketed(self, before: str, inside: str, text: str, level: Level | None) -> OwnerMatch:
        """A name with another in brackets behind it: the brackets may not name another body of the centre."""
        outer, inner = self._single(before, level), self._single(inside, level)
        if outer.owner and inner.owner and outer.owner != inner.owner:
            return _joined(text, [outer, inner])
        return outer

    def _exact(self, text: str, named: _Named, level: Level | None, certain: bool) -> OwnerMatch:
        below = level is not None and level is not Level.CENTRAL
        if named.shared and below and not certain:
            return OwnerMatch(text, Standing.LOCAL, subject=text, doubt="shared_name_below", candidates=(named.body,))
        match = self._central(text, named.body, named.by, named.confidence)
        if named.shared and level is None and not certain:
            return replace(match, confidence=Confidence.C, doubt="shared_name")
        return replace(match, doubt="level_contradicts") if below else match

    def _central(self, text: str, body: str, by: By, confidence: Confidence) -> OwnerMatch:
        subject = f"{body}/{text}" if by is By.ARM else body
        return OwnerMatch(text, Standing.CENTRAL, body, subject, by, confidence, self.bodies[body].parent)

    def _begun(self, text: str) -> OwnerMatch | None:
        """A text that begins with the name of a body: one of its offices, institutions, bureaus or arms, or unknown."""
        for length in range(min(len(text) - 1, self._longest), SHORTEST - 1, -1):
            named = self._names.get(text[:length])
            if named is None or named.shared or text[:length].isascii():
                continue
            rest = text[length:]
            if rest.startswith(tuple(self._rules["guards"])):
                continue
            by = self._part_of(rest, named.body)
            if by is By.NONE:
                return OwnerMatch(text, Standing.UNKNOWN, subject=text, doubt="more_than_name",
                                  candidates=(named.body,))
            inner = self._names.get(rest)
            return self._central(text, named.body, by,
                                 weaker(named.confidence, inner.confidence if inner else Confidence.B))
        return None

    def _part_of(self, rest: str, body: str) -> By:
        rules = self._rules
        if body in rules["arms_under_own_name"] and (self._area(rest) or rest.endswith(self._arm_endings)):
            return By.ARM
        if rest in rules["offices"]:
            return By.OFFICE
        if rest.endswith(tuple(rules["institutions"])) and len(rest) <= 16 and not self._area(rest):
            return By.INSTITUTION
        if rest in self._names and self._names[rest].body == body:
            return self._names[rest].by
        if self._bureau.fullmatch(rest) and not self._area(rest):
            return By.BUREAU
        return By.NONE

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._names))

    @cached_property
    def _labels(self) -> re.Pattern[str]:
        labels = self._rules["labels"]
        every = sorted((*labels["owner"], *labels["vendor"]), key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, every))}):")

    @cached_property
    def _bureau(self) -> re.Pattern[str]:
        return re.compile(f"{HAN}{{2,14}}(?:{'|'.join(self._rules['bureaus'])})")

    @cached_property
    def _place(self) -> re.Pattern[str]:
        return re.compile(f"{HAN}{{2,12}}?(?:{'|'.join(self._rules['area_endings'])})")

    @cached_property
    def _province(self) -> re.Pattern[str]:
        longest_first = sorted(self._rules["provinces"], key=len, reverse=True)
        return re.compile(f"(?:{'|'.join(longest_first)})(?P<ending>{'|'.join(self._rules['area_endings'])})?")

    @cached_property
    def _arm_endings(self) -> tuple[str, ...]:
        of_arms = (end for arm in self._rules["arms"] for end in arm["ends"])
        return ("分局", "支局", "分行", "支行", "地区管理局", *of_arms)

    def _below_the_centre(self, text: str) -> OwnerMatch:
        """A local body, or a local arm under a name of its own; else unknown."""
        rules = self._rules
        if text.startswith(tuple(rules["central_starts"])):
            return OwnerMatch(text, Standing.UNKNOWN, subject=text, doubt="no_such_body")
        if text.endswith(self._arm_endings) and not text.endswith(tuple(rules["not_arms"])):
            for arm in rules["arms"]:
                end = next((end for end in arm["ends"] if text.endswith(end)), "")
                if end and len(text) - len(end) >= SHORTEST:
                    return self._central(text, arm["body"], By.ARM, Confidence(arm["confidence"]))
        if self._area(_PARTY_BRANCH.sub("", text)):
            return OwnerMatch(text, Standing.LOCAL, subject=text)
        return OwnerMatch(text, Standing.UNKNOWN, subject=text, doubt="no_such_body")

    def _area(self, text: str) -> bool:
        """Whether a text begins with a place: 浙江省…, 虚构县…, or a province's bare name and a body behind it."""
        province = self._province.match(text)
        if province:
            return bool(province["ending"]) or text[province.end():].endswith(tuple(self._rules["body_endings"]))
        return self._place.match(text) is not None


def weaker(one: Confidence, other: Confidence) -> Confidence:
    """The less sure of two marks."""
    return max(one, other, key=list(Confidence).index)


def plain(text: str) -> str:
    """A name as it is looked up: NFKC, without white space and quotation marks."""
    return _QUOTES.sub("", unicodedata.normalize("NFKC", text))


@cache
def load() -> Owners:
    """The shipped bodies and rules."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(files(__package__).joinpath("owners.yaml").read_text("utf-8"), loader)  # noqa: S506 (both safe)
    bodies = {row["id"]: _body(row) for row in document["bodies"]}
    names: dict[str, _Named] = {}
    for row in document["bodies"]:
        for name, named in _names_of(row):
            names.setdefault(plain(name), named)
    unsettled = {plain(name): tuple(row["candidates"]) for row in document["unsettled"] for name in row["names"]}
    return Owners(bodies, tuple(document["tests"]), names, unsettled, document["normalisation"])


def _body(row: Mapping[str, Any]) -> Body:
    return Body(row["id"], row["name"], row["category"], Confidence(row["confidence"]), row.get("parent", ""),
                Confidence(row.get("parent_confidence", "unknown")), row.get("domain", ""), row.get("note", ""))


def _names_of(row: Mapping[str, Any]) -> Iterator[tuple[str, _Named]]:
    body, confidence = row["id"], Confidence(row["confidence"])
    yield row["name"], _Named(body, By.NAME, confidence)
    for name in row.get("aliases", ()):
        yield name, _Named(body, By.ALIAS, confidence)
    for name in row.get("shared", ()):
        yield name, _Named(body, By.ALIAS, confidence, shared=True)
    for name in row.get("former", ()):
        yield name, _Named(body, By.FORMER, confidence)
    for key, by in (("plates", By.PLATE), ("affiliates", By.AFFILIATE)):
        for part in row.get(key, ()):
            for name in (part["name"], *part.get("also", ())):
                yield name, _Named(body, by, Confidence(part["confidence"]))


def _joined(text: str, matches: Sequence[OwnerMatch]) -> OwnerMatch:
    """Several names: one owner where they all mean one, else a person must say who it is."""
    if len({match.identity for match in matches}) == 1:
        return matches[0]
    owners = tuple(dict.fromkeys(match.owner for match in matches if match.owner))
    return OwnerMatch(text, Standing.SEVERAL, subject=text, doubt="several", candidates=owners)
