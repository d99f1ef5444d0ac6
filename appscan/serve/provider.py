"""The office's provider of sign-ins (OpenID Connect), as the environment names it. Talks to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from appscan.errors import UsageError

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider, and us at it: `address` is the desk's own public one. `claim` is the member of its token by which
    accounts are called; people must not be able to change theirs. `creates`: an account that there is none of is made,
    for reading."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    address: str
    claim: str = "sub"
    creates: bool = False


def provider_from(environment: Mapping[str, str]) -> Provider | None:
    """The provider in the environment; None where none is named. Raises UsageError `oidc_incomplete`, `oidc_insecure`,
    `oidc_not_installed`."""
    told = {name: environment.get(f"APPSCAN_OIDC_{name}", "").strip()
            for name in ("ISSUER", "CLIENT", "SECRET", "ADDRESS", "CLAIM", "CREATE")}
    if not told["ISSUER"]:
        return None
    if missing := next((name for name in ("CLIENT", "SECRET", "ADDRESS") if not told[name]), ""):
        raise UsageError("oidc_incomplete", name=f"APPSCAN_OIDC_{missing}")
    for name in ("ISSUER", "ADDRESS"):
        if not is_safe(told[name]):
            raise UsageError("oidc_insecure", name=f"APPSCAN_OIDC_{name}")
    try:
        import authlib.integrations.requests_client  # noqa: F401 (whether it is there is the question)
        import joserfc  # noqa: F401
    except ImportError as error:
        raise UsageError("oidc_not_installed", component=(error.name or "").partition(".")[0]) from None
    return Provider(told["ISSUER"], told["CLIENT"], told["SECRET"], told["ADDRESS"].rstrip("/"), told["CLAIM"] or "sub",
                    told["CREATE"] == "viewer")


def is_safe(url: str) -> bool:
    """Whether nobody between can listen: HTTPS, or this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL))
