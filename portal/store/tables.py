"""The tables, in types that both SQLite and PostgreSQL have.

The migrations are what makes a database; a test keeps these two saying the same.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# SQLite makes a primary key the row's own number only when it is called INTEGER.
Sequence = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite has no zones, so there it is stored without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a time without zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the portal."""


class Audit(Base):
    """The log. `body` is what is sealed; the columns before it are only to search by."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_actor", "actor", "at"),
        Index("audit_by_subject", "subject", "at"),
        Index("audit_by_time", "at"),
        Index("audit_by_reference", "reference"),
    )

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str | None] = mapped_column(String(12))
    subject: Mapped[str | None] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(36))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """One row: the end of the chain. Whoever appends holds its lock."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="audit_head_is_one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditReading(Base):
    """Which care providers are to check an entry of the log, to search by: its body says the same.
    One row for each of them."""

    __tablename__ = "audit_readings"
    __table_args__ = (Index("audit_readings_by_provider", "provider", "at"),)

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(32))
    employee: Mapped[str] = mapped_column(String(64))
    ground: Mapped[str] = mapped_column(String(200))


class AuditStart(Base):
    """One row: the last entry of the log that has been disposed of. The chain goes on from it."""

    __tablename__ = "audit_start"
    __table_args__ = (CheckConstraint("id = 1", name="audit_start_is_one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogCheckTable(Base):
    """Samples of the log that have been drawn. Only the key of the store tells for whom, by whom
    and how."""

    __tablename__ = "log_checks"
    __table_args__ = (Index("log_checks_by_period", "provider", "since", unique=True),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    provider: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckEntryTable(Base):
    """The entries of a sample, and what was said of each (`sealed`)."""

    __tablename__ = "log_check_entries"

    check_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class LogDelivery(Base):
    """One row: the last entry of the log that the national one has been told of, and who tells it
    just now."""

    __tablename__ = "log_delivery"
    __table_args__ = (CheckConstraint("id = 1", name="log_delivery_is_one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str | None] = mapped_column(String(36))
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LogSetAside(Base):
    """Entries that the national log will never take as they are: somebody has to look at them."""

    __tablename__ = "log_set_aside"

    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionColumns:
    """What every table of sessions has. What is `sealed` only the cookie can open."""

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SessionTable(SessionColumns, Base):
    """Sessions of people who are logged in for their own sake."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_by_expiry", "expires"), Index("sessions_by_use", "seen"))


class StaffSessionTable(SessionColumns, Base):
    """Sessions of staff. `subject` and `login` are keyed digests of what the identity provider
    calls them by when it logs somebody out; None where it never does."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        Index("staff_sessions_by_expiry", "expires"),
        Index("staff_sessions_by_use", "seen"),
        Index("staff_sessions_by_subject", "subject"),
    )

    subject: Mapped[str | None] = mapped_column(String(64))
    login: Mapped[str | None] = mapped_column(String(64))


class UsedAssertion(Base):
    """Assertions that have been used, for as long as somebody could use them again."""

    __tablename__ = "used_assertions"
    __table_args__ = (Index("used_assertions_by_expiry", "expires"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginAttempt(Base):
    """Logins that have begun and not come back yet."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("login_attempts_by_expiry", "expires"),)

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class GrantTable(Base):
    """What people let others do for them. Only the key of the store tells who, whose and what."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("grants_by_grantor", "grantor"),
        Index("grants_by_grantee", "grantee"),
        Index("grants_by_draft", "draft", "written"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    grantor: Mapped[str] = mapped_column(String(64))
    grantee: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    draft: Mapped[bool] = mapped_column(Boolean)
    written: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SealTable(Base):
    """What people have closed, and since when. Only the key of the store tells whose."""

    __tablename__ = "seals"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locked: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MessageTable(Base):
    """Messages to people. Only the key of the store tells whose, from whom and what they say."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_by_person", "person", "received"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    received: Mapped[datetime] = mapped_column(UtcDateTime)
    read: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class OwnWordsTable(Base):
    """What people have put in themselves. Only the key of the store tells whose and what."""

    __tablename__ = "own_words"
    __table_args__ = (Index("own_words_by_person", "person", "created"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class RecollectionTable(Base):
    """What readers have been shown. Only the key of the store tells by whom, of whom and what."""

    __tablename__ = "recollections"
    __table_args__ = (
        Index("recollections_by_subject", "subject"),
        Index("recollections_by_age", "written"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    written: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CalendarTable(Base):
    """Calendar addresses. What is `sealed` only the address can open."""

    __tablename__ = "calendars"
    __table_args__ = (
        Index("calendars_by_person", "person", unique=True),
        Index("calendars_by_expiry", "expires"),
    )

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
    used: Mapped[datetime | None] = mapped_column(UtcDateTime)
    detailed: Mapped[bool] = mapped_column(Boolean)
    daily: Mapped[bool] = mapped_column(Boolean)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
