"""The command count: opens the store, counts, prints or writes. Owns no rule and no form."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.cli.stores import now, opened
from appscan.errors import UsageError
from appscan.texts import Language

if TYPE_CHECKING:
    from appscan.count.counting import Count
    from appscan.count.proposing import Effect

Form = Literal["table", "json", "xlsx", "html"]
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class CountOrder:
    """What the command was given."""

    store: str
    blobs: str = ""
    as_of: str = ""
    form: Form = "table"
    out: Path | None = None
    profile: Path | None = None
    proposed: Path | None = None


def run_count(order: CountOrder, console: Console) -> ExitCode:
    """Count and tell. All that may be wrong with options and files is told before the store is opened."""
    from appscan.count.profile import read_profile

    day, profile = day_of(order.as_of), read_profile(order.profile)
    _refuse_early(order)
    proposed = _proposed(order.proposed)
    from appscan.count.counting import count
    from appscan.count.document import to_document
    from appscan.count.gathering import gather

    with opened(order.store, order.blobs) as store:
        material = gather(store, day, lambda done, left: console.note("count.reading", done=done, all=left))
    counted = count(material, profile)
    if not counted.placed:
        console.note("count.nothing", day=day)
    document = to_document(counted, now(), _effect(counted, proposed))
    _deliver(document, order, console)
    return ExitCode.OK


def _refuse_early(order: CountOrder) -> None:
    if order.form == "xlsx":
        if find_spec("openpyxl") is None:
            raise UsageError("count_needs_openpyxl")
        if order.out is None or order.out == STDOUT:
            raise UsageError("count_out_needed")
    if order.out is not None and order.out != STDOUT and order.out.is_dir():
        raise UsageError("count_out_folder", path=str(order.out))


def _proposed(path: Path | None) -> Any:
    if path is None:
        return None
    from appscan.cli.app_file import read_app_file

    return read_app_file(path)


def _effect(counted: Count, proposed: Any) -> Effect | None:
    if proposed is None:
        return None
    from appscan.count.proposing import entry_of, propose_one

    taken = frozenset(entry.id for entry in counted.material.entries)
    return propose_one(counted, entry_of(proposed.app, proposed.addresses, taken))


def _deliver(document: Mapping[str, Any], order: CountOrder, console: Console) -> None:
    content = rendered(document, order.form, console.lang)
    if order.out is None or order.out == STDOUT:
        sys.stdout.write(content.decode())
        sys.stdout.flush()
        return
    aside = order.out.with_name(f".{order.out.name}.{os.getpid()}.part")
    try:
        order.out.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(order.out)
    except OSError as error:
        raise UsageError("count_out_refused", path=str(order.out),
                         why=errno.errorcode.get(error.errno or 0, "EIO")) from None
    finally:
        aside.unlink(missing_ok=True)
    console.result([console_line(console.lang, order.out)])


def console_line(lang: Language, path: Path) -> str:
    """That it was written."""
    from appscan.texts import say

    return say(lang, "count.written", path=path)


def rendered(document: Mapping[str, Any], form: Form, lang: Language) -> bytes:
    """The document in one form."""
    if form == "json":
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    if form == "xlsx":
        from appscan.count.workbook import to_xlsx

        return to_xlsx(document, lang)
    if form == "html":
        from appscan.count.page import to_html

        return to_html(document, lang).encode()
    from appscan.count.table import to_lines

    return ("\n".join(to_lines(document, lang)) + "\n").encode()
