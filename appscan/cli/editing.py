"""The commands for authors of packs: the reference made from them, an edit tried on readings. Judges nothing itself."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.errors import UnreadableError, UsageError
from appscan.texts import Language, say, shown

if TYPE_CHECKING:
    from appscan.bench.edit import Difference, Edit

READING = ".reading"
EVIDENCE_SHOWN = 3
VALUE_SHOWN = 120


def make_reference(folder: Path, checks: Path | None, compare: bool, console: Console) -> ExitCode:
    """Write the reference, or only compare it. Clauses that end nowhere are told and stop nothing."""
    from appscan.checks import load
    from appscan.checks.reference import missing_features, reference
    from appscan.checks.reference.files import drifted, write_pages

    packs = load(checks)
    pages = reference(packs)
    for name, clauses in missing_features(packs).items():
        console.trouble("cli.reference_missing", name=name or "–", clauses=", ".join(clauses))
    if compare:
        wrong = drifted(pages, folder)
        for name in wrong:
            console.trouble("cli.reference_drift", path=folder / name)
        if wrong:
            return ExitCode.USAGE
        console.result([say(console.lang, "cli.reference_same", folder=folder)])
        return ExitCode.OK
    try:
        write_pages(pages, folder)
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("reference_unwritable", path=str(folder), why=why) from None
    console.result([say(console.lang, "cli.reference_written", path=folder / name) for name in pages])
    return ExitCode.OK


def try_edit(edited: Path, on: Sequence[Path], checks: Path | None, place: str, as_json: bool,
             console: Console) -> ExitCode:
    """Judge saved readings with and without the edit and tell what differs. Raises UsageError and PackError first."""
    from appscan.bench.edit import edit_of, over_files
    from appscan.checks import load, shipped_folder
    from appscan.checks.overlay import edited_packs
    from appscan.scan import search

    files = [target.path for target in search(list(on), (READING,)).targets]
    with edited_packs(checks or shipped_folder(), edited) as folder:
        edit = edit_of(load(checks), load(folder), place)
    found: list[Difference] = []
    read = 0
    for _, differences in over_files(files, edit):
        if isinstance(differences, UnreadableError):
            console.failure(differences)
        else:
            read += 1
            found += differences
    if not read:
        console.trouble("cli.no_reading_found", paths=", ".join(map(str, on)))
        return ExitCode.NOTHING_READ
    if as_json:
        print(json.dumps(_document(edit, found, read), ensure_ascii=False, indent=1))
    else:
        console.result(_told(edit, found, read, console.lang))
    return ExitCode.OK if read == len(files) else ExitCode.UNDECIDED


def _told(edit: Edit, found: Sequence[Difference], read: int, lang: Language) -> Iterator[str]:
    if not edit.touched:
        yield say(lang, "cli.try_nothing")
        return
    touched = say(lang, "cli.try_everything") if edit.everything else ", ".join(edit.touched)
    different = len({one.artifact for one in found})
    yield say(lang, "cli.try_head", changed=touched, readings=read, different=different)
    for one in found:
        yield from _difference(one, lang)
    for check_id in edit.touched:
        own = [one for one in found if one.check_id == check_id]
        if own:
            yield say(lang, "cli.try_sum", check=check_id, added=sum(one.added for one in own),
                      dropped=sum(one.dropped for one in own), new=sum(len(one.new) for one in own),
                      gone=sum(len(one.gone) for one in own))


def _difference(one: Difference, lang: Language) -> Iterator[str]:
    yield say(lang, "cli.try_row", app=one.app, check=one.check_id,
              **{part: _change(one, part, space, lang) for part, space in (
                  ("presence", "presence"), ("force", "force"), ("verdict", "verdicts"))})
    clauses = [", ".join(side.clauses) if side else "" for side in (one.before, one.after)]
    if clauses[0] != clauses[1] and all(clauses):
        yield say(lang, "cli.try_clauses", before=clauses[0], after=clauses[1])
    for key, places in (("cli.try_new", one.new), ("cli.try_gone", one.gone)):
        for place in places:
            screen = place.screen or say(lang, "report.screen_unknown")
            yield say(lang, key, screen=screen, fingerprint=place.fingerprint)
            for evidence in place.evidence[:EVIDENCE_SHOWN]:
                yield say(lang, "cli.try_evidence", kind=say(lang, f"kinds.{evidence.signal.kind}"),
                          value=shown(evidence.signal.value, VALUE_SHOWN))


def _change(one: Difference, part: str, space: str, lang: Language) -> str:
    """Before → after of one part; one word where it stays."""
    words = [say(lang, f"{space}.{getattr(side, part)}") if side else "–" for side in (one.before, one.after)]
    return words[0] if words[0] == words[1] else say(lang, "cli.try_change", before=words[0], after=words[1])


def _document(edit: Edit, found: Sequence[Difference], read: int) -> dict[str, Any]:
    from appscan.bench.edit import difference_document

    return {"touched": list(edit.touched), "everything": edit.everything, "readings": read,
            "differences": [difference_document(one) for one in found]}
