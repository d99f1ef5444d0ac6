"""Passwords as argon2id hashes. Knows neither accounts nor requests."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from appscan.errors import UsageError

SHORTEST, LONGEST = 10, 256
"""Characters. The upper bound keeps a request from costing much; no rule asks for digits or signs (NIST SP 800-63B)."""
_AT_ONCE = BoundedSemaphore(2)
"""A hash takes 64 MB: a crowd of sign-ins must not take the memory of the machine."""


def hashed(password: str) -> str:
    """The hash to keep. Raises UsageError `password_length`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError("password_length", least=SHORTEST, most=LONGEST)
    with _AT_ONCE:
        return _hasher().hash(password)


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one that was hashed. Without a hash it takes as long and is False, so that nobody
    learns which accounts there are."""
    with _AT_ONCE:
        try:
            _hasher().verify(kept or _nobody(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
