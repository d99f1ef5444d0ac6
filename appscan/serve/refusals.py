"""Refusals of a request, as errors with a catalogue key (`desk.refused.<key>`). Knows no page."""

from __future__ import annotations

from collections.abc import Mapping

from appscan.errors import AppscanError


class Refused(Exception):
    """The request is not done: `status` for the browser, `key` for people."""

    def __init__(self, status: int, key: str, **params: object) -> None:
        self.status, self.key, self.params = status, key, params
        super().__init__(f"{status} {key}")


def renamed(error: AppscanError, names: Mapping[str, str]) -> AppscanError:
    """The error with a file's own name in place of where it lay for a moment, which is nobody's business."""
    return type(error)(error.key, **{name: names.get(str(value), value) for name, value in error.params.items()})
