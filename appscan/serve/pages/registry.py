"""The registry: its list, one entry whole, and both as files. Changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from appscan.portfolio.template import registry_book
from appscan.portfolio.writing import FORMATS
from appscan.serve import sessions
from appscan.serve.downloads import download
from appscan.serve.entry_edits import edits_of
from appscan.serve.lists import Listed
from appscan.serve.pages.exemptions import lines_of, title_of
from appscan.serve.permissions import Visit, needs
from appscan.serve.refusals import Refused
from appscan.serve.register import CHOICES, RegisterFilter, RegisterRow, page_of
from appscan.serve.registry_data import decided, doubt_told, fields_told, product_of, versions_of
from appscan.serve.registry_work import entries_to
from appscan.serve.rendering import language_of, render
from appscan.store import Role
from appscan.texts import Language, say

router = APIRouter(include_in_schema=False)
PAGE = 50
EXPORT_SECONDS = 120.0

Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str, Query(max_length=2000)]
EntryId = Annotated[str, Query(alias="id", max_length=400)]


def asked_of(q: Word = "", owner: Word = "", standing: Word = "", level: Word = "", platform: Word = "",
             status: Word = "") -> RegisterFilter:
    """What a request narrows the list to."""
    return RegisterFilter(q.strip(), owner, standing, level, platform, status)


Asked = Annotated[RegisterFilter, Depends(asked_of)]


@router.get("/registry")
def registry_page(request: Request, _visit: Viewer, asked: Asked, sort: Word = "", after: Cursor = "",
                  before: Cursor = "") -> Response:
    """The entries, fifty a page."""
    seen = request.app.state.register.now()
    found: Listed[RegisterRow] = page_of(seen, asked, sort, after, before, path="/registry", most=PAGE)
    body = seen.owners.name(asked.owner) if asked.owner else ""
    return render(request, "registry.html", list=found, choices=choices_in(language_of(request)), formats=FORMATS,
                  body=body, whole=len(seen.rows))


@router.get("/registry/entry")
def entry_page(request: Request, _visit: Viewer, entry: EntryId) -> Response:
    """One entry with every field, where it came from, and what it is counted with."""
    return render(request, "registry_entry.html", **entry_parts(request, entry))


@router.get("/registry/template.xlsx")
def template(request: Request, _visit: Viewer) -> Response:
    """The empty registry with explanations."""
    return download(registry_book((), language_of(request), with_example=True), "registry-template.xlsx")


@router.get("/registry/export{ending}")
def export(request: Request, _visit: Viewer, ending: str, asked: Asked) -> Response:
    """The entries asked for as a file, in a process of its own: a workbook of ten thousand takes seconds."""
    if ending not in FORMATS:
        raise Refused(404, "not_there")
    seen = request.app.state.register.now()
    name = f"registry{ending}"
    with tempfile.TemporaryDirectory(prefix="appscan-registry-") as kept:
        folder = Path(kept)
        entries_to(folder, [row.entry for row in asked.kept(seen.rows)])
        request.app.state.aside.run("write_registry", folder, {"file": name, "lang": language_of(request)},
                                    EXPORT_SECONDS)
        return download((folder / name).read_bytes(), f"registry-{sessions.now():%Y%m%d}{ending}")


def choices_in(lang: Language) -> dict[str, list[tuple[str, str]]]:
    """Words of each filter with what they are called."""
    spaces = {"standing": "registry_standing", "level": "levels", "platform": "registry_platform",
              "status": "registry_status"}
    return {name: [(word.value, say(lang, f"{spaces[name]}.{word.value}")) for word in words]
            for name, words in CHOICES.items()}


def entry_parts(request: Request, entry: str) -> dict[str, Any]:
    """All that is shown of an entry. Raises Refused 404."""
    state, lang = request.app.state, language_of(request)
    seen = state.register.now()
    row = seen.by_id.get(entry)
    if row is None:
        raise Refused(404, "not_there")
    product = product_of(state.register.grouped(), entry)
    return {"row": row, "owners": seen.owners, "fields": list(fields_told(row.entry, lang)), "product": product,
            "events": decided(state.store, product), "versions": versions_of(state.store, entry),
            "exemptions": lines_of(state.store, row.entry, sessions.now().date()),
            "title_of": lambda check: title_of(state.checks.now(), check, lang),
            "edits": edits_of(state.store, row.entry, lang),
            "doubt": doubt_told(row.match, seen.owners, lang)}
