"""The files under regulations/ and vocabulary/portfolio.yaml → clauses and portfolio rules. Knows no conditions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from appscan.checks.faults import Faults
from appscan.checks.pack import PortfolioRule, RuleKind
from appscan.checks.source import At, Source, close, key_line, place
from appscan.model.jurisdiction import code_of
from appscan.model.report import Bilingual, ClauseEffect, ClauseText, Extent, Ground, Power

PORTFOLIO = "vocabulary/portfolio.yaml"

_REGULATION = {"id", "title", "issuer", "date", "jurisdiction", "rank", "text", "prevails_by", "clauses"}
_CLAUSE = {"article", "feature", "effect", "power", "summary", "exemption", "decides", "unseen", "beyond", "text",
           "yields_to", "only", "note"}
_RULE = {"kind", "title", "needs"}
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_FEATURE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_RANK = 9
_NO_CLAUSES: dict[str, ClauseText] = {}


@dataclass(frozen=True, slots=True)
class Regulation:
    """What all clauses of one rule share."""

    title: Bilingual
    issuer: Bilingual
    date: str
    jurisdiction: str
    rank: int
    text: Extent
    prevails_by: str


def parse_clauses(documents: Iterable[tuple[str, dict[str, Any]]],
                  faults: Faults | None = None) -> dict[str, ClauseText]:
    """Clauses of all regulations, by id. Raises PackError."""
    clauses: dict[str, ClauseText] = {}
    sources = {name: (Source(name, faults=faults), node) for name, node in documents}
    names: dict[str, str] = {}
    for source, node in sources.values():
        source.faults.attempt(partial(_name_once, node, names, source), None)
        parse = partial(_clauses_of, node, clauses, source)
        clauses |= source.faults.attempt(parse, _NO_CLAUSES)
    for source, node in sources.values():
        source.faults.attempt(partial(_check_references, node, clauses, source), None)
    return clauses


def _name_once(node: dict[str, Any], names: dict[str, str], source: Source) -> None:
    """Two files with one id would be taken for one rule."""
    name = str(node.get("id", ""))
    if name and name in names:
        source.fail(place(node, "id"), "id_twice", id=name)
    names[name] = source.file


def _clauses_of(node: dict[str, Any], known: Mapping[str, ClauseText], source: Source) -> dict[str, ClauseText]:
    """The clauses of one rule; `known` are those of the rules before it. Raises PackError."""
    regulation = parse_head(node, source)
    rows = source.mapping(node, "clauses")
    if not rows:
        source.fail(place(node, "clauses"), "no_clauses")
    return source.each(rows, lambda key: parse_clause(key, rows, regulation, known, source))


def parse_head(node: dict[str, Any], source: Source) -> Regulation:
    """What stands above the clauses of a rule. Raises PackError."""
    source.known(node, _REGULATION)
    title = source.bilingual(node, "title")
    issuer = source.bilingual(node, "issuer") if "issuer" in node else {}
    date, jurisdiction = (_plain(node, key, source) for key in ("date", "jurisdiction"))
    if not _DATE.fullmatch(date):
        source.fail(place(node, "date"), "date_wrong", date=date)
    code = code_of(jurisdiction)
    if code is None or code != jurisdiction:
        source.fail(place(node, "jurisdiction"), "jurisdiction_wrong", place=jurisdiction, close=code or "")
    rank = node.get("rank", 0)
    if not isinstance(rank, int) or isinstance(rank, bool) or not 0 <= rank <= MAX_RANK:
        source.fail(place(node, "rank"), "rank_wrong", rank=str(rank), most=MAX_RANK)
    extent = source.member(Extent, node.get("text", "part"), "text", place(node, "text"))
    prevails = str(source.word(node, "prevails_by")) if "prevails_by" in node else ""
    return Regulation(title, issuer, date, jurisdiction, rank, extent, prevails)


def parse_clause(key: str, rows: dict[str, Any], head: Regulation, known: Mapping[str, ClauseText],
                 source: Source) -> ClauseText:
    """One clause of a rule. Raises PackError."""
    row = source.mapping(rows, key)
    source.known(row, _CLAUSE)
    if key in known:
        source.fail(key_line(rows, key), "clause_twice", clause=key)
    article = _plain(row, "article", source, place(rows, key))
    summary = source.bilingual(row, "summary")
    extent = source.member(Extent, row.get("text", head.text.value), "text", place(row, "text"))
    if extent.rank < head.text.rank:
        source.fail(place(row, "text"), "text_above", text=extent.value, head=head.text.value)
    features = source.plain_words(row, "feature")
    for feature in features:
        if not _FEATURE.fullmatch(feature):
            source.fail(place(row, "feature"), "feature_wrong", feature=feature)
    effect = source.member(ClauseEffect, row.get("effect", "ban"), "effect", place(row, "effect"))
    power = source.member(Power, row.get("power", "partial"), "power", place(row, "power"))
    beyond = _bilingual(row, "beyond", source)
    if "feature" in row and not features:
        _check_beyond(key, rows, effect, power, beyond, source)
    return ClauseText(
        key, head.title, article, summary, head.date, head.jurisdiction, extent is Extent.WHOLE, effect=effect,
        power=power, text=extent,
        exemption=source.member(Ground, row.get("exemption", "none"), "exemption", place(row, "exemption")),
        rank=head.rank, issuer=head.issuer, decides=_bilingual(row, "decides", source),
        unseen=_bilingual(row, "unseen", source), features=features, beyond=beyond, prevails_by=head.prevails_by,
        yields_to=source.plain_words(row, "yields_to"), only=_bilingual(row, "only", source),
        note=_bilingual(row, "note", source))


def _check_references(node: dict[str, Any], clauses: Mapping[str, ClauseText], source: Source) -> None:
    """Refuse clauses that point to clauses nobody has. Raises PackError."""
    rows = [row for row in source.mapping(node, "clauses").values() if isinstance(row, dict)]
    for owner, key in [(node, "prevails_by"), *((row, "yields_to") for row in rows)]:
        for other in source.words(owner, key):
            if other not in clauses:
                source.fail(other, "unknown_clause", clause=other, close=close(other, clauses))


def _check_beyond(key: str, rows: dict[str, Any], effect: ClauseEffect, power: Power, beyond: Bilingual,
                  source: Source) -> None:
    """A clause that names no feature says why, and never claims that a machine can tell."""
    if not beyond:
        source.fail(key_line(rows, key), "no_feature", clause=key)
    if power is not Power.REGISTRY and effect is not ClauseEffect.META:
        source.fail(place(rows[key], "power"), "power_without_feature", clause=key, power=power.value)


def parse_portfolio(documents: Mapping[str, dict[str, Any]], faults: Faults | None = None) -> dict[str, PortfolioRule]:
    """The rules that need a register, by id. Raises PackError."""
    source, document = Source(PORTFOLIO, faults=faults), documents.get(PORTFOLIO, {})
    source.faults.attempt(lambda: source.known(document, {"rules"}), None)
    rows: dict[str, Any] = source.faults.attempt(lambda: source.mapping(document, "rules"), {})
    return source.each(rows, lambda name: _rule(name, rows, source))


def _rule(name: str, rows: dict[str, Any], source: Source) -> PortfolioRule:
    row = source.mapping(rows, name)
    source.known(row, _RULE)
    kind = source.member(RuleKind, row.get("kind"), "kind", place(row, "kind", key_line(rows, name)))
    return PortfolioRule(name, kind, source.bilingual(row, "title"), source.bilingual(row, "needs"))


def _bilingual(row: dict[str, Any], key: str, source: Source) -> Bilingual:
    return source.bilingual(row, key) if key in row else {}


def _plain(owner: dict[str, Any], key: str, source: Source, otherwise: At = 0) -> str:
    """A number, date or word as text."""
    node = owner.get(key)
    if isinstance(node, (dict, list)) or node is None or not str(node).strip():
        source.fail(place(owner, key, otherwise), "missing", what=key)
    return str(node)
