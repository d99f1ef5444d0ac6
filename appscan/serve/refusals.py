"""Refusals of a request, as errors with a catalogue key (`desk.refused.<key>`). Knows no page."""

from __future__ import annotations


class Refused(Exception):
    """The request is not done: `status` for the browser, `key` for people."""

    def __init__(self, status: int, key: str, **params: object) -> None:
        self.status, self.key, self.params = status, key, params
        super().__init__(f"{status} {key}")
