"""The tables. Nobody outside this room knows them; migrations/ makes them in a database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# SQLite numbers rows by itself only where the type is INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")
Digest = String(64)
Moment = String(27)
"""UTC as 2026-11-21T08:00:00.000000Z: sorts as text, reads the same on every database."""


class Base(DeclarativeBase):
    """All tables."""


class ReportRow(Base):
    """One report; never changed, never deleted. `key` is the digest of what makes two reports the same."""

    __tablename__ = "reports"
    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(Digest, unique=True)
    entry: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(Text)
    app: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    packages: Mapped[str] = mapped_column(Text)
    appearance: Mapped[str] = mapped_column(Text)
    artifacts: Mapped[str] = mapped_column(Digest)
    digests: Mapped[str] = mapped_column(Text)
    readers: Mapped[str] = mapped_column(Text)
    checks_digest: Mapped[str] = mapped_column(Text)
    options_digest: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Digest)
    office: Mapped[int] = mapped_column(Integer)
    own: Mapped[int] = mapped_column(Integer)
    recorded: Mapped[str] = mapped_column(Moment)
    sweep: Mapped[str] = mapped_column(Text)
    overall: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(32))
    complete: Mapped[int] = mapped_column(Integer)
    errors: Mapped[int] = mapped_column(Integer)
    said: Mapped[str] = mapped_column(Digest)
    __table_args__ = (Index("reports_of_entry", "entry", "artifacts"), Index("reports_of_sweep", "sweep"))


class DocumentRow(Base):
    """The published JSON of a report, zlib-compressed; apart from the columns, so that lists do not walk over it."""

    __tablename__ = "report_documents"
    report: Mapped[int] = mapped_column(Number, ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class VerdictRow(Base):
    """One verdict of a report."""

    __tablename__ = "report_verdicts"
    report: Mapped[int] = mapped_column(Number, ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    check_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(32))
    __table_args__ = (Index("verdicts_of_check", "check_id", "verdict"),)


class ArtifactRow(Base):
    """One artifact of a report; `reading` names a blob."""

    __tablename__ = "report_artifacts"
    report: Mapped[int] = mapped_column(Number, ForeignKey("reports.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(Digest)
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    package: Mapped[str] = mapped_column(Text)
    reader: Mapped[str] = mapped_column(Text)
    reading_digest: Mapped[str] = mapped_column(Digest)
    reading: Mapped[str] = mapped_column(Digest)
    __table_args__ = (Index("artifacts_by_digest", "digest"),)


class SightingRow(Base):
    """From when on an appearance of an entry consisted of these artifacts, as the office saw or others claimed it;
    written only where that changes."""

    __tablename__ = "sightings"
    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    entry: Mapped[str] = mapped_column(Text)
    appearance: Mapped[str] = mapped_column(Text)
    artifacts: Mapped[str] = mapped_column(Digest)
    seen: Mapped[str] = mapped_column(Moment)
    office: Mapped[int] = mapped_column(Integer)
    __table_args__ = (Index("sightings_of_entry", "entry", "appearance", "seen"),)


class EventRow(Base):
    """Who did what, when and why; never changed, never deleted."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    __table_args__ = (Index("events_of_kind", "kind", "subject"),)


class EntryRow(Base):
    """An entry of the registry as one event left it; `content` is empty where the event took it out."""

    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    event: Mapped[int] = mapped_column(Number, ForeignKey("events.id"))
    entry: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Moment)
    digest: Mapped[str] = mapped_column(Digest)
    content: Mapped[str] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("event", "entry", name="entry_once_an_event"),
                      Index("entries_by_id", "entry", "at"))


class SweepRow(Base):
    """One sweep. `holder` is the coordinator that works on it, up to `held_until`."""

    __tablename__ = "sweeps"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    who: Mapped[str] = mapped_column(Text)
    planned: Mapped[str] = mapped_column(Moment)
    content: Mapped[str] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(Text)
    held_until: Mapped[str] = mapped_column(Moment)


