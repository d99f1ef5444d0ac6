"""Wrong usage, wrong app.yaml and wrong packs end with code 2 before any work; --help and README tell all there is."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from appscan.cli.exits import ExitCode
from appscan.schema import APP, REPORT, load

COMMANDS = [["scan"], ["judge"], ["capture"], ["login"], ["schema"], ["bench"], ["checks", "list"], ["checks", "show"],
            ["checks", "lint"], ["checks", "test"], ["checks", "docs"], ["checks", "try"], ["report"], ["gate"],
            ["baseline", "write"], ["baseline", "check"], ["diff"], ["init"], ["registry", "template"],
            ["registry", "import"], ["registry", "list"], ["registry", "show"], ["registry", "check"],
            ["registry", "export"], ["registry", "merge"], ["registry", "split"], ["count"], ["users", "add"],
            ["serve"]]


@pytest.fixture(scope="module")
def helps(warm, tmp_path_factory) -> dict[str, str]:
    """What --help prints, by command."""
    texts = {}
    for command in [[], ["checks"], *COMMANDS]:
        code, out, err = warm.run([*command, "--help"], tmp_path_factory.getbasetemp(), os.environ, 60)
        assert (code, err) == (0, b""), command
        texts[" ".join(command)] = out.decode()
    return texts


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - {"--help"}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_option_of_scan_is_in_the_readme(helps, project_root, readme):
    assert options_in(helps["scan"]) <= options_in((project_root / readme).read_text("utf-8"))


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_no_option_that_does_not_exist(helps, project_root, readme):
    assert options_in((project_root / readme).read_text("utf-8")) <= options_in("".join(helps.values())) | {"--version"}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_command_is_in_the_readme(project_root, readme):
    text = (project_root / readme).read_text("utf-8")
    assert [" ".join(command) for command in COMMANDS if f"appscan {' '.join(command)}" not in text] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_make_commands_of_the_readme_are_in_the_makefile(project_root, readme):
    named = set(re.findall(r"\bmake ([a-z]+)", (project_root / readme).read_text("utf-8")))
    targets = set(re.findall(r"^([a-z]+):", (project_root / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"scan", "test", "setup"} <= named <= targets


def test_both_readmes_tell_the_same(project_root):
    english, chinese = ((project_root / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    for pattern in (r"^\| (-?\d+) \|", r"^\| `(--[a-z-]+)", r"^(#+) ", r"\]\((docs/[a-z-]+\.md)\)"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(pattern, chinese, re.MULTILINE)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_documents_that_the_readme_points_to_exist(project_root, readme):
    for target in re.findall(r"\]\(([\w./-]+)\)", (project_root / readme).read_text("utf-8")):
        assert (project_root / target).exists(), target


@pytest.mark.parametrize("command", ["", "scan", "judge"])
def test_help_tells_every_exit_code_in_both_languages(helps, command):
    for code in ExitCode:
        assert len(re.findall(rf"^ +{int(code)}  ", helps[command], re.MULTILINE)) == 2, code


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_tells_every_exit_code(project_root, readme):
    rows = re.findall(r"^\| (\d+) \|", (project_root / readme).read_text("utf-8"), re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(map(int, ExitCode))


def test_help_is_in_chinese_and_english(helps):
    assert "检查安装包" in helps["scan"]
    assert "Scan packages" in helps["scan"]
    assert not [name for name, text in helps.items() if "cli.help." in text]


WRONG = [[], ["checks"], ["scan"], ["judge"], ["nonsense"], ["scan", "--nonsense"], ["schema", "nonsense"],
         ["scan", "x.apk", "--profile", "mild"], ["scan", "x.apk", "--format", "word"],
         ["scan", "x.apk", "--fail-on", "info"], ["scan", "x.apk", "--lang", "fr"],
         ["scan", "x.apk", "--app", "no.yaml"], ["scan", "x.apk", "--checks", "nowhere"],
         ["checks", "show", "nonsense"], ["checks", "lint", "nowhere"], ["bench", "nowhere", "nowhere"]]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_usage_ends_with_two_and_writes_nothing(appscan, tmp_path, arguments):
    ran = appscan(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert list(tmp_path.iterdir()) == []


def test_the_language_may_stand_before_the_command(appscan):
    assert appscan("--lang", "en", "scan").err.startswith("No target given")
    assert appscan("--lang", "en", "scan", "--lang", "zh").err.startswith("没有指定")
    assert appscan("--lang", "fr", "scan").code == 2


SAID = [(["scn"], "没有 scn 这个命令", "scan"), (["scan", "--ot", "x"], "没有 --ot 这个选项", "--out"),
        (["scan", "x", "--profile", "mild"], "--profile 不能写“mild”", "default, strict"),
        (["scan", "--out"], "--out 后面缺少取值", ""), (["judge"], "缺少 READING…", ""),
        (["scan", "--quiet=3", "x"], "--quiet 不带取值", ""), (["schema", "report", "b"], "多写了：b", "")]


@pytest.mark.parametrize(("arguments", "words", "near"), SAID, ids=[" ".join(one[0]) for one in SAID])
def test_the_common_mistakes_are_told_in_chinese(appscan, arguments, words, near):
    ran = appscan(*arguments)
    assert ran.code == 2
    assert ran.err.startswith(f"用法有误：{words}")
    assert near in ran.err


@pytest.mark.parametrize("arguments", [["scan", "x.apk", "--out", ""], ["scan", ""], ["judge", ""],
                                       ["scan", "x.apk", "--app", ""], ["scan", "x.apk", "--checks", " "]])
def test_an_empty_path_is_wrong_usage_and_never_the_present_folder(appscan, tmp_path, arguments):
    ran = appscan(*arguments, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "empty path" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["", "scan", "checks", "checks list"])
def test_headings_of_help_are_in_both_languages(helps, command):
    assert "用法 Usage:" in helps[command]
    assert "选项 Options:" in helps[command]


def test_refusals_of_the_system_are_told_by_their_number():
    import errno

    from appscan.texts import has

    wanted = (errno.EACCES, errno.ENOENT, errno.EEXIST, errno.ENOSPC, errno.EISDIR, errno.ENOTDIR, errno.EROFS)
    assert all(has(f"os_errors.{errno.errorcode[number]}") for number in wanted)


def test_wrong_usage_is_told_in_the_chosen_language(appscan):
    assert appscan("scan", "--nonsense").err.startswith("用法有误")
    assert appscan("scan", "--nonsense", "--lang", "en").err.startswith("Wrong usage")


@pytest.mark.parametrize("place", ["taken", "taken/below", "/dev/null"])
def test_an_output_place_that_cannot_be_used_is_told_before_the_scan(appscan, decoy, tmp_path, place):
    (tmp_path / "taken").write_text("a file")
    ran = appscan("scan", decoy, "--out", place)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1


BAD_APP_FILES = {
    "unknown key": ("name: x\nownr: y\n", 2, "ownr"),
    "unknown key below": ("name: x\napproval:\n  number: '1'\n  numbr: '1'\n", 4, "numbr"),
    "wrong type": ("owner: y\nname: 1\n", 2, "name"),
    "wrong word": ("name: x\nowner: y\nlevel: galaxy\n", 3, "level"),
    "wrong item": ("name: x\naudience:\n  - public\n  - martians\n", 4, "audience/1"),
    "no name": ("owner: y\n", 1, "name"),
    "no mapping": ("- x\n", 1, "mapping"),
    "empty": ("", 1, "mapping"),
    "not YAML": ("name: [x\n", 2, "brackets"),
    "a date that is none": ("name: x\napproval:\n  date: 2024-02-30\n", 3, "2024-02-30"),
    "a date in words": ("name: x\napproval:\n  date: May\n", 3, "May"),
    "an empty reason": ('name: x\ndeclared: {check-in: ""}\n', 2, "declared/check-in is empty"),
    "a reason of no kind": ("name: x\ndeclared: {check-in: 3}\n", 2, "declared/check-in must be text"),
    "an unknown part of a reason": ("name: x\ndeclared: {check-in: {reason: x, bais: y}}\n", 2, "basis"),
    "an id that is none": ("name: x\ndeclared: {Check_In: x}\n", 2, "Check_In"),
    "a key that is no text": ("name: x\ndeclared: {1: x}\n", 2, "1 must be text"),
    "twin keys": ("name: x\nname: y\n", 2, "duplicate"),
    "alias": ("name: &a x\nowner: *a\n", 2, "alias"),
    "Python object": ("name: !!python/object/apply:os.system [id]\n", 1, "tags"),
    "nested deeply": ("[" * 50_000, 1, "nested"),
    "too large": ("# " + "x" * (2 << 20), 1, "bytes"),
}


@pytest.mark.parametrize("name", BAD_APP_FILES)
def test_a_wrong_app_file_is_told_with_file_line_and_name(appscan, decoy, tmp_path, name):
    text, line, word = BAD_APP_FILES[name]
    (tmp_path / "app.yaml").write_text(text, "utf-8")
    ran = appscan("scan", decoy, "--app", "app.yaml", "--lang", "en")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith(f"app.yaml, line {line}: ")
    assert word in ran.err
    assert "{'" not in ran.err, "shows nothing of the program's insides"


IN_CHINESE = {"ownr: y\nname: x\n": "没有名为 ownr 的项，是不是 owner？", "owner: y\n": "缺少必填的项 name",
              "name: 1\n": "name 应当写成文字",
              "name: x\nlevel: galaxy\n": "level 只能从这些中选：central"}


@pytest.mark.parametrize("text", IN_CHINESE)
def test_the_common_mistakes_in_an_app_file_are_told_in_chinese(appscan, decoy, tmp_path, text):
    (tmp_path / "app.yaml").write_text(text, "utf-8")
    assert IN_CHINESE[text] in appscan("scan", decoy, "--app", "app.yaml").err


def test_an_app_file_in_another_encoding_is_told(appscan, decoy, tmp_path):
    (tmp_path / "app.yaml").write_bytes("name: x\nowner: 县".encode("gbk"))
    ran = appscan("scan", decoy, "--app", "app.yaml", "--lang", "en")
    assert ran.code == 2
    assert ran.err.startswith("app.yaml, line 2: not UTF-8")
    assert "请另存为 UTF-8" in appscan("scan", decoy, "--app", "app.yaml").err


def test_dates_and_a_byte_order_mark_are_welcome_in_an_app_file(appscan, decoy, tmp_path):
    (tmp_path / "app.yaml").write_text("\ufeffname: x\napproval: {number: '1', date: 2024-01-02}\n", "utf-8")
    document = appscan("scan", decoy, "--app", "app.yaml", "--out", "-", "--quiet").document
    assert document["app"]["approval"] == {"number": "1", "date": "2024-01-02"}


@pytest.mark.parametrize(("asked", "name"), [("", REPORT), ("report", REPORT), ("app", APP)])
def test_schema_prints_what_is_published(appscan, asked, name):
    assert json.loads(appscan("schema", *asked.split()).out) == load(name)


def test_version_is_told_by_itself(appscan):
    from appscan import __version__

    assert appscan("--version").out == f"appscan {__version__}\n"


def test_shipped_checks_are_in_order_and_prove_themselves(appscan):
    assert appscan("checks", "lint").code == 0
    ran = appscan("checks", "test")
    assert (ran.code, ran.err) == (0, "")


def test_every_check_is_listed_and_can_be_shown(appscan):
    listed = [line.split()[0] for line in appscan("checks", "list", "--lang", "en").out.splitlines()[:-1]]
    assert {"check-in", "points-ranking", "online-duration", "media-upload", "track-upload",
            "install-rate"} <= set(listed)
    shown = appscan("checks", "show", "check-in").out
    assert "打卡签到" in shown
    assert "CEN24" in shown


def test_a_bad_pack_stops_the_scan_with_file_and_line(appscan, decoy, project_root, tmp_path):
    packs = Path(shutil.copytree(project_root / "checks", tmp_path / "packs"))
    wrong = packs / "features/check-in.yaml"
    wrong.write_text(wrong.read_text("utf-8") + "nonsense: true\n", "utf-8")
    ran = appscan("scan", decoy, "--checks", "packs", "--lang", "en", "--out", "out")
    assert ran.code == 2
    assert "check-in.yaml" in ran.err
    assert "nonsense" in ran.err
    assert not (tmp_path / "out").exists()
    assert appscan("checks", "lint", "packs").code == 2
