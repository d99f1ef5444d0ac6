"""An artifact's location → a file on this machine with its digest. Files stay where they are; other addresses are
fetched through fsspec. Knows no format."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from appscan.errors import UnreadableError
from appscan.sweep.tasks import Fault, FaultKind

BLOCK = 1 << 20
LARGEST = 8 << 30
"""Bytes of the largest file that is fetched; the largest real packages have 4 GB."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
PROTOCOLS = frozenset({"http", "https", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "obs", "cos",
                       "cosn", "hdfs", "webhdfs", "sftp", "ssh", "ftp", "ftps", "smb"})
"""Where offices keep files. Others of fsspec wrap or rewrite addresses (`filecache::`, `reference:`, `local:`): an
inventory that a vendor wrote could have files of this machine read by them."""

_PASSING = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH,
                      errno.ENETUNREACH, errno.ENETDOWN, errno.ECONNRESET, errno.ECONNREFUSED, errno.EAGAIN,
                      errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EPIPE})
_PASSING_STATUS = frozenset({408, 425, 429})
_NO_RIGHTS = frozenset({"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound"})
"""Errors of botocore, which is not always there, for what this machine lacks; trying again changes nothing."""


class FetchError(Exception):
    """A location that gave no file; `fault` says why, and whether to try again."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.key)
        self.fault = fault


def is_remote(location: str) -> bool:
    """Whether the location is an address and no path of this machine."""
    return _SCHEME.match(location) is not None and not location.lower().startswith("file://")


def local_path(location: str) -> Path:
    """The path of a location that is not remote."""
    if location.lower().startswith("file://"):
        return Path(os.fsdecode(unquote_to_bytes(location[7:])))
    return Path(location)


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, lower-case hex. Raises FetchError."""
    total = hashlib.sha256()
    try:
        if path.exists() and not path.is_file():
            raise FetchError(Fault(FaultKind.PERMANENT, "not_a_file", {"name": str(path)}))
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                total.update(block)
    except (OSError, ValueError) as error:
        raise FetchError(_of_system(error, str(path))) from None
    return total.hexdigest()


def fetch(location: str, name: str, folder: Path) -> tuple[Path, str]:
    """Copy the file at an address into `folder` under a name that ends as `name` does; path and SHA-256. Raises
    FetchError; what was copied by then is removed."""
    target = Path(tempfile.mkdtemp(dir=folder), Path(name).name[-80:] or "artifact")
    try:
        files, path = _opened(location)
        files.get_file(path, str(target), callback=_bound(location))
    except FetchError:
        free_of(target)
        raise
    except Exception as error:  # noqa: BLE001 (each protocol's library has errors of its own, all told here)
        free_of(target)
        raise FetchError(_of_network(error, location)) from None
    return target, digest_of_file(target)


def _opened(location: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it. Raises FetchError."""
    if "::" in location.partition("?")[0] or location.partition("://")[0].lower() not in PROTOCOLS:
        raise FetchError(_no_protocol(location, ValueError("")))
    try:
        import fsspec

        options: dict[str, Any] = {}
        if location.lower().startswith(("http://", "https://")):
            from aiohttp import ClientTimeout

            # Large files may take long; a server that sends nothing may not.
            options["client_kwargs"] = {"timeout": ClientTimeout(total=None, connect=30, sock_read=60)}
        files, path = fsspec.core.url_to_fs(location, **options)
    except (ImportError, ValueError) as error:
        raise FetchError(_no_protocol(location, error)) from None
    return files, str(path)


def _bound(location: str) -> Any:
    """A callback of fsspec that stops a file which grows too large. Its errors come out of the copying."""
    from fsspec.callbacks import Callback

    class Bound(Callback):  # type: ignore[misc]
        """Counts bytes."""

        def call(self, *args: Any, **kwargs: Any) -> None:
            """Called after each piece."""
            super().call(*args, **kwargs)
            if max(self.value, self.size or 0) > LARGEST:
                raise FetchError(Fault(FaultKind.PERMANENT, "artifact_too_large",
                                       {"name": location, "limit": str(LARGEST >> 30)}))

    return Bound()


def _no_protocol(location: str, error: Exception) -> Fault:
    return Fault(FaultKind.PERMANENT, "artifact_protocol",
                 {"name": location, "protocol": location.partition("://")[0], "why": str(error)[:200]})


def _of_system(error: OSError | ValueError, name: str) -> Fault:
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOTDIR):
        return Fault(FaultKind.PERMANENT, "missing_file", {"name": name})
    kind = FaultKind.TRANSIENT if number in _PASSING else FaultKind.PERMANENT
    failure = UnreadableError("unreadable_file", name=name, why=errno.errorcode.get(number or 0, "EIO"))
    return Fault.of(kind, failure)


def _of_network(error: Exception, location: str) -> Fault:
    """A 404 or a refusal is the artifact's; a server's own failure, a lost connection and a full disk pass."""
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error  # what fsspec made a "not found" of
    status = _status_of(cause)
    if type(cause).__name__ in _NO_RIGHTS:
        return Fault(FaultKind.PERMANENT, "artifact_refused", {"name": location, "why": str(cause)[:200]})
    if isinstance(cause, FileNotFoundError) or status in (404, 410):
        return Fault(FaultKind.PERMANENT, "missing_file", {"name": location})
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        return Fault(FaultKind.TRANSIENT, "spool_full", {"name": location, "path": tempfile.gettempdir()})
    if isinstance(cause, ImportError):
        return _no_protocol(location, cause)
    if isinstance(cause, PermissionError):
        return Fault(FaultKind.PERMANENT, "artifact_refused", {"name": location, "why": "403"})
    if status and 400 <= status < 500 and status not in _PASSING_STATUS:
        return Fault(FaultKind.PERMANENT, "artifact_refused", {"name": location, "why": str(status)})
    why = str(status) if status else type(cause).__name__
    return Fault(FaultKind.TRANSIENT, "artifact_unreachable", {"name": location, "why": why})


def _status_of(cause: Exception) -> int | None:
    """HTTP status behind an error of aiohttp (`status`) or of botocore (`response`, as ClientError documents it)."""
    status = getattr(cause, "status", None)
    if status is None and isinstance(response := getattr(cause, "response", None), dict):
        status = (response.get("ResponseMetadata") or {}).get("HTTPStatusCode")
    return status if isinstance(status, int) else None


def free_of(path: Path) -> None:
    """Remove a fetched file with the folder made for it."""
    path.unlink(missing_ok=True)
    if path.parent.exists():
        path.parent.rmdir()