class TaskRow(Base):
    """One task of a sweep; the only rows, beside those of sweeps, that change. `turn` 0 comes before all of turn 1."""

    __tablename__ = "tasks"
    sweep: Mapped[str] = mapped_column(Text, ForeignKey("sweeps.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Number)
    entry: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    turn: Mapped[int] = mapped_column(Integer)
    next_try: Mapped[str] = mapped_column(Moment)
    claims: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer)
    fault: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(Moment)
    __table_args__ = (Index("tasks_in_order", "sweep", "state", "turn", "position"),)


class TaskSecretRow(Base):
    """What a task needs and nobody may see; deleted when the task ends."""

    __tablename__ = "task_secrets"
    sweep: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[str] = mapped_column(Text)


class TraitsRow(Base):
    """What one version of the program worked out of a kept reading; made again where it is not there."""

    __tablename__ = "traits"
    reading: Mapped[str] = mapped_column(Digest, primary_key=True)
    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class UserRow(Base):
    """An account of the desk. `password` is an argon2id hash."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    password: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(32))
    disabled: Mapped[int] = mapped_column(Integer)
    created: Mapped[str] = mapped_column(Moment)


class SessionRow(Base):
    """A signed-in browser, by the SHA-256 of what its cookie holds."""

    __tablename__ = "sessions"
    digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    user: Mapped[str] = mapped_column(String(64), ForeignKey("users.name"))
    created: Mapped[str] = mapped_column(Moment)
    seen: Mapped[str] = mapped_column(Moment)
    ends: Mapped[str] = mapped_column(Moment)
    __table_args__ = (Index("sessions_of_user", "user"),)


class TokenRow(Base):
    """What a program uses in place of a session, by its SHA-256; it may do no more than `role`."""

    __tablename__ = "tokens"
    digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    user: Mapped[str] = mapped_column(String(64), ForeignKey("users.name"))
    label: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(32))
    created: Mapped[str] = mapped_column(Moment)
    ends: Mapped[str] = mapped_column(Moment)
    __table_args__ = (Index("tokens_of_user", "user"),)


class SignInRow(Base):
    """One try to sign in that did not succeed."""

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    account: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Moment)
    __table_args__ = (Index("sign_ins_of_account", "account", "at"), Index("sign_ins_of_address", "address", "at"))


class StaleRow(Base):
    """Something that happened of which the lists do not know yet; written with what happened, deleted with the lists.
    `about` is an entry whose reports or reviews changed, an entry of the registry, or the name of an app in an
    exemption, as `kind` says."""

    __tablename__ = "stale"
    id: Mapped[int] = mapped_column(Number, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(Text)


class StrayRow(Base):
    """A report whose app was not in the registry when it came; `entry` is the one that it belongs to by now, or it."""

    __tablename__ = "strays"
    stray: Mapped[str] = mapped_column(Text, primary_key=True)
    entry: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index("strays_of_entry", "entry"),)


class ListedAppRow(Base):
    """One app as lists show it: worked out of reports, registry, reviews and exemptions, and made again when one of
    these changes. `urgency` sorts the most urgent first; `search` is what is searched, folded."""

    __tablename__ = "listed_apps"
    entry: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(Text)
    platforms: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(32))
    overall: Mapped[str] = mapped_column(String(32))
    urgency: Mapped[int] = mapped_column(Integer)
    listed: Mapped[int] = mapped_column(Integer)
    claimed: Mapped[int] = mapped_column(Integer)
    recorded: Mapped[str] = mapped_column(Moment)
    open: Mapped[int] = mapped_column(Integer)
    confirmed: Mapped[int] = mapped_column(Integer)
    dismissed: Mapped[int] = mapped_column(Integer)
    asked: Mapped[int] = mapped_column(Integer)
    exempted: Mapped[int] = mapped_column(Integer)
    search: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        Index("listed_apps_urgency", "urgency", "name", "entry"), Index("listed_apps_name", "name", "entry"),
        Index("listed_apps_body", "body", "name", "entry"), Index("listed_apps_recorded", "recorded", "entry"),
        Index("listed_apps_open", "open", "name", "entry"))


class ListedFindingRow(Base):
    """One place of a finding that people decide on; as `listed_apps`. `event` is the decision that stands, 0 for
    none."""

    __tablename__ = "listed_findings"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    entry: Mapped[str] = mapped_column(Text)
    report: Mapped[int] = mapped_column(Number)
    fingerprint: Mapped[str] = mapped_column(String(16))
    check_id: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(32))
    urgency: Mapped[int] = mapped_column(Integer)
    presence: Mapped[str] = mapped_column(String(32))
    force: Mapped[str] = mapped_column(String(32))
    screen: Mapped[str] = mapped_column(Text)
    app: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Moment)
    event: Mapped[int] = mapped_column(Number)
    __table_args__ = (
        Index("listed_findings_entry", "entry"), Index("listed_findings_queue", "state", "urgency", "app", "id"),
        Index("listed_findings_check", "check_id", "state", "urgency", "app", "id"),
        Index("listed_findings_state_app", "state", "app", "id"),
        Index("listed_findings_urgency", "urgency", "app", "id"), Index("listed_findings_app", "app", "id"),
        Index("listed_findings_verdict", "verdict", "state", "check_id"))


class ListedGapRow(Base):
    """Why something of an app could not be seen, in both languages; as `listed_apps`."""

    __tablename__ = "listed_gaps"
    entry: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(String(80), primary_key=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index("listed_gaps_reason", "reason"),)


class KeptRow(Base):
    """What takes long to work out and was worked out before, with the state of the lists that it belongs to. The row
    named `lists` says which state the lists are in."""

    __tablename__ = "kept"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(Number)
    made: Mapped[str] = mapped_column(Moment)
    content: Mapped[bytes] = mapped_column(LargeBinary)


def table(row: type[Base]) -> Table:
    """The table of a kind of row."""
    found = row.__table__
    assert isinstance(found, Table)
    return found
