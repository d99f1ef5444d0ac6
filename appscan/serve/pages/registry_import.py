"""Registry files are imported in two steps: what a file would change and everything wrong with it by cell, then the
import of what was shown. Reads files in a process of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from appscan.errors import AppscanError, UnavailableError
from appscan.model.registry import ArtifactKey, Entry
from appscan.office.owners import OWNER
from appscan.portfolio.cells import Problem
from appscan.portfolio.changes import ARTIFACTS, Change, Changes, changes
from appscan.portfolio.flat import fields_of, written
from appscan.portfolio.registry import READERS
from appscan.serve import sessions
from appscan.serve.permissions import Visit, needs, proves
from appscan.serve.refusals import Refused, renamed
from appscan.serve.registry_work import entries_to, problem_of
from appscan.serve.rendering import language_of, render, told
from appscan.serve.settings import MEGABYTE
from appscan.serve.uploads import Upload, form_body
from appscan.store import Counts, Event, EventKind, Role, Store
from appscan.store.plain import from_plain
from appscan.texts import Language, say

router = APIRouter(include_in_schema=False)
SECONDS = 180.0
SHOWN = 200
"""So many problems, and entries of each kind, are shown; the rest is counted."""

Reviewer = Annotated[Visit, Depends(needs(Role.REVIEWER))]
Uploader = Annotated[Visit, Depends(needs(Role.REVIEWER, streams=True))]
Digest = Annotated[str, InPath(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class Preview:
    """A file that was handed in, as it would go in now. `mark` tells whether the registry changed since."""

    digest: str
    name: str
    mark: str
    entries: tuple[Entry, ...]
    changes: Changes
    problems: tuple[Problem, ...]
    kept_out: int
    examples: int
    skipped: tuple[str, ...]

    @property
    def faults(self) -> tuple[Problem, ...]:
        """Problems that keep entries out."""
        return tuple(one for one in self.problems if one.refuses)

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """Problems that are only to be looked at."""
        return tuple(one for one in self.problems if not one.refuses)


@router.get("/registry/import")
def import_page(request: Request, _visit: Reviewer) -> Response:
    """The form."""
    return _form(request, "")


@router.post("/registry/import")
async def give_file(request: Request, visit: Uploader) -> Response:
    """Keep the file by its digest, and show what it would change."""
    async with form_body(request, lambda token: proves(visit, token)) as upload:
        if not upload.size or not suffix_of(upload.name):
            problem = "kind" if upload.size else "no_file"
            return await run_in_threadpool(_form, request, say(language_of(request), f"desk.import.{problem}",
                                                               known=", ".join(READERS)), 422)
        digest = await run_in_threadpool(keep, request.app.state.store, upload, visit.who)
    return RedirectResponse(f"/registry/import/{digest}", 303)


@router.get("/registry/import/{digest}")
def preview_page(request: Request, digest: Digest, _visit: Reviewer) -> Response:
    """What the file would change, and every problem with its cell."""
    try:
        return _shown(request, preview(request, digest), "")
    except UnavailableError:
        raise
    except AppscanError as error:
        return _form(request, told(language_of(request), error), 422)


@router.post("/registry/import/{digest}")
def import_file(request: Request, digest: Digest, visit: Reviewer, mark: Annotated[str, Form(max_length=60)] = "",
                mode: Annotated[str, Form(pattern="^(strict|good)$")] = "strict",
                reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Import what was shown: all of it (`strict`), or the good entries. Where the registry changed since it was shown,
    it is shown again."""
    seen = preview(request, digest)
    lang = language_of(request)
    if mark != seen.mark:
        return _shown(request, seen, say(lang, "desk.import.moved"), 409)
    if mode == "strict" and seen.faults:
        return _shown(request, seen, say(lang, "desk.import.strict_refused"), 422)
    counts = put(request.app.state.store, seen, visit.who, reason)
    return render(request, "registry_imported.html", seen=seen, counts=counts)


