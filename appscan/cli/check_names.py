"""What checks are called where people read them: the title of the shipped packs with the id, which options and files
take. Loads the packs when the first is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cached_property

from appscan.errors import AppscanError
from appscan.texts import Language, say


class CheckNames:
    """Names in one language. A check that the shipped packs do not have is called by its id."""

    def __init__(self, lang: Language) -> None:
        self._lang: Language = lang

    def of(self, check: str) -> str:
        """The title with the id."""
        title = self._titles.get(check, "")
        return say(self._lang, "gate.named", name=title, key=check) if title else check

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        from appscan.checks import load

        with contextlib.suppress(AppscanError):
            return {check.id: check.title[self._lang] for check in load().checks}
        return {}
