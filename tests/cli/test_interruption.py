"""Ctrl-C, and what a terminal shows."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import zipfile
from pathlib import Path

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


def interrupted(command: list[str], at: str) -> tuple[int, str, str]:
    """Run the command and send SIGINT when `at` stands in its progress."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          env={**os.environ, "PYTHONUTF8": "1"}) as running:
        seen = ""
        for line in running.stderr or ():
            seen += line
            if at in line:
                running.send_signal(signal.SIGINT)
                break
        out, err = running.communicate(timeout=SECONDS)
        return running.returncode, out, seen + err


def test_an_interruption_leaves_a_partial_report_marked_as_such(command, slow, decoy, tmp_path):
    arguments = ["scan", str(slow), str(decoy), "--lang", "en", "--out", str(tmp_path / "out")]
    code, _, err = interrupted([*command, *arguments], "bundled pages")
    folders = list((tmp_path / "out").iterdir())
    document = json.loads((folders[0] / "report.json").read_text("utf-8"))
    assert code == 130
    assert len(folders) == 1, "later targets are not begun"
    assert document["complete"] is False
    assert problems(REPORT, document) == []
    assert "not_found" not in {row["verdict"] for row in document["verdicts"]}
    assert "Traceback" not in err
    assert "nterrupted" in err


def test_reports_finished_before_an_interruption_stay_complete(command, slow, decoy, tmp_path):
    code, _, _ = interrupted([*command, "scan", str(decoy), str(slow), "--lang", "en", "--out", str(tmp_path / "out")],
                             "slow.apk: reading code")
    documents = [json.loads(path.read_text("utf-8")) for path in sorted((tmp_path / "out").rglob("report.json"))]
    assert code == 130
    assert [document["complete"] for document in documents] == [True, False]


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
