"""Claims about addresses whose host does not exist: said without starting a browser."""

from __future__ import annotations

import pytest

from appscan.capture import CaptureOptions, capture
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.names import must_exist

UNKNOWN = "https://nobody.example.invalid/"


def test_a_name_that_nobody_has_needs_no_browser(tmp_path, monkeypatch):
    monkeypatch.setenv("APPSCAN_CHROMIUM", str(tmp_path / "missing"))
    with pytest.raises(CaptureError) as caught:
        capture([UNKNOWN], tmp_path / "o.zip", CaptureOptions())
    assert caught.value.failure is Failure.UNREACHABLE_HOST
    assert not (tmp_path / "o.zip").exists()


@pytest.mark.parametrize("urls", [
    ["http://127.0.0.1:9/"], ["http://[::1]/"], ["http://localhost/"], ["http://a.localhost/"], [],
    [UNKNOWN, "http://127.0.0.1/"], ["http:///none"], [f"http://{'a' * 70}..b/"],
])
def test_what_may_exist_is_left_to_the_browser(urls):
    must_exist(urls)
