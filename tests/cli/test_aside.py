"""Claims about recordings whose report was never saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from appscan.cli.aside import aside
from appscan.cli.console import Console


def _walk(folder: str, number: int, content: bytes = b"walked") -> Path:
    recording = Path(folder, str(number), "127.0.0.1_8000.recording.zip")
    recording.parent.mkdir()
    recording.write_bytes(content)
    return recording


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, OSError])
def test_a_walk_outlives_what_fails_after_it(
        failure: type[BaseException], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def walk_and_fail() -> None:
        with aside(tmp_path, Console("zh")) as folder:
            _walk(folder, 0)
            raise failure

    with pytest.raises(failure):
        walk_and_fail()
    assert [path.name for path in tmp_path.iterdir()] == ["127.0.0.1_8000.recording.zip"]
    told = capsys.readouterr().err
    assert told.count(str(tmp_path / "127.0.0.1_8000.recording.zip")) == 2
    assert "appscan scan" in told


def test_a_walk_that_is_kept_overwrites_none_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "127.0.0.1_8000.recording.zip").write_bytes(b"earlier")
    (tmp_path / "127.0.0.1_8000-2.recording.zip").symlink_to(tmp_path / "nowhere")
    with aside(tmp_path, Console("en", quiet=True)) as folder:
        _walk(folder, 0, b"first")
        _walk(folder, 1, b"second")
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if not path.is_symlink()}
    assert files == {"127.0.0.1_8000.recording.zip": b"earlier", "127.0.0.1_8000-3.recording.zip": b"first",
                     "127.0.0.1_8000-4.recording.zip": b"second"}


def test_a_recording_that_has_its_report_is_not_told_again(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with aside(tmp_path, Console("zh")) as folder:
        _walk(folder, 0).replace(tmp_path / "saved.recording.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["saved.recording.zip"]
    assert capsys.readouterr().err == ""
