"""Errors sorted by who must act. Knows no format and no policy.

Every error carries a catalogue key and its parameters, so that the command line can say it in the user's language.
"""

from __future__ import annotations


class AppscanError(Exception):
    """Base of all errors that appscan raises on purpose.

    `key` is an entry of the text catalogue (`errors.<key>`), `params` fill its placeholders. `str()` gives a plain
    English line for logs.
    """

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params
        details = ", ".join(f"{name}={value}" for name, value in params.items())
        super().__init__(f"{key}: {details}" if details else key)

    def __reduce__(self) -> tuple[object, ...]:
        """An error comes out of another process as it went in."""
        return _again, (type(self), self.key, self.params)


def _again(kind: type[AppscanError], key: str, params: dict[str, object]) -> AppscanError:
    return kind(key, **params)


class PackError(AppscanError):
    """A check pack is wrong; its author must mend it before any scan starts. Params: file, line, reason, fix."""


class UsageError(AppscanError):
    """The command or its configuration files are wrong; the user must change them."""


class UnreadableError(AppscanError):
    """An artifact cannot be read at all; only this artifact stops. Params: name and what the key needs."""


class LimitReached(AppscanError):
    """A bound on size, count, depth or time was hit; what was read so far is kept and the rest is a gap."""


class UnavailableError(AppscanError):
    """Something outside that work depends on (a database, a folder of blobs, a cluster) is not there now; nothing was
    kept of what was under way, and the same call may succeed later."""
