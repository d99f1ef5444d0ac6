"""Checks: all of them by the rule and clause they rest on, each in plain language with its examples and how it came out
when it was measured, and an edit of one tried on what the store keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi import Path as InPath
from fastapi.responses import Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from appscan.bench.figures import Figure, Figures, kept_figures
from appscan.checks.pack import Check, CheckSet
from appscan.checks.reference import check_lines, condition_lines, endings, examples_of, rungs_of
from appscan.checks.reference.endings import End
from appscan.errors import AppscanError, UnavailableError
from appscan.model.report import ClauseEffect, ClauseText
from appscan.report.words import article_named, clause_source
from appscan.serve.edits import LONGEST_EDIT, Edit, source_of, try_edit
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.rendering import language_of, render, told
from appscan.store import Role
from appscan.texts import Language, say

router = APIRouter(include_in_schema=False)
READINGS, MOST_READINGS = 20, 200

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
CheckId = Annotated[str, InPath(max_length=80)]
Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with its clauses, each with what answers it."""

    name: str
    date: str
    clauses: tuple[tuple[ClauseText, tuple[End, ...]], ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause that a check rests on: where it stands, in own words what it says, the narrower subject that it speaks
    of ("" for none)."""

    id: str
    source: str
    summary: str
    only: str
    is_quotable: bool
    permits: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of a check; `is_current` False where the packs changed since it was measured."""

    figure: Figure | None
    figures: Figures
    is_current: bool


@router.get("/checks")
def checks_page(request: Request, _visit: Viewer) -> Response:
    """Checks with their figures, then rules with their clauses."""
    packs, lang = request.app.state.checks, language_of(request)
    checks: CheckSet = packs.now()
    figures = kept_figures(packs.folder)
    return render(request, "checks.html", checks=checks, rules=rules_of(checks, lang), figures=figures,
                  is_current=figures.digest == checks.digest, titles={one.id: one.title[lang] for one in checks.checks},
                  portfolio={key: one.title[lang] for key, one in checks.portfolio.items()},
                  rule_names={one.id: rules_named(one.clauses, checks, lang) for one in checks.checks},
                  article=lambda clause: article_named(clause.article, lang))


@router.get("/checks/{check}")
def check_page(request: Request, check: CheckId, _visit: Viewer) -> Response:
    """One check in plain language."""
    packs, lang = request.app.state.checks, language_of(request)
    checks: CheckSet = packs.now()
    found = check_named(checks, check)
    return render(request, "check.html", check=found, measured=measured(packs.folder, checks, check),
                  grounds=grounds_of(found.clauses, checks, lang), beside=grounds_of(found.beside, checks, lang),
                  conditions=as_html(condition_lines(found, checks, lang, patterns=0)), rungs=rungs_of(found),
                  examples={group: [as_html([line]) for line in lines]
                            for group, lines in examples_of(found, checks, lang).items()})


@router.get("/checks/{check}/try")
def edit_page(request: Request, check: CheckId, _visit: Reviewer) -> Response:
    """The check's file, to be changed."""
    packs = request.app.state.checks
    found = check_named(packs.now(), check)
    return render(request, "check_try.html", check=found, text=source_of(packs, check), readings=READINGS,
                  most=MOST_READINGS, problem="", tried=None, titles={})


@router.post("/checks/{check}/try")
def try_page(request: Request, check: CheckId, _visit: Reviewer,
             text: Annotated[str, Form(max_length=LONGEST_EDIT)] = "",
             readings: Annotated[int, Form(ge=1, le=MOST_READINGS)] = READINGS) -> Response:
    """What the edit would add and drop, by app. Nothing of it is kept."""
    state, lang = request.app.state, language_of(request)
    found = check_named(state.checks.now(), check)
    problem, tried = "", None
    try:
        tried = try_edit(state.store, state.aside, state.checks, Edit(check, text, readings, lang))
    except UnavailableError:
        raise
    except AppscanError as error:
        problem = told(lang, error)
    return render(request, "check_try.html", status=422 if problem else 200, check=found, text=text,
                  readings=readings, most=MOST_READINGS, problem=problem, tried=tried,
                  titles={one.id: one.title[lang] for one in state.checks.now().checks})


def check_named(checks: CheckSet, check: str) -> Check:
    """A check by its id. Raises Refused 404."""
    found = next((one for one in checks.checks if one.id == check), None)
    if found is None:
        raise Refused(404, "not_there")
    return found


def rules_named(clauses: Iterable[str], checks: CheckSet, lang: Language) -> list[tuple[str, str]]:
    """The rules that clauses stand in, each once with the first of these clauses."""
    found: dict[str, str] = {}
    for key in clauses:
        found.setdefault(checks.clauses[key].document[lang], key)
    return list(found.items())


def grounds_of(clauses: Iterable[str], checks: CheckSet, lang: Language) -> list[Ground]:
    """Clauses as findings name them."""
    found = [checks.clauses[key] for key in clauses]
    return [Ground(one.id, source_of_clause(one, lang), one.summary[lang],
                   say(lang, "report.clause_only", subject=one.only[lang]) if one.only else "", one.quotable,
                   one.effect is ClauseEffect.PERMIT) for one in found]


def source_of_clause(clause: ClauseText, lang: Language) -> str:
    """Rule, article and day of a clause, as findings name it."""
    return clause_source({"document": clause.document, "article": clause.article, "date": clause.date,
                          "jurisdiction": clause.jurisdiction}, lang)


def as_html(lines: Iterable[str]) -> Markup:
    """A part of the reference as HTML: CommonMark without raw HTML, which escapes all else, and links only to safe
    schemes."""
    reader = MarkdownIt("commonmark", {"html": False})
    return Markup(reader.render("\n".join(lines)))  # noqa: S704 (escaped by the reader)


def rules_of(checks: CheckSet, lang: Language) -> list[Rule]:
    """Rules by rank and day, their clauses as the packs order them."""
    ends = endings(checks)

    def key(clause: ClauseText) -> tuple[int, str, str]:
        return clause.rank, clause.date, clause.document["zh"]

    return [Rule(clauses[0].document[lang], clauses[0].date, tuple((one, ends[one.id]) for one in clauses))
            for clauses in (list(found) for _, found in groupby(sorted(checks.clauses.values(), key=key), key=key))]


def measured(folder: Any, checks: CheckSet, check: str) -> Measured:
    """How a check came out when it was measured last."""
    figures = kept_figures(folder)
    return Measured(figures.of_check.get(check), figures, figures.digest == checks.digest)


def check_document(check: Check, checks: CheckSet, lang: Language, found: Measured) -> Mapping[str, Any]:
    """One check as JSON; `reference` is Markdown."""
    return {"id": check.id, "title": check.title[lang], "question": check.question[lang],
            "polarity": check.polarity, "clauses": list(check.clauses),
            "reference": "\n".join(check_lines(check, checks, lang)), "measured": figure_document(found)}


def figure_document(found: Measured) -> Mapping[str, Any] | None:
    """A figure as JSON; None where the check was not measured."""
    one = found.figure
    if one is None:
        return None
    return {"found": one.found, "missed": one.missed, "false": one.false, "clean": one.clean,
            "precision": one.precision, "recall": one.recall, "day": found.figures.day,
            "sealed": found.figures.sealed, "current": found.is_current}


def clause_lines(rules: Sequence[Rule], lang: Language) -> list[dict[str, Any]]:
    """Clauses as JSON, with what answers them."""
    return [{"id": clause.id, "document": rule.name, "date": rule.date, "article": clause.article,
             "summary": clause.summary[lang], "quotable": clause.quotable,
             "ends": [{"ending": end.ending.value, "name": end.name} for end in ends]}
            for rule in rules for clause, ends in rule.clauses]
