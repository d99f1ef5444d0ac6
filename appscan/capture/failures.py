"""Why a page could not be captured: a closed list, each permanent or worth retrying. Knows no browser."""

from __future__ import annotations

from enum import StrEnum

from appscan.errors import UnreadableError


class Failure(StrEnum):
    """Closed set of reasons (issue "Bad input")."""

    UNREACHABLE_HOST = "unreachable_host"
    TLS_ERROR = "tls_error"
    FORBIDDEN = "forbidden"
    SERVER_ERROR = "server_error"
    PAGE_TIME_OUT = "page_time_out"
    REDIRECT_LOOP = "redirect_loop"
    NOT_HTML = "not_html"
    NO_BROWSER = "no_browser"
    NO_SCREEN = "no_screen"
    BROWSER_DIED = "browser_died"
    LOGIN_STEP_FAILED = "login_step_failed"
    ADDRESS_REFUSED = "address_refused"
    OWN_FAILURE = "own_failure"

    @property
    def worth_retrying(self) -> bool:
        return self in (Failure.UNREACHABLE_HOST, Failure.SERVER_ERROR, Failure.PAGE_TIME_OUT, Failure.BROWSER_DIED)


class Interrupted(KeyboardInterrupt):
    """Someone stopped a capture; what was seen so far is written."""


class CaptureError(UnreadableError):
    """A page, a login or the browser failed; `failure` says how. The key is the failure's name, params hold
    name and more."""

    def __init__(self, failure: Failure, name: str, **params: object) -> None:
        super().__init__(failure.value, name=name, retry=failure.worth_retrying, **params)
        self.failure = failure


def of_network(message: str) -> Failure:
    """The failure behind an error text of the browser's network stack (`net::ERR_…`)."""
    if "ERR_TOO_MANY_REDIRECTS" in message:
        return Failure.REDIRECT_LOOP
    if "ERR_CERT" in message or "ERR_SSL" in message or "ERR_BAD_SSL" in message:
        return Failure.TLS_ERROR
    if "Timeout" in message or "TIMED_OUT" in message:
        return Failure.PAGE_TIME_OUT
    if "crash" in message or "closed" in message or "disconnected" in message:
        return Failure.BROWSER_DIED
    return Failure.UNREACHABLE_HOST


def of_status(status: int) -> Failure | None:
    """The failure behind an HTTP status of a page; None where the page is readable."""
    if status in (401, 403, 405, 412, 429, 451):  # 405, 412: how Chinese web application firewalls refuse a crawler
        return Failure.FORBIDDEN
    if status >= 500:
        return Failure.SERVER_ERROR
    return None
