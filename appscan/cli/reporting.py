"""The command `report`: reports that were saved → other forms of them. Scans nothing and judges nothing."""

from __future__ import annotations

import errno
import io
import itertools
import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.rendering import PAPERS, PLAIN, TOGETHER, Format, Source, Style, file_name, rendered, require
from appscan.cli.saving import EVIDENCE, open_folder, safe_name, write_aside
from appscan.errors import UnreadableError, UsageError
from appscan.model.days import today

if TYPE_CHECKING:
    from appscan.report.given import GivenReport

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """What the options of `report` ask for; `out` None means beside each report. `blank` is where the default template
    goes; `store` is the office's, whose exemptions count."""

    console: Console
    formats: tuple[Format, ...]
    out: Path | None = None
    paper: str = "opinion"
    deadline: str = ""
    template: Path | None = None
    previous: Path | None = None
    source_root: Path | None = None
    blank: Path | None = None
    store: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be made."""

    path: Path
    form: Format
    sources: tuple[Source, ...]


def report(paths: Sequence[Path], order: ReportOrder) -> ExitCode:
    """Make the forms. Raises UsageError, with file and place, before anything is written."""
    if order.blank is not None:
        return _write_blank(order.blank, order)
    if not paths:
        raise UsageError("no_report")
    if not order.formats:
        raise UsageError("no_format")
    require(order.formats)
    given = _granted(_read(paths), order)
    style = _style(given, order)
    sources = [Source(one.document, one.path.parent, one.sha256) for one in given]
    if order.out == STDOUT:
        return _print(sources, order, style)
    tasks = list(_tasks(given, sources, order, style))
    try:
        made = [(task, rendered(task.form, task.sources, style)) for task in tasks]
    except UnreadableError as error:  # the browser died while it printed
        order.console.failure(error)
        return ExitCode.OWN_FAILURE
    for task, content in made:
        if task.form is Format.DOCX and (kept := _put_by(task.path, content)):
            order.console.trouble("cli.paper_put_by", file=task.path, kept=kept.name)
        _write(task.path, content)
        if task.form in (Format.HTML, Format.JSON):
            _copy_pictures(task)
    order.console.result([str(task.path) for task in tasks])
    return ExitCode.OK


def _read(paths: Sequence[Path]) -> list[GivenReport]:
    from appscan.report.given import read_report

    once = dict.fromkeys(os.path.abspath(path) for path in paths)  # noqa: PTH100 (resolving would follow links)
    given = {os.path.abspath(path): path for path in reversed(paths)}  # noqa: PTH100
    return [read_report(given[path]) for path in once]


def _granted(given: Sequence[GivenReport], order: ReportOrder) -> list[GivenReport]:
    """The reports with what the office granted by today laid over them, where its store is named; without it, grants
    that they carry are claims."""
    if not order.store:
        from appscan.gate.exemptions import unvouched

        return [replace(one, document=unvouched(one.document)) for one in given]
    from appscan.cli.days import day_of
    from appscan.cli.stores import opened
    from appscan.office.standing import exempted

    with opened(order.store) as store:
        return [replace(one, document=exempted(store, one.document, day_of(""))) for one in given]


def _style(given: Sequence[GivenReport], order: ReportOrder) -> Style:
    """Everything the forms need that comes from other files and options, proved."""
    template = None
    if order.template is not None:
        if Format.DOCX not in order.formats:
            raise UsageError("template_without_docx")
        template = _bytes(order.template)
    deadline = _deadline(order.deadline)
    if deadline is not None and order.paper != "notice":
        order.console.note("report.deadline_unused")
    previous = _previous(given, order)
    if order.paper == "notice" and set(order.formats) & set(PAPERS):
        from appscan.report.paper.grounds import prove_notice

        for one in given if previous is None else ():
            prove_notice(one.document, str(one.path))
    paths = {}
    if order.source_root is not None:
        from appscan.cli.source_tree import artifact_paths

        paths = artifact_paths((one.document for one in given), order.source_root)
    return Style(order.console.lang, order.paper, deadline, template, str(order.template or ""),
                 previous.document if previous else None, paths)


def _previous(given: Sequence[GivenReport], order: ReportOrder) -> GivenReport | None:
    if order.previous is None:
        return None
    if len(given) != 1:
        raise UsageError("previous_takes_one", count=len(given))
    if not set(order.formats) & set(PAPERS):
        raise UsageError("previous_without_paper")
    from appscan.report.given import read_report
    from appscan.report.paper.recheck import same_app

    previous = _granted([read_report(order.previous)], order)[0]
    if not same_app(previous.document, given[0].document):
        raise UsageError("previous_other_app", name=str(order.previous), other=str(given[0].path))
    return previous


def _deadline(text: str) -> date | None:
    if not text:
        return None
    try:
        deadline = date.fromisoformat(text)
    except ValueError:
        raise UsageError("deadline_wrong", given=text) from None
    day = today()
    if deadline < day:
        raise UsageError("deadline_past", given=text, today=day.isoformat())
    return deadline


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("template_unreadable", file=str(path), why=why) from None


def _tasks(given: Sequence[GivenReport], sources: Sequence[Source], order: ReportOrder,
           style: Style) -> Iterator[Task]:
    """The files to be made: one for each report, or one for all where the form holds several apps."""
    single = _single_file(order, len(given))
    if single is not None:
        yield Task(single, order.formats[0], tuple(sources))
        return
    if order.out is not None:
        open_folder(order.out)
    folders = [_folder(order.out, one, len(given)) for one in given]
    taken: set[Path] = set()
    for form in dict.fromkeys(order.formats):
        if form in TOGETHER and len(given) > 1:
            common = order.out or Path(os.path.commonpath([folder.resolve() for folder in folders]))
            yield Task(common / file_name(form, style), form, tuple(sources))
            continue
        for one, source, folder in zip(given, sources, folders, strict=True):
            path = folder / file_name(form, style, one.path.stem)
            number = 1
            while path in taken:
                number += 1
                path = folder / f"{number}-{file_name(form, style, one.path.stem)}"
            taken.add(path)
            yield Task(path, form, (source,))


def _single_file(order: ReportOrder, reports: int) -> Path | None:
    """The file that `--out` names; None where it names a folder."""
    if order.out is None or order.out.is_dir() or len(set(order.formats)) != 1:
        return None
    form = order.formats[0]
    if order.out.suffix.lower() not in {f".{form.value}", "." + file_name(form, Style()).rpartition(".")[2]}:
        return None
    if reports > 1 and form not in TOGETHER:
        raise UsageError("one_file_takes_one_report", path=str(order.out), count=reports)
    if not order.out.parent.is_dir():
        raise UsageError("out_unusable", path=str(order.out.parent), reason="ENOENT")
    return order.out


def _folder(out: Path | None, given: GivenReport, reports: int) -> Path:
    """Where the forms of one report go."""
    if out is None:
        return given.path.parent
    return out if reports == 1 else out / safe_name(f"{given.path.resolve().parent.name}.app")


def _print(sources: Sequence[Source], order: ReportOrder, style: Style) -> ExitCode:
    """One form on stdout."""
    if len(set(order.formats)) != 1 or order.formats[0] not in PLAIN:
        raise UsageError("stdout_takes_text", allowed=", ".join(form.value for form in PLAIN))
    if len(sources) > 1 and order.formats[0] not in TOGETHER:
        raise UsageError("stdout_takes_one_app", count=len(sources))
    sys.stdout.buffer.write(rendered(order.formats[0], sources, style))
    sys.stdout.buffer.flush()
    return ExitCode.OK


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.is_symlink():  # a link planted here could lead anywhere
            raise UsageError("out_unusable", path=str(path.parent), reason="symlink")
        write_aside(path, content)
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, "EIO")
        raise UsageError("out_unusable", path=str(path), reason=reason) from None


def _put_by(path: Path, content: bytes) -> Path | None:
    """Somebody may have gone on writing in a paper: one that differs gets another name, which is given back."""
    try:
        if path.is_symlink() or not path.is_file() or _parts(path.read_bytes()) == _parts(content):
            return None
        names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(1))
        return path.rename(next(name for name in names if not name.exists()))
    except OSError as error:
        raise UsageError("out_unusable", path=str(path), reason=errno.errorcode.get(error.errno or 0, "EIO")) from None


def _parts(paper: bytes) -> dict[str, int] | None:
    """What a Word file consists of, without the moment at which it was saved; None for a file that is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(paper)) as archive:
            return {one.filename: one.CRC for one in archive.infolist() if one.filename != "docProps/core.xml"}
    except zipfile.BadZipFile:
        return None


def _copy_pictures(task: Task) -> None:
    """The pictures that a report refers to, beside its new place."""
    from appscan.report.album import Album

    source = task.sources[0]
    if source.folder is None or source.folder.resolve() == task.path.parent.resolve():
        return
    album = Album(source.folder)
    for kept in source.document.get("pictures", ()):
        content = album.content(kept["sha256"])
        if content is not None:
            _write(task.path.parent / EVIDENCE / f"{kept['sha256']}.png", content)


def _write_blank(path: Path, order: ReportOrder) -> ExitCode:
    """The default template, to be edited."""
    require([Format.DOCX])
    if path.exists():
        raise UsageError("template_exists", file=str(path))
    from appscan.report.paper.docx import blank_template
    from appscan.report.paper.layout import PaperKind

    _write(path, blank_template(PaperKind(order.paper), order.console.lang))
    order.console.result([str(path)])
    return ExitCode.OK
