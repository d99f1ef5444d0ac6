"""Claims about sites on the command line: address → recording → report, with real sites and a real browser."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from .conftest import Ran, in_the_foreground

PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>通知公告（虚构）</title>
<body><h1>通知公告</h1><p>本页只有文字，没有任何要做的事。</p><a href="more.html">更多</a></body></html>"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A site of one quiet page."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("index.html", "more.html"):
        (folder / name).write_text(PAGE, "utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture
def screen() -> Iterator[str]:
    """A display that nobody looks at."""
    reader, writer = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24"], pass_fds=[writer],
                              stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait(10)


def test_a_captured_site_is_judged_by_scan(appscan: Callable[..., Ran], address: str, tmp_path: Path) -> None:
    ran = appscan("capture", address, "-o", "board.recording.zip", "--max-states", "5", "--max-minutes", "1")
    assert (ran.code, ran.out) == (0, "board.recording.zip\n"), ran.err
    judged = appscan("scan", "board.recording.zip", "--format", "json", "--out", "-", "--fail-on", "never")
    assert judged.code == 0, judged.err
    assert judged.document["artifacts"][0]["name"] == "board.recording.zip"
    assert {row["verdict"] for row in judged.document["verdicts"]} <= {"not_found", "inconclusive", "info"}
    assert (tmp_path / "board.recording.zip").stat().st_size > 0


@pytest.mark.parametrize(("arguments", "word"), [
    (["ftp://example.test/"], "ftp://example.test/"),
    (["http://127.0.0.1:99999/"], "99999"),
    (["http://127.0.0.1/", "--storage-state", "none.json"], "none.json"),
    (["http://127.0.0.1/", "--storage-state", "a.json", "--login", "b.yaml"], "--login"),
    (["http://127.0.0.1/", "--login", "none.yaml"], "none.yaml"),
    (["http://127.0.0.1/", "--exclude", "(user"], "--exclude (user"),
    (["http://127.0.0.1/", "--include", "[a"], "--include [a"),
    (["http://127.0.0.1/", "--virtual-hours", "nan"], "--virtual-hours"),
    (["http://127.0.0.1/", "--max-minutes", "inf"], "--max-minutes"),
    (["http://127.0.0.1/", "--max-states", "0"], "“0”，要写不小于 1 的整数"),
    (["http://127.0.0.1/", "--virtual-hours", "x"], "“x”，要写不小于 0 的数"),
    (["http://staff:secret@127.0.0.1/"], "127.0.0.1"),
    (["http://127.0.0.1/", "--as", "staff=none.json"], "none.json"),
    (["http://127.0.0.1/", "--as", "staff=login.txt"], "login.txt"),
    (["http://127.0.0.1/", "--as", "=a.json"], "=a.json"),
    (["http://127.0.0.1/", "--as", "staff", "--as", "staff"], "staff"),
    (["http://127.0.0.1/", "--as", "staff", "--login", "b.yaml"], "--as"),
    (["http://127.0.0.1/", "--storage-state", "damaged.json"], "damaged.json"),
])
@pytest.mark.parametrize("command", ["capture", "scan"])
def test_a_wrong_wish_is_one_line_before_the_browser_starts(
        appscan: Callable[..., Ran], tmp_path: Path, command: str, arguments: list[str], word: str) -> None:
    (tmp_path / "damaged.json").write_text('{"cookies": 3}', "utf-8")
    ran = appscan(command, *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert word in ran.err
    assert "secret" not in ran.err
    assert not (tmp_path / "appscan-out").exists()


@pytest.mark.parametrize(("name", "told"), [("board.zip", "board.zip"), ("nowhere/board.recording.zip", "nowhere")])
def test_a_recording_is_named_so_and_lies_in_a_folder_that_is_there(
        appscan: Callable[..., Ran], name: str, told: str) -> None:
    ran = appscan("capture", "http://127.0.0.1/", "-o", name)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert told in ran.err


@pytest.mark.parametrize("arguments", [["capture", "http://127.0.0.1:9/", "-o"],
                                       ["login", "http://127.0.0.1:9/", "--save"]])
@pytest.mark.parametrize("place", ["locked/x.recording.zip", "/sys/x.recording.zip", "taken.recording.zip"])
def test_where_nothing_can_be_written_is_told_before_the_walk(
        appscan: Callable[..., Ran], tmp_path: Path, arguments: list[str], place: str) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    (tmp_path / "taken.recording.zip").mkdir()
    ran = appscan(*arguments, place, powerless=True)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert place in ran.err
    assert list((tmp_path / "locked").iterdir()) == []


QUICK = ("--max-states", "5", "--max-minutes", "1", "--virtual-hours", "0")


def test_a_recording_is_not_written_over_unasked_and_a_page_that_is_not_there_is_told(
        appscan: Callable[..., Ran], address: str, tmp_path: Path) -> None:
    capture = ("capture", address + "no-such-page.html", "-o", "x.recording.zip", *QUICK)
    (tmp_path / "x.recording.zip").write_bytes(b"kept")
    refused = appscan(*capture)
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert (tmp_path / "x.recording.zip").read_bytes() == b"kept"
    ran = appscan(*capture, "--force")
    assert ran.code == 0, ran.err
    assert "404" in ran.err
    assert "采集到 1 个页面状态" in ran.err


def test_a_site_that_is_not_there_is_one_line_and_no_file(appscan: Callable[..., Ran], tmp_path: Path) -> None:
    ran = appscan("capture", "http://127.0.0.1:9/", "-o", "none.recording.zip")
    assert ran.code == 3
    assert "http://127.0.0.1:9/" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "none.recording.zip").exists()


def test_scan_of_an_address_captures_reads_and_judges(
        appscan: Callable[..., Ran], address: str, tmp_path: Path) -> None:
    ran = appscan("scan", address, "--fail-on", "never", *QUICK)
    assert ran.code == 0, ran.err
    folder, = (tmp_path / "appscan-out").iterdir()
    assert sorted(path.name.rpartition(".")[2] for path in folder.iterdir()) == ["html", "json", "reading", "zip"]
    recording = next(folder.glob("*.recording.zip"))
    assert str(recording.relative_to(tmp_path)) in ran.out
    document = json.loads((folder / "report.json").read_text("utf-8"))
    again = appscan("scan", recording, "--format", "json", "--out", "-", "--fail-on", "never").document
    for part in ("verdicts", "findings", "coverage", "artifacts"):
        assert again[part] == document[part], part


def test_every_address_is_an_app_of_its_own_and_one_that_fails_stops_only_itself(
        appscan: Callable[..., Ran], address: str, tmp_path: Path) -> None:
    ran = appscan("scan", "http://127.0.0.1:9/", address, address + "more.html", address, *QUICK)
    assert ran.code == 10, ran.err
    reports = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "appscan-out").glob("*/report.json")]
    assert sorted(len(report["artifacts"]) for report in reports) == [0, 1, 1]
    failed = next(report for report in reports if not report["artifacts"])
    assert [(error["artifact"], error["id"]) for error in failed["errors"]] == [
        ("http://127.0.0.1:9/", "unreachable_host")]
    assert failed["overall"] == "inconclusive"
    assert not list((tmp_path / "appscan-out").glob(".capture-*"))


def test_addresses_and_packages_of_app_yaml_are_one_app(
        appscan: Callable[..., Ran], address: str, forced: Path, tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(
        f"name: 虚构县政务通\nartifacts: [{forced}, '{address}', '{address}more.html']\n", "utf-8")
    ran = appscan("scan", "--app", "app.yaml", "--format", "json", "--out", "-", *QUICK)
    assert ran.code == 11, ran.err
    assert [row["kind"] for row in ran.document["artifacts"]] == ["apk", "recording"]
    ran = appscan("scan", address + "other.html", "--app", "app.yaml")
    assert ran.code == 2
    assert "other.html" in ran.err


def test_roles_are_walked_one_after_the_other_into_one_report(
        appscan: Callable[..., Ran], address: str, tmp_path: Path) -> None:
    (tmp_path / "staff.json").write_text('{"cookies": [], "origins": []}', "utf-8")
    ran = appscan("scan", address, "--as", "staff=staff.json", "--as", "visitor", "--format", "json", "--out", "-",
                  "--fail-on", "never", *QUICK)
    assert ran.code == 0, ran.err
    assert ran.document["artifacts"][0]["details"]["actors"] == "staff, visitor"
    assert list(tmp_path.glob("appscan-out")) == []


@pytest.mark.parametrize("given", ["127.0.0.1:8000", "127.0.0.1", "localhost:80/a", "oa.example.gov.cn", "oa:8080/#/a"])
@pytest.mark.parametrize("command", ["scan", "capture"])
def test_an_address_without_its_beginning_is_told_how_to_write_it(
        appscan: Callable[..., Ran], command: str, given: str) -> None:
    ran = appscan(command, given)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert "http://" in ran.err


def test_a_file_that_is_called_like_an_address_is_a_file(appscan: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "oa.example.gov.cn").write_bytes(b"no package")
    ran = appscan("scan", "oa.example.gov.cn", "--out", "-")
    assert ran.code == 3
    assert "http://" not in ran.err


def test_a_site_that_is_not_there_is_not_said_to_be_opened(appscan: Callable[..., Ran]) -> None:
    ran = appscan("scan", "http://127.0.0.1:9/", "--format", "json")
    assert ran.code == 3
    assert "recording.zip" not in ran.err, "there is no such file"


def test_a_damaged_recording_is_told_in_words(appscan: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "cut.recording.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "other.recording.zip").write_bytes(b"<html>")
    ran = appscan("scan", "cut.recording.zip", "other.recording.zip")
    assert ran.code == 3
    assert "不完整" in ran.err
    assert "zip）" not in ran.err


def test_wishes_for_sites_without_a_site_are_wrong_usage(appscan: Callable[..., Ran], forced: Path) -> None:
    ran = appscan("scan", forced, "--viewport", "desktop")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1


def test_a_recording_is_no_reading(appscan: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "board.recording.zip").write_bytes(b"PK")
    ran = appscan("judge", "board.recording.zip")
    assert ran.code == 3
    assert "appscan scan" in ran.err


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed: the login window was not opened")
def test_a_login_by_hand_is_saved_for_its_owner_only(
        command: list[str], screen: str, address: str, tmp_path: Path) -> None:
    (tmp_path / "site/in.html").write_text(
        "<!doctype html><title>虚构</title><script>document.cookie = 'SID=invented-01; path=/';"
        "localStorage.token = 'invented-02'; sessionStorage.ticket = 'invented-03';</script>", "utf-8")
    running = subprocess.Popen([*command, "login", address + "in.html", "--save", "staff.json"], cwd=tmp_path,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "DISPLAY": screen})
    assert running.stdin
    time.sleep(6)  # a person takes longer
    running.stdin.write("\n")
    running.stdin.flush()
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, "staff.json\n"), err
    saved = (tmp_path / "staff.json").read_text("utf-8")
    assert [f"invented-0{number}" in saved for number in (1, 2, 3)] == [True, True, True]
    assert (tmp_path / "staff.json").stat().st_mode & 0o777 == 0o600


def test_without_a_screen_a_login_by_hand_says_what_to_do(appscan: Callable[..., Ran], address: str) -> None:
    ran = appscan("login", address, "--save", "staff.json", DISPLAY="", WAYLAND_DISPLAY="")
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 1, "no word of a window that is not there"
    assert "appscan login" in ran.err
    assert "--storage-state" in ran.err


ENDLESS = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>目录（虚构）</title><script>
const at = decodeURI(location.search.slice(1)) || '甲';
const linked = one => `<p><a href="?${at}${one}">${at}${one}</a></p>`;
document.write('<h1>' + at + '</h1>' + [...'甲乙丙丁戊'].map(linked).join(''));
</script></html>"""


