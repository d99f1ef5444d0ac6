"""Persons are covered in every part of a recording and on its pictures, unless they are kept on purpose."""

from __future__ import annotations

import io
import json

import pytest

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, Recording, opened, page

image = pytest.importorskip("PIL.Image", reason="Pillow is missing (extra web): covered pictures not tested")

NAME, PHONE, IDENTITY, AUTHOR = "欧阳虚构", "13812345678", "110101199003070011", "司马虚构"
PAGE = f"""<h1>值班表</h1><table><tr><th>姓名</th><th>电话</th></tr><tr><td>{NAME}</td><td>{PHONE}</td></tr></table>
<p>证件 {IDENTITY}</p><p id=who></p><p>设备编号 2024010113912345678901</p><script>
fetch('/api/duty?mobile={PHONE}').then(r => r.json()).then(r => {{ who.textContent = '负责 ' + r.rows[0].realName; }});
</script>"""
ANSWER = json.dumps({"rows": [{"realName": AUTHOR, "phone": int(PHONE), "unit": "虚构村"}]}).encode()


@pytest.fixture
def shot(tiny, tmp_path):
    """Capture the page; the recording with or without persons."""
    url, _ = tiny({"/index.html": page(PAGE), "/api/duty": (200, "application/json", ANSWER)})

    def run(**wishes: object) -> Recording:
        wanted = CaptureOptions(**{**QUICK, "pictures": True, "days": 0, **wishes})
        return opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wanted))

    return run


def held(recording: Recording, text: str) -> list[str]:
    """Parts that hold the text, as it is or as an escape of JSON."""
    forms = {text.encode(), json.dumps(text)[1:-1].encode()}
    return [name for name, part in recording.parts.items() if any(form in part for form in forms)]


def test_names_and_numbers_of_persons_are_in_no_part(shot):
    recording = shot()
    assert [held(recording, text) for text in (NAME, PHONE, IDENTITY, AUTHOR)] == [[], [], [], []]
    assert held(recording, "欧***")
    assert held(recording, "2024010113912345678901")
    assert held(recording, "虚构村")
    assert recording.document["settings"]["personal_data"] == {"kept": False, "delete_by": None}
    answer = next(row for row in recording.rows("requests") if "/api/duty" in row["url"])
    body = json.loads(recording.parts[f"bodies/{answer['response_body']}"])
    assert body["rows"][0] == {"realName": "司***", "phone": 13800005678, "unit": "虚构村"}


def test_persons_are_grey_on_the_pictures_and_the_rest_is_not(shot):
    covered, kept = shot(), shot(keep_personal_until="2099-12-31")
    pictures = []
    for recording in (covered, kept):
        state = recording.document["states"][-1]
        opened_picture = image.open(io.BytesIO(recording.parts[f"pictures/{state['picture']}.png"])).convert("RGB")
        pictures.append((opened_picture, {row["text"]: row["box"] for row in state["texts"]}))
    (masked, boxes), (plain, real) = pictures
    x, y, width, height = real[NAME]
    area = (x + 1, y + 1, x + width - 1, y + height - 1)
    assert len(masked.crop(area).getcolors()) == 1
    assert len(plain.crop(area).getcolors()) > 1
    x, y, width, height = boxes["值班表"]
    heading = (x, y, x + width, y + height)
    assert masked.crop(heading).tobytes() == plain.crop(heading).tobytes()


def test_persons_that_are_kept_are_told_with_the_day_of_deletion(shot):
    recording = shot(keep_personal_until="2099-12-31")
    assert all(held(recording, text) for text in (NAME, PHONE, IDENTITY, AUTHOR))
    assert recording.document["settings"]["personal_data"] == {"kept": True, "delete_by": "2099-12-31"}


def test_persons_that_only_a_trial_brings_up_are_covered(tiny, tmp_path):
    body = f"""<h2>上报</h2><button id=go>立即上报</button><p id=told></p><script>go.onclick = () =>
    navigator.geolocation.getCurrentPosition(() => fetch('/api/report/save', {{method: 'POST', body: 'x=1'}}),
    () => {{ told.textContent = '联系人：{NAME} {PHONE}'; }});</script>"""
    url, _ = tiny({"/index.html": page(body)})
    wishes = CaptureOptions(**{**QUICK, "pictures": True, "days": 0, "trials": 3})
    recording = opened(capture([f"{url}/index.html"], tmp_path / "o.zip", wishes))
    trial = next(row for row in recording.rows("trials") if "138****5678" in row["detail"])
    grey = (209, 213, 219)
    picture = image.open(io.BytesIO(recording.parts[f"pictures/{trial['picture']}.png"])).convert("RGB")
    assert grey in [colour for _, colour in picture.getcolors(1 << 20)]
