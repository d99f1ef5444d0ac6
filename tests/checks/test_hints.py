"""Latin alternatives of Chinese patterns are named where they stand, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from appscan.checks.hints import latin_alternatives, mixed_patterns


@pytest.mark.parametrize(("pattern", "named"), [
    ("排名|榜|leaderboard", ["leaderboard"]), ("mqtt|心跳|\\bnpm\\b", ["mqtt", "\\bnpm\\b"]), ("排名|榜", []),
    ("rank|board", []), ("(下载|install)按钮", []), ("占比|%|\\d/\\d", []), ("[a-z|]{3}|榜", []),
    ("榜|(sign|log) in", ["(sign|log) in"]), ("榜\\|rank", []),
])
def test_outermost_alternatives_with_a_latin_word_are_named(pattern: str, named: list[str]) -> None:
    assert latin_alternatives(pattern) == named


def test_a_note_says_file_and_line_once(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "words.yaml").write_text(
        "lists:\n  board: [榜, rank]\n  again:\n    - '~榜|leaderboard'\n    - '~榜|名次'\n", encoding="utf-8")
    assert mixed_patterns(tmp_path) == [("vocabulary/words.yaml", 4, "leaderboard")]
