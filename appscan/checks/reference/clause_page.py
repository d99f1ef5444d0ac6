"""The page that says of each clause where it ends, rule by rule. Knows no conditions of checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from appscan.checks.pack import CheckSet
from appscan.checks.reference.endings import End, Ending, endings, missing_features
from appscan.checks.reference.wording import code, escaped, joined
from appscan.checks.source import close
from appscan.model.report import ClauseText
from appscan.texts import Language, phrased, say

_COLUMNS = ("clause", "summary", "effect", "ends", "power", "exemption", "decides", "unseen")


def clause_page(checks: CheckSet, lang: Language) -> str:
    """The page in one language."""
    ends = endings(checks)
    lines = [*_head(checks, ends, lang), *_missing(checks, lang)]
    rules = groupby(checks.clauses.values(), key=lambda clause: (clause.rank, clause.document["zh"], clause.date))
    for _, clauses in sorted(((key, list(group)) for key, group in rules), key=lambda pair: (pair[0][0], pair[0][2])):
        lines += _rule(clauses, ends, checks, lang)
    return "\n".join([*lines, *_portfolio(checks, lang)])


def _head(checks: CheckSet, ends: Mapping[str, Sequence[End]], lang: Language) -> Iterator[str]:
    yield f"# {say(lang, 'reference.clauses_title')}"
    yield ""
    yield say(lang, "reference.generated", version=checks.version)
    yield ""
    yield say(lang, "reference.clauses_about")
    yield ""
    counts = Counter(_worst(of_clause) for of_clause in ends.values())
    yield from (f"- {say(lang, f'reference.counted.{ending}', count=counts[ending])}" for ending in Ending)
    yield ""


def _worst(ends: Sequence[End]) -> Ending:
    """A clause is counted once: as missing where anything is, else by what a machine does for it."""
    order = [Ending.MISSING, Ending.CHECK, Ending.PORTFOLIO, Ending.BEYOND]
    return min((end.ending for end in ends), key=order.index)


def _missing(checks: CheckSet, lang: Language) -> Iterator[str]:
    missing = missing_features(checks)
    if not missing:
        return
    yield f"## {say(lang, 'reference.missing_title')}"
    yield ""
    yield say(lang, "reference.missing_about")
    yield ""
    known = [*(check.id for check in checks.checks), *checks.portfolio]
    for name, clauses in missing.items():
        near = close(name, known)
        hint = say(lang, "reference.near", name=near) if near else ""
        naming = joined([code(one) for one in clauses], lang)
        yield f"- **{say(lang, 'reference.error')}** {code(name or '–')}{hint}: {naming}"
    yield ""


def _rule(clauses: Sequence[ClauseText], ends: Mapping[str, Sequence[End]], checks: CheckSet,
          lang: Language) -> Iterator[str]:
    first = clauses[0]
    yield f"## {escaped(first.document[lang])}"
    yield ""
    place = say(lang, f"jurisdictions.{first.jurisdiction[:5]}")
    facts = [first.issuer.get(lang, ""), first.date, place, say(lang, f"reference.rank.{first.rank}")]
    yield escaped(phrased(lang, [fact for fact in facts if fact]))
    yield ""
    yield from (say(lang, f"reference.text.{text}") for text in dict.fromkeys(
        clause.text.value for clause in sorted(clauses, key=lambda one: one.text.rank)))
    yield ""
    yield _row([say(lang, f"reference.column.{column}") for column in _COLUMNS])
    yield _row(["---"] * len(_COLUMNS))
    for clause in clauses:
        yield _row(_cells(clause, ends[clause.id], checks, lang))
    yield ""


def _cells(clause: ClauseText, ends: Sequence[End], checks: CheckSet, lang: Language) -> list[str]:
    notes = [say(lang, "report.clause_only", subject=clause.only[lang])] if clause.only else []
    if clause.note:
        notes.append(say(lang, "reference.note", note=clause.note[lang]))
    if clause.yields_to:
        notes.append(say(lang, "reference.yields", clauses=", ".join(clause.yields_to)))
    summary = "<br>".join(escaped(text) for text in (clause.summary[lang], *notes))
    status = "" if clause.quotable else "<br>" + say(lang, f"reference.status.{clause.text}")
    return [code(clause.id) + status, summary, say(lang, f"reference.effect.{clause.effect}"),
            "<br>".join(_end(end, clause, checks, lang) for end in ends), say(lang, f"reference.power.{clause.power}"),
            say(lang, f"reference.ground.{clause.exemption}"), escaped(clause.decides.get(lang, "")),
            escaped(clause.unseen.get(lang, ""))]


def _end(end: End, clause: ClauseText, checks: CheckSet, lang: Language) -> str:
    match end.ending:
        case Ending.CHECK:
            page = "checks.zh-CN.md" if lang == "zh" else "checks.md"
            return say(lang, "reference.end.check") + f"[{end.name}]({page}#{end.name})"
        case Ending.PORTFOLIO:
            return say(lang, "reference.end.portfolio") + escaped(checks.portfolio[end.name].title[lang])
        case Ending.BEYOND:
            return say(lang, "reference.end.beyond") + escaped(clause.beyond[lang])
        case Ending.MISSING:
            return f"**{say(lang, 'reference.error')}** {code(end.name or '–')}"


def _portfolio(checks: CheckSet, lang: Language) -> Iterator[str]:
    if not checks.portfolio:
        return
    yield f"## {say(lang, 'reference.portfolio_title')}"
    yield ""
    yield _row([say(lang, f"reference.column.{column}") for column in ("rule", "kind", "needs", "clauses")])
    yield _row(["---"] * 4)
    for rule in checks.portfolio.values():
        resting = [code(clause.id) for clause in checks.clauses.values() if rule.id in clause.features]
        yield _row([f"{escaped(rule.title[lang])} ({code(rule.id)})", say(lang, f"reference.rule_kind.{rule.kind}"),
                    escaped(rule.needs[lang]), joined(resting, lang)])
    yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
