"""What is scanned: artifacts and the app they belong to. Knows nothing of how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

RECORDING_SUFFIX = ".recording.zip"
_OFFICIAL = frozenset({"grassroots_internal", "staff_internal"})


class ArtifactKind(StrEnum):
    """Closed set of artifact kinds; `unread` is a known package kind without a reader yet."""

    APK = "apk"
    SPLIT_SET = "split_set"
    RECORDING = "recording"
    DOCUMENT = "document"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside a split set (base.apk, split_config.zh.apk, …)."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """One signer: `scheme` is v1, v2, v3, v3.1 or v4; `sha256` is the digest of the DER certificate, lower-case hex."""

    scheme: str
    subject: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """Bytes with a digest. `sha256` is lower-case hex over the file as given; `size` in bytes."""

    kind: ArtifactKind
    name: str
    sha256: str
    size: int
    parts: tuple[Part, ...] = ()
    package: str = ""
    label: str = ""
    version_name: str = ""
    version_code: str = ""
    min_sdk: str = ""
    target_sdk: str = ""
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """One running product of one owner, as declared in app.yaml; empty strings and tuples where nothing was declared.

    `declared` maps a check id to the reason that app.yaml gives, or is None when there is no declaration at all.
    """

    name: str = ""
    owner: str = ""
    product: str = ""
    level: str = ""
    region: str = ""
    audience: tuple[str, ...] = ()
    approval: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, str] | None = None

    @property
    def is_of_government(self) -> bool:
        """Whether app.yaml says so: it names a level, an approval, or people who work for government as users."""
        return bool(self.level or self.approval or _OFFICIAL & set(self.audience))
