"""Claims about reports of crawls: pictures with frames, requests, the virtual day, trials, steps to see it again, what
was not reached; personal data covered; nothing that a page says becomes markup or a link."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from appscan.cli.rendering import Format
from appscan.cli.saving import Shelf
from appscan.model.artifact import App
from appscan.pictures import develop
from appscan.report.document import from_document, to_document
from appscan.report.finding_view import finding_view
from appscan.report.page import to_html
from appscan.report.paper.evidence import Quoted, evidence_lines, places_of
from appscan.report.plain import to_text
from appscan.scan import Target, judge_readings, scan_app
from appscan.schema import REPORT, problems
from appscan.texts import LANGUAGES, Language
from tests.shipped import shipped

image = pytest.importorskip("PIL.Image", reason="Pillow is missing (extra web): pictures of reports not tested")

HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "{{ 7*7 }}",
           "' onmouseover='x", "</svg><svg onload=alert(1)>", "a\u202egpj.exe\u2066b", "\x00\x1b[31m\x07", "字" * 5000]
FIXED = {"verdict", "overall", "presence", "presence_at_most", "force", "force_at_most", "declaration", "supports",
         "stage", "polarity", "fingerprint", "sha256", "kind", "kinds", "tags", "check_id", "artifact", "id", "clauses",
         "test", "outcome", "trigger", "what", "request_class", "source", "picture", "before", "after", "robots"}


@pytest.fixture(scope="module")
def small() -> ModuleType:
    """The builder of small recordings that the reader's tests use."""
    path = Path(__file__).parent.parent / "readers" / "small_recordings.py"
    spec = importlib.util.spec_from_file_location("small_recordings_of_report", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def png(width: int = 390, height: int = 844, colour: tuple[int, int, int] = (250, 250, 250)) -> bytes:
    out = io.BytesIO()
    image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def crawled(small: ModuleType, tmp_path: Path) -> Callable[..., tuple[Path, dict[str, Any]]]:
    """Scan a recorded check-in page (虚构) as the command does: the folder of its report, and the document in it."""

    def run(picture: bytes | None = None, **more: Any) -> tuple[Path, dict[str, Any]]:
        shot, after = picture or png(), png(colour=(240, 240, 240))
        state = small.state("s1", "/#/home", title="虚构网格通", picture=small.digest(shot), texts=[
            small.words("今日尚未打卡", "heading", box=[40, 280, 300, 30]),
            small.words("未打卡将在全县通报", box=[40, 330, 300, 30]),
            small.words("姓名", "header_cell", box=[0, 500, 100, 40]),
            small.words("欧阳虚构", "cell", box=[0, 540, 100, 40]),
            small.words("联系电话 13800001234", box=[0, 600, 300, 40]),
        ], controls=[small.control("立即打卡", box=[40, 430, 300, 46])], dialogs=[
            small.dialog("今日尚未打卡", False, box=[40, 260, 300, 240])])
        top = small.recording(state, **{
            "requests": [small.request("/api/attendance/sign", method="POST", **{"class": "write"}, sent=False,
                                       trigger="click", label="立即打卡",
                                       request_fields=["userId", "longitude", "latitude", "signTime"])],
            "trials": [small.trial("decline", "refused", trigger="geolocation 立即打卡", picture=small.digest(after),
                                   detail="定位失败，无法打卡; not asked: POST " + small.SITE + "/api/attendance/sign"),
                       small.trial("opt_out", "refused", trigger="今日尚未打卡")],
            "day": [small.day(small.interval("/api/attendance/sign", fields=["userId"]),
                              dialogs=[{"virtual": 34_200_000, "text": "您还在吗", "closable": False, "modal": True}],
                              midnight=[{"virtual": 86_430_000, "kind": "text", "detail": "今日未打卡"}])],
            "routes": [small.route("/#/home"), small.route("/#/hidden", visited=False, blocked="robots")],
            "origins": [{"url": "https://sdk.example.com/kit.js", "kind": "script", "blocked": True}], **more})
        path = small.write_recording(tmp_path, top, {"pictures": [shot, after]})
        result = scan_app([Target(path, path.name, str(path))], App(), shipped())
        saved = Shelf(tmp_path / "out").save(result, to_document(result.report), [Format.HTML, Format.JSON], "zh")
        folder = saved.reports[0].parent
        return folder, json.loads((folder / "report.json").read_text("utf-8"))

    return run


class _Page(HTMLParser):
    """Elements, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self._in_style = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style &= tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.text += data + " "


def poisoned(value: Any, poison: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: poisoned(one, poison, name) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, poison, key) for one in value]
    return poison if isinstance(value, str) and key not in FIXED else value


def words(page: str) -> str:
    return " ".join(_Page(page).text.split())


def test_a_crawled_report_fits_the_schema_and_comes_back_as_it_was(crawled: Any) -> None:
    _, document = crawled()
    assert problems(REPORT, document) == []
    report = from_document(document)
    assert to_document(report) == document
    assert report.pictures
    assert report.artifacts[0].crawl is not None


def test_the_page_shows_the_saved_screenshot_with_a_frame_around_the_control(crawled: Any) -> None:
    folder, document = crawled()
    page = (folder / "report.html").read_text("utf-8")
    shown = {value for tag, name, value in _Page(page).attributes if tag == "image" and name == "href"}
    assert shown
    assert all((folder / one).is_file() for one in shown)
    assert {f"evidence/{one['sha256']}.png" for one in document["pictures"]} >= shown
    assert 'class="frame" x="37" y="427" width="306" height="52"' in page


def test_a_folder_that_is_moved_keeps_its_pictures(crawled: Any) -> None:
    folder, _ = crawled()
    page = (folder / "report.html").read_text("utf-8")
    links = [value for _, name, value in _Page(page).attributes if name == "href" and not value.startswith("#")]
    assert links
    assert all(re.fullmatch(r"evidence/[0-9a-f]{64}\.png", one) for one in links)


def test_an_intended_write_is_told_as_not_sent_with_its_fields_and_the_control(crawled: Any) -> None:
    _, document = crawled()
    page = words(to_html(document, "zh"))
    assert "拟发送，未发出" in page
    assert "POST /api/attendance/sign" in page
    assert "按下“立即打卡”后" in page
    assert "longitude" in page
    assert "每 30 秒一次，虚拟的一天里共 1,940 次，无人操作时照常发出" in page


def test_a_read_that_was_sent_does_not_make_a_held_write_of_the_same_address_look_sent(crawled: Any,
                                                                                         small: ModuleType) -> None:
    gateway = "/gateway.do?method="
    write = small.request(gateway + "addSign&t=1", **{"class": "write"}, sent=False, label="立即打卡")
    read = small.request(gateway + "signList&t=2", trigger="load")
    _, document = crawled(requests=[write, read])
    page = words(to_html(document, "zh"))
    assert re.search(r"addSign&t=1 拟发送，未发出 写入", page)
    assert not re.search(r"addSign\S* 已发出", page)


def test_the_day_is_drawn_with_its_heartbeat_its_dialog_and_midnight(crawled: Any) -> None:
    _, document = crawled()
    page = to_html(document, "zh")
    told = words(page)
    assert 'class="timeline"' in page
    assert 'class="midnight"' in page
    assert "09:30 自动弹出“您还在吗”（没有关闭的办法）" in told
    assert "次日 00:00:30 页面上出现“今日未打卡”" in told
    assert "08:00 至次日 00:10" in told


def test_trials_are_told_in_words(crawled: Any) -> None:
    _, document = crawled()
    told = words(to_html(document, "zh"))
    assert "拒绝定位（按“立即打卡”时）：无法继续。页面显示“定位失败，无法打卡”。" in told
    assert "因此没有发出 POST /api/attendance/sign。" in told
    assert "没有找到，弹窗仍在，无法继续。" in told


def test_the_steps_to_see_it_again_send_nothing_and_name_address_and_control(crawled: Any, small: ModuleType) -> None:
    _, document = crawled()
    told = words(to_html(document, "zh"))
    assert f"{small.SITE}/#/home" in told
    assert told.index("离线（Offline）") < told.index("按下“立即打卡”，列表里出现失败的 POST /api/attendance/sign")
    assert "等 90 秒：列表里每 30 秒多出一条失败的" in told
    assert "等 30 分钟：弹窗会自动出现" in told


def test_the_steps_of_a_refusal_name_the_message_and_no_request(crawled: Any, small: ModuleType) -> None:
    write = small.request("/api/attendance/sign", method="POST", **{"class": "write"}, sent=False, trigger="trial",
                          label="立即打卡")
    refused = small.trial("omit", "refused", trigger="立即打卡",
                          detail="submitted: 请先拍照; not asked: POST " + small.SITE + "/api/attendance/sign")
    _, document = crawled(requests=[write], trials=[refused], day=[])
    told = words(to_html(document, "zh"))
    without = told.index("不附照片，按下“立即打卡”：页面提示“请先拍照”，列表里没有 POST /api/attendance/sign。")
    assert told.index("离线（Offline）") < without < told.index("再按“立即打卡”，列表里才出现失败的 POST")


def test_the_page_is_loaded_and_allowed_before_it_goes_offline_and_goes_online_at_the_end(crawled: Any) -> None:
    _, document = crawled()
    told = words(to_html(document, "zh"))
    order = [told.index(one) for one in ("选“允许（Allow）”", "改为“离线（Offline）”", "不操作页面，等 90 秒",
                                         "改回“无限制（No throttling）”")]
    assert order == sorted(order)
    assert "不要提交真实内容" in told


def test_what_is_only_read_needs_no_network_list(crawled: Any, small: ModuleType) -> None:
    ranking = small.request("/api/sign/rank", trigger="click", label="个人排名")
    _, document = crawled(requests=[ranking], trials=[], day=[])
    told = words(to_html(document, "zh"))
    assert "看页面上有没有：" in told
    assert "在筛选框输入" not in told
    assert "离线（Offline）" not in told


def test_frames_of_a_socket_are_looked_at_under_messages_and_counted_as_not_sent(crawled: Any,
                                                                                 small: ModuleType) -> None:
    frames = small.interval("/api/attendance/sign", method="SEND", kind="socket", fields=["uid"])
    frame = small.request("/api/attendance/sign", method="SEND", kind="socket", **{"class": "write"}, sent=False,
                          virtual=30_000_000, trigger="idle", request_fields=["uid"])
    _, document = crawled(requests=[frame], trials=[], day=[small.day(frames)])
    told = words(to_html(document, "zh"))
    assert "共 1,940 次拟发送，未发出" in told
    assert any("拟发送未发出的写入请求 1,940 次" in line for line in to_text(document, "zh"))
    assert any("1,940 writes intended, not sent" in line for line in to_text(document, "en"))
    assert "在“消息（Messages）”里看" in told


def test_a_read_that_was_sent_and_answered_again_is_told_once(crawled: Any, small: ModuleType) -> None:
    page = [small.request("/api/attendance/list", trigger="load"),
            small.request("/api/attendance/list", trigger="idle", sent=False, virtual=30_000_000)]
    _, document = crawled(requests=page, trials=[], day=[])
    told = words(to_html(document, "zh"))
    assert told.count("GET /api/attendance/list") <= 1
    assert "拟发送，未发出 读取" not in told, "what only fetches was not meant to change anything"


def test_a_page_after_an_answer_of_the_capture_is_labelled(crawled: Any, small: ModuleType) -> None:
    sign = small.request("/api/attendance/sign", method="POST", **{"class": "write"}, sent=False, label="立即打卡")
    before = small.state("s1", "/#/home", title="虚构网格通", texts=[small.words("未打卡将在全县通报")],
                         controls=[small.control("立即打卡")])
    after = small.state("s2", "/#/home", **{"from": "s1"}, by="立即打卡", arrived="立即打卡",
                        texts=[small.words("今日已打卡")])
    other = small.state("s3", "/#/home", **{"from": "s1"}, by="打卡说明", arrived="打卡说明",
                        texts=[small.words("打卡规则")])
    _, document = crawled(states=[before, after, other], requests=[sign], trials=[], day=[])
    places = [place for finding in document["findings"] for place in finding["occurrences"]]
    labelled = {one["value"] for place in places for one in place["evidence"] if one.get("seen", {}).get("stood_in")}
    assert labelled == {"今日已打卡"}
    assert "本机代答之后的页面" in words(to_html(document, "zh"))
    views = [finding_view(document, finding, "", False, "zh") for finding in document["findings"]]
    shown = [(quote, place) for view in views for place in places_of(view) for quote in place.quotations.first]
    quotes = [Quoted(1, *one) for one in shown]
    told = ["".join(span.text for line in evidence_lines(views[0], [one], "zh") for span in line) for one in quotes]
    assert {"今日已打卡" in line for line in told if "本机代答" in line} == {True}, "papers say so too"
    assert {"本机代答" in line for line in told if "“今日已打卡”" in line} == {True}


def test_words_of_browser_and_capture_are_told_in_the_language_of_the_report(crawled: Any) -> None:
    _, document = crawled(gaps=[{"kinds": ["trial"], "place": "chrome-error://chromewebdata/", "reason": "trial_failed",
                                 "params": {"step": "decline", "why": "geolocation 立即打卡"}, "blinds": False},
                                {"kinds": ["timer"], "place": "/#/home", "reason": "day_not_lived", "blinds": False,
                                 "params": {"why": "Page.goto: net::ERR_CONNECTION_REFUSED at http://127.0.0.1/"}}])
    told = words(to_html(document, "zh"))
    assert "没有试出能否跳过（拒绝权限）：定位权限，按下“立即打卡”时" in told
    assert "虚拟的一天没有走完：连接被拒绝" in told
    assert not re.search(r"chrome-error|net::|decline", told)


def test_a_site_is_not_told_to_be_built_and_a_day_that_was_not_lived_has_no_hours(crawled: Any) -> None:
    _, document = crawled(day=[])
    told = words(to_html(document, "zh"))
    assert "对象状态" not in told
    assert "虚拟时长（小时） 没有值得走一天的页面" in told


def test_what_the_crawl_did_not_reach_is_told_with_its_reason(crawled: Any) -> None:
    _, document = crawled()
    told = words(to_html(document, "zh"))
    assert "发现路由 2 个，访问 1 个，没有访问 1 个" in told
    assert re.search(r"/#/hidden \S+ · 网站的 robots.txt 不许访问", told)
    assert "采集前后均证明登录有效" in told
    assert "https://sdk.example.com/kit.js" in told
    assert any("路由发现 2 个、访问 1 个" in line for line in to_text(document, "zh"))


def test_a_lost_login_is_told(crawled: Any) -> None:
    lost = {"name": "staff", "login": "steps", "logged_in_before": True, "logged_in_after": False, "lost_at": "/#/home"}
    _, document = crawled(actors=[lost])
    assert "中途登录失效（在 /#/home）" in words(to_html(document, "zh"))


def test_names_and_numbers_of_people_are_covered_in_pictures_and_words(crawled: Any) -> None:
    folder, document = crawled()
    raw = (folder / "report.json").read_text("utf-8") + (folder / "report.html").read_text("utf-8")
    assert "欧阳虚构" not in raw
    assert "13800001234" not in raw
    kept = next(one for one in document["pictures"] if one["covered"])
    assert kept["sha256"] != kept["source"]
    picture = image.open(folder / "evidence" / f"{kept['sha256']}.png").convert("RGB")
    assert picture.getpixel((50, 560)) != (250, 250, 250)
    assert picture.getpixel((150, 620)) != (250, 250, 250)
    assert picture.getpixel((200, 450)) == (250, 250, 250)


def test_a_name_that_an_answer_tells_is_covered_wherever_it_stands(crawled: Any, small: ModuleType,
                                                                     tmp_path: Path) -> None:
    answer = json.dumps({"data": [{"realName": "诸葛试", "score": 1}]})
    shot = png()
    state = small.state("s1", "/#/rank", title="积分排名", picture=small.digest(shot), texts=[
        small.words("积分排名", "heading", box=[0, 0, 300, 30]), small.words("第1名 诸葛试 98分", box=[0, 40, 300, 30]),
        small.words("诸葛试积分末位，通报", box=[0, 80, 300, 30])])
    top = small.recording(state, requests=[small.request(
        "/api/points/rank", trigger="load", response_fields=["data.realName", "data.score"],
        response_body=small.digest(answer))])
    path = small.write_recording(tmp_path, top, {"pictures": [shot], "bodies": [answer]}, "rank.recording.zip")
    result = scan_app([Target(path, path.name, str(path))], App(), shipped())
    saved = Shelf(tmp_path / "out2").save(result, to_document(result.report), [Format.HTML, Format.JSON], "zh")
    page = saved.reports[0].read_text("utf-8")
    assert "积分排名" in page
    assert "诸葛试" not in page
    document = json.loads((saved.reports[0].parent / "report.json").read_text("utf-8"))
    assert document["pictures"][0]["covered"] == 2


def test_a_picture_without_personal_data_stays_byte_by_byte() -> None:
    content = png()
    fit = develop("ab" * 32, content, [], [])
    assert fit is not None
    assert fit.content == content


def test_a_png_with_a_hidden_comment_is_written_anew() -> None:
    out = io.BytesIO()
    from PIL.PngImagePlugin import PngInfo

    comment = PngInfo()
    comment.add_text("phone", "13800001234")
    image.new("RGB", (20, 20)).save(out, "PNG", pnginfo=comment)
    fit = develop("ab" * 32, out.getvalue(), [], [])
    assert fit is not None
    assert b"13800001234" not in fit.content


@pytest.mark.parametrize("content", [
    b"", b"GIF89a", b"<svg onload=alert(1)>", png()[:200], png()[:33] + b"\x00" * 50,
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x7f\xff\xff\xff" * 2 + b"\x08\x02\x00\x00\x00\x00\x00\x00\x00"])
def test_what_is_no_picture_is_never_written(content: bytes) -> None:
    assert develop("ab" * 32, content, [], []) is None


def test_a_picture_that_is_too_tall_is_cut_to_what_it_proves() -> None:
    fit = develop("ab" * 32, png(400, 9000), [], [(10, 7000, 100, 20)])
    assert fit is not None
    assert fit.kept.height <= 4000
    assert fit.kept.top <= 7000 < fit.kept.top + fit.kept.height


def test_a_damaged_picture_leaves_the_quotation_and_a_note(crawled: Any) -> None:
    folder, document = crawled(b"\x89PNG broken", trials=[])
    assert "pictures" not in document
    assert not (folder / "evidence").exists()
    told = words((folder / "report.html").read_text("utf-8"))
    assert "截图没有随本报告保存" in told
    assert "立即打卡" in told


def test_a_saved_reading_is_judged_to_the_same_findings_without_pictures(crawled: Any) -> None:
    from appscan.readers.saved import load_reading

    folder, document = crawled()
    again = to_document(judge_readings([load_reading(next(folder.glob("*.reading")))], App(), shipped()))
    assert again["findings"] == document["findings"]
    assert again["artifacts"][0]["crawl"] == document["artifacts"][0]["crawl"]
    assert "<image" not in to_html(again, "zh")
    assert "截图没有随本报告保存" in words(to_html(again, "zh"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("poison", HOSTILE)
def test_nothing_that_a_site_says_becomes_markup_or_a_link(crawled: Any, lang: Language, poison: str) -> None:
    _, document = crawled()
    plain, page = _Page(to_html(document, lang)), to_html(poisoned(document, poison), lang)
    seen = _Page(page)
    assert set(seen.tags) <= set(plain.tags)
    assert not {"script", "img", "iframe", "object", "form", "link", "base", "foreignobject", "use"} & set(seen.tags)
    assert not [name for _, name, _ in seen.attributes if name.startswith("on") or name in {"src", "style", "srcdoc"}]
    links = {value for _, name, value in seen.attributes if "href" in name}
    assert all(re.fullmatch(r"#\w+|evidence/[0-9a-f]{64}\.png", one) for one in links)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", page)
    lines = to_text(poisoned(document, poison), lang)
    assert not [line for line in lines if re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069\u2028]", line)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_of_a_crawled_page_is_missing_from_the_catalogue(crawled: Any, lang: Language) -> None:
    _, document = crawled()
    told = words(to_html(document, lang)) + " ".join(
        value for _, name, value in _Page(to_html(document, lang)).attributes if name in ("aria-label", "title"))
    assert not re.search(r"\b(?:report|roles|groups|gaps|signals)\.[a-z_]+\b", told)
    assert not re.search(r"[{}]|\[\[|\]\]", told)


def test_a_start_address_that_is_no_web_address_is_not_told_as_one_to_open(crawled: Any) -> None:
    _, document = crawled()
    document["artifacts"][0]["crawl"]["start_urls"] = ["javascript:alert(1)"]
    assert "在地址栏输入" not in words(to_html(document, "zh"))


def test_several_roles_are_named_at_each_quotation(crawled: Any, small: ModuleType) -> None:
    proved = {"login": "state", "logged_in_before": True, "logged_in_after": True, "lost_at": None}
    _, document = crawled(actors=[{"name": "staff", **proved}, {"name": "citizen", **proved}])
    assert document["actors"] == ["staff", "citizen"]
    assert "所用账号：staff" in words(to_html(document, "zh"))


def test_what_one_role_may_do_is_not_told_of_another(crawled: Any, small: ModuleType) -> None:
    proved = {"login": "state", "logged_in_before": True, "logged_in_after": True, "lost_at": None}
    other = small.state("s2", "/#/home", actor="citizen", texts=[small.words("今日尚未打卡")],
                        controls=[small.control("立即打卡", box=[40, 430, 300, 46])], picture=small.digest(png()))
    shot = png()
    state = small.state("s1", "/#/home", title="虚构网格通", picture=small.digest(shot), texts=[
        small.words("未打卡将在全县通报")], controls=[small.control("立即打卡", box=[40, 430, 300, 46])])
    _, document = crawled(
        shot, states=[state, other], actors=[{"name": "staff", **proved}, {"name": "citizen", **proved}],
        trials=[small.trial("decline", "refused", trigger="geolocation"),
                small.trial("decline", "allowed", trigger="geolocation", actor="citizen", state="s2")])
    told = words(to_html(document, "zh"))
    assert "（staff）拒绝定位：无法继续。" in told
    assert "（citizen）拒绝定位：页面照常可用。" in told


def test_pieces_of_a_body_are_not_told_as_names_of_fields(crawled: Any, small: ModuleType) -> None:
    torn = small.request("/api/attendance/sign", method="POST", **{"class": "write"}, sent=False, label="立即打卡",
                         request_fields=["------WebKitFormBoundaryX Content-Disposition", "photo"])
    _, document = crawled(requests=[torn], day=[small.day()])
    page = words(to_html(document, "zh"))
    assert "WebKitFormBoundary" not in page
    assert "携带字段 photo" in page


def test_open_rows_explain_the_first_frames_and_the_fold_says_which_it_explains(crawled: Any) -> None:
    folder, _ = crawled()
    page = (folder / "report.html").read_text("utf-8")
    for part in page.split('class="occurrence"')[1:]:
        opened, _, folded = part.partition("<details><summary>其余")
        first = list(dict.fromkeys(map(int, re.findall(r'class="tag framed"[^>]*>(\d+)<', opened))))
        assert first == list(range(1, len(first) + 1))
        for number in re.findall(r'class="tag framed"[^>]*>(\d+)<', folded):
            assert number in folded.partition("</summary>")[0]