@pytest.mark.parametrize("verb", ["capture", "scan"])
def test_ctrl_c_keeps_what_was_seen_so_far(command: list[str], verb: str, address: str, tmp_path: Path) -> None:
    (tmp_path / "site/index.html").write_text(ENDLESS, "utf-8")
    with subprocess.Popen([*command, verb, address], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, start_new_session=True,
                          preexec_fn=in_the_foreground) as running:  # noqa: PLW1509 (nothing in it takes a lock)
        assert running.stderr
        seen = next(line for line in running.stderr if "10" in line and "走查" not in line)  # ten states were seen
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130, (seen, out, err)
    assert "Traceback" not in err
    recording = tmp_path / "site.recording.zip" if verb == "capture" else next(
        (tmp_path / "appscan-out").glob("*/*.recording.zip"))
    with zipfile.ZipFile(recording) as archive:
        document = json.loads(archive.read("recording.json"))
    assert len(document["states"]) >= 10
    assert "interrupted" in {gap["reason"] for gap in document["gaps"] if gap["blinds"]}
    if verb == "scan":
        report = json.loads(next((tmp_path / "appscan-out").glob("*/report.json")).read_text("utf-8"))
        assert report["complete"] is False
        assert "not_found" not in {row["verdict"] for row in report["verdicts"]}
