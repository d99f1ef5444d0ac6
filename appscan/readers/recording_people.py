"""Names of persons in the answers that a recording holds, told by their keys (realName, name beside a user's number),
so that reports and pictures can cover them. Knows no page and no check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from appscan.model.coverage import Gap
from appscan.model.personal import persons_in
from appscan.readers.limits import MEBIBYTE
from appscan.readers.recording_facts import RecordedFiles
from appscan.readers.recording_pages import UNKNOWN_PLACE
from appscan.readers.recording_rows import Row, clean
from appscan.readers.recording_zip import RecordingZip

LARGEST_ANSWER = MEBIBYTE
MOST_ANSWERS = 200
MOST_NAMES = 2000


def read_people(recording: RecordingZip, top: Row, files: RecordedFiles) -> None:
    """Gather the names, each once."""
    names: dict[str, None] = {}
    for content in _answers(recording, top):
        for name in persons_in(content):
            if len(names) < MOST_NAMES:
                names[clean(name)] = None
    page = files.of(UNKNOWN_PLACE)
    node = page.node()
    for name in names:
        page.note_as(node, -1, "person", name)


def _answers(recording: RecordingZip, top: Row) -> Iterator[Any]:
    """Answers whose fields may name persons, as JSON values."""
    read: set[str] = set()
    for row in top.rows("requests"):
        digest = row.maybe_text("response_body", 64)
        leaves = {field.rpartition(".")[2].lower() for field in row.texts("response_fields", 200)}
        may_name = any("name" in leaf or leaf in ("xm", "xingming") for leaf in leaves)
        if not digest or not may_name or digest in read or len(read) >= MOST_ANSWERS:
            continue
        read.add(digest)
        content = recording.part("bodies", digest, "", frozenset())
        if not isinstance(content, Gap) and len(content) <= LARGEST_ANSWER:
            try:
                yield json.loads(content)
            except (ValueError, RecursionError):
                continue
