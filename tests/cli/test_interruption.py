"""Ctrl-C, and what a terminal shows."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from appscan.schema import REPORT, problems

SECONDS = 60


@pytest.fixture
def slow(decoy: Path, tmp_path: Path) -> Path:
    """A package that takes some seconds: large scripts."""
    target = tmp_path / "slow.apk"
    line = "function f{0}(a) {{ if (a > {0}) {{ return g('text {0}', {0}); }} return {{k{0}: 'v{0}', m: [{0}]}}; }}\n"
    script = "".join(line.format(number) for number in range(60_000))
    with zipfile.ZipFile(decoy) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for number in range(4):
            new.writestr(f"assets/www/app{number}.js", script.replace("function f", f"function f{number}_"))
    return target


@pytest.fixture
def many_calls(slow: Path) -> Path:
    """A package whose judging takes some time."""
    return slow.rename(slow.with_name("many.apk"))


def in_the_foreground() -> None:
    """For a child process: Ctrl-C works although the tests may run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(command: list[str], at: str, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    """Run the command on a terminal and send a signal when `at` stands in its progress: code, stdout, stderr."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, encoding="utf-8",
                          env={**os.environ, "TERM": "xterm", "COLUMNS": "200", "PYTHONUTF8": "1"},
                          preexec_fn=in_the_foreground) as running:  # noqa: PLW1509
        os.close(theirs)
        seen, sent = b"", False
        while block := _read(ours):
            seen += block
            if at.encode() in seen and not sent:
                running.send_signal(number)
                sent = True
        os.close(ours)
        out, _ = running.communicate(timeout=SECONDS)
        assert sent, "the stage never came"
        return running.returncode, out, seen.decode("utf-8", "replace")


def documents_in(folder: Path) -> list[Any]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("report.json"))]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_a_partial_report_marked_as_such(command, slow, decoy, tmp_path, number):
    arguments = ["scan", str(slow), str(decoy), "--lang", "en", "--out", str(tmp_path / "out")]
    code, _, err = interrupted([*command, *arguments], "bundled pages", number)
    documents = documents_in(tmp_path / "out")
    assert code == 130
    assert len(documents) == 1, "later targets are not begun"
    assert documents[0]["complete"] is False
    assert problems(REPORT, documents[0]) == []
    assert "not_found" not in {row["verdict"] for row in documents[0]["verdicts"]}
    assert "Traceback" not in err
    assert "0 of 2 targets were scanned" in err
    assert f"not scanned: {slow}" in err
    assert f"not scanned: {decoy}" in err


def test_an_interruption_while_judging_keeps_the_reading_and_a_partial_report(command, many_calls, decoy, tmp_path):
    arguments = ["scan", str(decoy), str(many_calls), "--lang", "en", "--out", str(tmp_path / "out")]
    code, _, err = interrupted([*command, *arguments], "many.apk  judging")
    folder = next((tmp_path / "out").glob("many-*"))
    document = json.loads((folder / "report.json").read_text("utf-8"))
    assert code == 130
    assert document["complete"] is False
    assert problems(REPORT, document) == []
    assert [error["id"] for error in document["errors"]] == ["interrupted_judging"]
    assert len(list(folder.glob("*.reading"))) == 1
    assert "1 of 2 targets were scanned" in err
    assert "not scanned: many.apk" in err


def test_reports_finished_before_an_interruption_stay_complete(command, slow, decoy, tmp_path):
    arguments = ["scan", str(decoy), str(slow), "--lang", "en", "--out", str(tmp_path / "out")]
    code, _, err = interrupted([*command, *arguments], "slow.apk  reading bundled pages")
    assert code == 130
    assert [document["complete"] for document in documents_in(tmp_path / "out")] == [True, False]
    assert "1 of 2 targets were scanned" in err


def test_an_interruption_gives_one_document_on_stdout(command, slow):
    code, out, _ = interrupted([*command, "scan", str(slow), "--lang", "en", "--out", "-"], "bundled pages")
    assert code == 130
    assert json.loads(out)["complete"] is False


def test_a_terminal_shows_stage_and_time_left_and_stdout_stays_clean(command, slow, tmp_path):
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "PYTHONUTF8": "1"}
    with (tmp_path / "out.json").open("wb") as document, subprocess.Popen(
            [*command, "scan", str(slow), "--out", "-"], stdout=document, stderr=theirs, env=environment) as running:
        os.close(theirs)
        shown = b""
        while block := _read(ours):
            shown += block
        assert running.wait(SECONDS) in (0, 10)
    os.close(ours)
    words = shown.decode("utf-8", "replace")
    assert "读取内置网页和脚本" in words
    assert "约剩" in words
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["schema_version"] == 1


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when the other side is closed
        return b""