def suffix_of(name: str) -> str:
    """The end of a name that tells what kind of registry file it is; "" for any other file."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in READERS else ""


def put(store: Store, seen: Preview, who: str, reason: str) -> Counts:
    """Import the entries of a file."""
    return store.put_entries(seen.entries, who=who, source=seen.name, when=sessions.now(), digest=seen.digest,
                             reason=reason.strip())


def keep(store: Store, upload: Upload, who: str) -> str:
    """Keep a file that was handed in, and who did; its digest."""
    digest = store.put_blob(upload.path)
    store.record(Event(EventKind.REGISTRY_GIVEN, digest, who, sessions.now(),
                       content={"name": upload.name, "size": upload.size}, key=f"given {digest} {upload.name}"))
    return digest


def preview(request: Request, digest: str) -> Preview:
    """Read a file that was handed in. Raises Refused 404 for one that was not, and UsageError where nothing can be
    read."""
    state = request.app.state
    given = next(iter(state.store.newest_events(1, 0, EventKind.REGISTRY_GIVEN, subject=digest)), None)
    if given is None:
        raise Refused(404, "not_there")
    name, seen = str(given.content["name"]), state.register.now()
    names = {written: str(event.content[OWNER]) for written, event in state.store.owner_names().items()}
    with tempfile.TemporaryDirectory(prefix="appscan-registry-") as kept:
        folder = Path(kept)
        path = folder / f"given{suffix_of(name)}"
        with state.store.open_blob(digest) as blob, path.open("wb") as file:
            shutil.copyfileobj(blob, file, MEGABYTE)
        entries_to(folder, seen.entries)
        try:
            answer = state.aside.run("read_registry", folder, {"file": path.name, "told": names}, SECONDS)
        except UnavailableError:
            raise
        except AppscanError as error:
            raise renamed(error, {str(path): name}) from None
    entries = tuple(from_plain(Entry, one) for one in answer["entries"])
    return Preview(digest, name, seen.mark, entries, changes(entries, seen.entries),
                   tuple(problem_of(one) for one in answer["problems"]), answer["kept_out"], answer["examples"],
                   tuple(answer["skipped"]))


def preview_document(seen: Preview, lang: Language) -> dict[str, Any]:
    """What the API shows of it."""
    return {"digest": seen.digest, "name": seen.name, "mark": seen.mark, "new": [_id(one) for one in seen.changes.new],
            "changed": [{"entry": one.entry.id, "columns": list(one.columns), "emptied": list(one.emptied)}
                        for one in seen.changes.changed],
            "same": seen.changes.same, "kept_out": seen.kept_out, "examples": seen.examples,
            "sheets_not_read": list(seen.skipped),
            "problems": [{"cell": one.cell, "column": one.column, "entry": one.entry, "fault": one.key,
                          "keeps_out": one.refuses, "text": fault_told(one, lang)} for one in seen.problems]}


def fault_told(problem: Problem, lang: Language) -> str:
    """A problem in a sentence."""
    return say(lang, f"registry_faults.{problem.key}", **problem.params)


def _id(change: Change) -> str:
    return change.entry.id


def _form(request: Request, problem: str, status: int = 200) -> Response:
    most = request.app.state.settings.form_bytes // MEGABYTE
    return render(request, "registry_import.html", status=status, problem=problem, most=most, known=tuple(READERS))


def _shown(request: Request, seen: Preview, problem: str, status: int = 200) -> Response:
    lang = language_of(request)
    return render(request, "registry_preview.html", status=status, seen=seen, problem=problem, shown=SHOWN,
                  fault_told=lambda one: fault_told(one, lang), emptied=emptied(seen, lang),
                  appearances=lambda change: _appearances(change, lang),
                  moves=lambda change: list(_moves(change, lang)))


def _moves(change: Change, lang: Language) -> list[tuple[str, str, str]]:
    """Column, before and after of each field that differs."""
    old = fields_of(change.before) if change.before else {}
    new = fields_of(change.entry)
    return [(column, _cell(column, old, lang), _cell(column, new, lang)) for column in change.columns
            if column in old or column in new]


def emptied(seen: Preview, lang: Language) -> list[tuple[str, int]]:
    """What the import would empty: columns by what people call them, with the number of entries."""
    count = Counter(column for one in seen.changes.changed for column in one.emptied)
    return [(column_named(column, lang), number) for column, number in count.items()]


def column_named(column: str, lang: Language) -> str:
    """What people call a column, or the appearances of an entry."""
    return say(lang, "desk.registry.artifacts" if column == ARTIFACTS else f"registry_column.{column}")


def _appearances(change: Change, lang: Language) -> tuple[list[str], list[str]]:
    """Appearances that the import would take away, and those that it would bring."""
    old = change.before.artifacts if change.before else ()
    return ([_appearance(one, lang) for one in old if one not in change.entry.artifacts],
            [_appearance(one, lang) for one in change.entry.artifacts if one not in old])


def _appearance(one: ArtifactKey, lang: Language) -> str:
    told = (one.package, one.url, one.miniprogram, one.path, one.digest, one.certificate)
    return " ".join([say(lang, f"registry_platform.{one.platform.value}"), *filter(None, told)])


def _cell(column: str, fields: dict[str, Any], lang: Language) -> str:
    return str(written(column, fields[column], lang)) if column in fields else "–"
