"""A site that somebody wants walked: what the form says of it, proved before it is queued. Opens no address."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from appscan.errors import UsageError
from appscan.model.reach import Reach
from appscan.serve.asked import LOGIN_FILES, STATE, STEPS, Login, Site
from appscan.serve.settings import Settings

VIEWPORTS = ("mobile", "desktop", "both")
MOST_HOURS, MOST_MINUTES = 48.0, 60.0
LARGEST_LOGIN = 4 << 20
"""Bytes of a saved login; a real one has some thousands."""
LONGEST_URL = 2000
VALUES = ("ACCOUNT", "PASSWORD")
"""What steps may call what is typed beside them, as `${ACCOUNT}` and `${PASSWORD}`."""


def site_of(given: Mapping[str, str], login: Login | None, settings: Settings) -> Site:
    """The site in the fields of a form. Raises UsageError where the address may not be walked, or a bound is none."""
    url, viewport = given.get("url", ""), given.get("viewport", "") or "mobile"
    if not url or len(url) > LONGEST_URL:
        raise UsageError("address_wrong")
    Reach(settings.ranges).refuse(url)
    if viewport not in VIEWPORTS:
        raise UsageError("viewport_wrong", given=viewport[:40])
    return Site(url, viewport, _number("hours", given.get("hours", ""), 16.0, 0.0, MOST_HOURS),
                _number("minutes", given.get("minutes", ""), 10.0, 1.0, MOST_MINUTES), login.kind if login else "")


def _number(name: str, text: str, usual: float, least: float, most: float) -> float:
    try:
        number = float(text) if text else usual
    except ValueError:
        number = float("nan")
    if not isfinite(number) or not least <= number <= most:
        raise UsageError(f"site_{name}", given=text[:40], least=f"{least:g}", most=f"{most:g}")
    return number


def login_of(name: str, content: bytes, values: Mapping[str, str]) -> Login | None:
    """The login in a file that came with the form, told apart by its name: steps (.yaml) or a saved state (.json);
    None for no file. Raises UsageError where it is neither, or not as it should be."""
    if not content:
        return None
    kind = {".yaml": STEPS, ".yml": STEPS, ".json": STATE}.get(Path(name).suffix.lower())
    if kind is None or len(content) > LARGEST_LOGIN:
        raise UsageError("login_file_wrong", most=LARGEST_LOGIN >> 20)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("login_file_wrong", most=LARGEST_LOGIN >> 20) from None
    login = Login(kind, text, {one: values[one.lower()] for one in VALUES if values.get(one.lower())})
    _prove(login)
    return login


def _prove(login: Login) -> None:
    """Read it as the capture will."""
    try:
        from appscan.capture.login import read_steps
        from appscan.capture.session import Stored
    except ImportError:
        raise UsageError("capture_not_installed") from None
    with tempfile.TemporaryDirectory(prefix="appscan-login-") as folder:
        path = Path(folder, LOGIN_FILES[login.kind])
        path.write_text(login.content, "utf-8")
        if login.kind == STATE:
            Stored.of(path)
            return
        try:
            read_steps(path, login.values)
        except UsageError as error:
            if error.key != "login_variable_missing":
                raise
            raise UsageError("login_value_missing", step=error.params["step"], name=error.params["name"]) from None
