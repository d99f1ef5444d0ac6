"""Help in Chinese with English after it, looked up only when it will be shown. Knows no command."""

from __future__ import annotations

import sys

from appscan.texts import say


def help_of(*keys: str) -> str:
    """The catalogue's `cli.help.<key>` in both languages; nothing when no help was asked for, as reading both
    catalogues takes longer than all other start-up work together. One key gives one paragraph, several one each."""
    if not _is_wanted(sys.argv[1:]):
        return ""
    texts = [say(lang, f"cli.help.{key}") for key in keys for lang in ("zh", "en")]
    return " ".join(texts) if len(keys) == 1 else "\n\n".join(texts)


def _is_wanted(arguments: list[str]) -> bool:
    return len(arguments) < 2 or "--help" in arguments or "-h" in arguments
