"""What a browser or a driver says of a failure, in words of the catalogue, for people. Knows no report."""

from __future__ import annotations

import re

FAILURES = (
    ("ERR_CONNECTION_REFUSED", "refused"), ("ERR_NAME_NOT_RESOLVED", "no_host"), ("ERR_CONNECTION_RESET", "reset"),
    ("ERR_CONNECTION_CLOSED", "reset"), ("ERR_EMPTY_RESPONSE", "reset"), ("ERR_INTERNET_DISCONNECTED", "no_network"),
    ("ERR_ADDRESS_UNREACHABLE", "no_network"), ("ERR_NETWORK_CHANGED", "no_network"), ("TIMED_OUT", "time_out"),
    ("Timeout", "time_out"), ("ERR_TOO_MANY_REDIRECTS", "redirects"), ("ERR_CERT_DATE", "certificate_expired"),
    ("ERR_CERT", "certificate"), ("ERR_SSL", "certificate"), ("has been closed", "closed"), ("crashed", "closed"))
"""Marks of a failure → entries of `failures`, the first that stands in the text."""

PROMPTS = ("geolocation", "camera", "notifications")
FAILED_PAGE = "chrome-error://"

_DRIVER = re.compile(r"(?:[A-Z]\w+\.\w+: |net::ERR_)")
"""How messages of the driver begin: `Page.goto: net::ERR_…`."""


def failure_of(text: str) -> str | None:
    """The entry of `failures` that says it, "" for a message of the driver that has none, None for other texts."""
    if not _DRIVER.search(text) and not text.startswith("Timeout"):
        return None
    return next((entry for mark, entry in FAILURES if mark in text), "")


def prompt_of(text: str) -> tuple[str, str]:
    """The permission that a page asked for (or ""), and the control that was pressed for it (or "")."""
    prompt = next((one for one in PROMPTS if text == one or text.startswith(one + " ")), "")
    return prompt, text.removeprefix(prompt).strip() if prompt else text
