"""Cookies, sessions and the token that every form carries. Knows no page and no password.

A cookie holds a random secret; the store holds its SHA-256. The form's token is a MAC under that secret, so a page of
another site, which cannot read the cookie, cannot make one; and it changes with the session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from fastapi import Request, Response

from appscan.model.days import BEIJING
from appscan.serve.settings import Settings

SECRET_BYTES = 32
LONGEST_COOKIE = 128


def new_secret() -> str:
    """A secret nobody can guess."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """What the store knows of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(secret: str) -> str:
    """The token of forms shown to the holder of a cookie."""
    return hmac.new(secret.encode(), b"appscan form", hashlib.sha256).hexdigest()


def is_form_token(secret: str, given: str) -> bool:
    """Whether a form was shown to the holder of this cookie."""
    return bool(secret) and hmac.compare_digest(form_token(secret).encode(), given.encode("utf-8", "replace"))


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds the cookie to this host and to HTTPS (RFC 6265bis); a browser takes it over HTTPS only."""
    return "__Host-appscan" if settings.behind_https else "appscan"


def cookie_of(request: Request, settings: Settings) -> str:
    """The secret that the browser sent; "" where there is none."""
    return request.cookies.get(cookie_name(settings), "")[:LONGEST_COOKIE]


def set_cookie(response: Response, secret: str, settings: Settings) -> None:
    """Give the browser a secret; it forgets it when it is closed."""
    response.set_cookie(cookie_name(settings), secret, httponly=True, samesite="lax", path="/",
                        secure=settings.behind_https)


def now() -> datetime:
    """This moment, with its zone."""
    return datetime.now(BEIJING)
