"""Writes the recording: one zip of recording.json and content-addressed parts, made aside and then renamed. Secrets are
replaced and persons covered before a byte is written."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from appscan.capture.journal import Journal
from appscan.capture.options import CaptureOptions
from appscan.capture.people import MOST_ANSWERS, People, shown_by
from appscan.capture.secrets import Secrets
from appscan.schema import load

VERSION = 1
SUFFIXES = {"bodies": "", "dom": ".html", "scripts": ".js"}
PARTS = frozenset({"dom", "picture", "body", "request_body", "response_body"})
"""Fields of recording.json that name a part by its digest; figures of a secret in one would be chance."""
NAMES = frozenset({"request_fields", "response_fields"})
ROLES = frozenset({"password", "button", "link", "text"})
"""Words of HTML on which readers rely."""
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write(target: Path, journal: Journal, head: dict[str, Any], secrets: Secrets) -> Path:
    """Write everything seen so far to `target`. Raises OSError."""
    _learn(journal, secrets)
    people = People(_answers(journal), journal.states, kept=head["settings"]["personal_data"]["kept"])
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with (
            os.fdopen(descriptor, "wb") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        ):
            names = _write_texts(archive, journal, secrets, people) | _write_pictures(archive, journal, people)
            document = _each_text(
                _named(_document(journal, head), names), lambda text, body: people.text(secrets.clean(text, body)))
            _put(
                archive,
                "recording.json",
                json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace"),
            )
        Path(aside).replace(target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return target


def _learn(journal: Journal, secrets: Secrets) -> None:
    """Secrets that went over the wire are known before the first part is cleaned."""
    for row in journal.requests:
        secrets.learn_fields(row["url"])
    for packed in journal.parts.texts.values():
        secrets.learn_fields(zlib.decompress(packed).decode("utf-8", "replace"))


def _answers(journal: Journal) -> Iterator[str]:
    """Texts of answers, which name persons."""
    bodies = [packed for handle, packed in journal.parts.texts.items() if handle.startswith("bodies:")]
    for packed in bodies[:MOST_ANSWERS]:
        yield zlib.decompress(packed).decode("utf-8", "replace")


def _write_pictures(archive: zipfile.ZipFile, journal: Journal, people: People) -> dict[str, str]:
    """Write the pictures, persons covered; returns digest when taken → SHA-256 of what was written."""
    names: dict[str, str] = {}
    shown = shown_by(journal.states)
    for taken, picture in sorted(journal.parts.pictures.items()):
        if people.kept and taken not in shown:
            continue  # a report could not cover what stands on it: its texts are not written
        fit = people.picture(picture, shown.get(taken, ()), journal.shown.get(taken, ()))
        if fit is None:
            continue
        digest = hashlib.sha256(fit).hexdigest()
        if digest not in names.values():
            _put(archive, f"pictures/{digest}.png", fit, zipfile.ZIP_STORED)
        names[taken] = digest
    return names


def _write_texts(archive: zipfile.ZipFile, journal: Journal, secrets: Secrets, people: People) -> dict[str, str]:
    """Write all text parts; returns handle → SHA-256 of what was written."""
    names: dict[str, str] = {}
    written: set[str] = set()
    for handle, packed in journal.parts.texts.items():
        folder = handle.partition(":")[0]
        clean = secrets.clean(zlib.decompress(packed).decode("utf-8", "replace"), body=folder == "bodies")
        raw = people.text(clean, code=folder != "dom").encode("utf-8", "replace")
        digest = hashlib.sha256(raw).hexdigest()
        names[handle] = digest
        name = f"{folder}/{digest}{SUFFIXES[folder]}"
        if name not in written:
            written.add(name)
            _put(archive, name, raw)
    return names


def _each_text(value: object, change: Callable[[str, bool], str], body: bool = False) -> object:
    """`value` with every text inside its lists and mappings changed; keys are names of fields and stay, as do words of
    our closed sets: a secret that happens to be one of them must not break the recording. Names of fields may be a
    whole `body` that was taken for one."""
    if isinstance(value, str):
        return value if value in _own_words() else change(value, body)
    if isinstance(value, list):
        return [_each_text(item, change, body) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key in PARTS else _each_text(item, change, key in NAMES) for key, item in value.items()
        }
    return value


@cache
def _own_words() -> frozenset[str]:
    """Every word that the schema of a recording lists."""
    found: set[str] = set(ROLES)
    queue: list[object] = [load("recording-1")]
    for value in queue:
        if isinstance(value, dict):
            found.update(word for word in value.get("enum", ()) if isinstance(word, str))
            queue.extend(value.values())
    return frozenset(found)


def _put(archive: zipfile.ZipFile, name: str, raw: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, raw)


def _named(document: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The document with handles of parts replaced by the SHA-256 under which they were written."""
    for row in document["states"]:
        row["dom"], row["picture"] = names.get(row["dom"]), names.get(row["picture"])
    for row in document["trials"]:
        row["picture"] = names.get(row["picture"])
    for row in document["requests"]:
        row["request_body"], row["response_body"] = names.get(row["request_body"]), names.get(row["response_body"])
    for row in document["scripts"]:
        row["body"] = names.get(row["body"])
    return document


def _document(journal: Journal, head: dict[str, Any]) -> dict[str, Any]:
    rows: dict[str, Any] = {
        "states": journal.states,
        "requests": journal.requests,
        "calls": journal.calls,
        "timers": journal.timers,
        "messages": journal.messages,
        "trials": journal.trials,
        "day": journal.day,
        "routes": sorted(journal.routes.values(), key=lambda row: str(row["path"])),
        "scripts": list(journal.scripts.values()),
        **{group: list(found.values()) for group, found in journal.outside.items()},
        "gaps": journal.gaps,
    }
    fresh: dict[str, Any] = json.loads(json.dumps({**head, **rows}))
    return fresh


def head_of(
    options: CaptureOptions,
    start_urls: list[str],
    started: datetime,
    version: str,
    journal: Journal,
    actors: list[dict[str, Any]],
    queue: list[str],
) -> dict[str, Any]:
    """Everything of recording.json that is not a row of the journal."""
    return {
        "version": VERSION,
        "start_urls": start_urls,
        "started": started.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "authority": options.authority,
        "browser": {"name": "chromium", "version": version},
        "settings": {
            "viewport": options.viewport,
            "locale": options.locale,
            "virtual_hours": options.virtual_hours,
            "writes": options.writes,
            "robots": options.robots,
            "include": list(options.include),
            "exclude": list(options.exclude),
            "max_states": options.max_states,
            "max_minutes": options.max_minutes,
            "personal_data": {
                "kept": options.keep_personal_until is not None,
                "delete_by": options.keep_personal_until,
            },
        },
        "actors": actors,
        "caps": {"states": options.max_states, "minutes": options.max_minutes, "reached": sorted(journal.reached)},
        "queue_left": len(queue),
        "queue_examples": queue[:20],
    }
