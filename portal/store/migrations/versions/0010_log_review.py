"""Whose log administrator is to check an entry, the samples that they draw, and disposal.

The oldest entries can be removed, in order and not before five years have gone: then the chain
begins after `audit_start`. The triggers see to both, whoever asks.
"""

import json

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Sequence, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SQLITE = (
    "DROP TRIGGER audit_is_not_removed",
    """CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
       WHEN OLD.seq > coalesce((SELECT seq FROM audit_start), 0)
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_readings_are_not_changed BEFORE UPDATE ON audit_readings
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_readings_are_not_removed BEFORE DELETE ON audit_readings
       WHEN OLD.seq > coalesce((SELECT seq FROM audit_start), 0)
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_start_goes_forward BEFORE UPDATE ON audit_start
       WHEN NEW.seq <= OLD.seq
       OR NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash)
       OR EXISTS (SELECT 1 FROM audit WHERE seq <= NEW.seq AND at > datetime('now', '-5 years'))
       BEGIN SELECT RAISE(ABORT, 'audit is kept for five years'); END""",
    """CREATE TRIGGER audit_start_is_not_removed BEFORE DELETE ON audit_start
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_start_is_not_replaced BEFORE INSERT ON audit_start
       WHEN EXISTS (SELECT 1 FROM audit_start)
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql
       SET search_path FROM CURRENT AS $$
       BEGIN
           IF OLD.seq > coalesce((SELECT seq FROM audit_start), 0) THEN
               RAISE EXCEPTION 'audit is append-only';
           END IF;
           RETURN OLD;
       END $$""",
    """CREATE FUNCTION audit_is_old_enough() RETURNS trigger LANGUAGE plpgsql
       SET search_path FROM CURRENT AS $$
       BEGIN
           IF NEW.seq <= OLD.seq
              OR NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash)
              OR EXISTS (SELECT 1 FROM audit
                         WHERE seq <= NEW.seq AND at > now() - interval '5 years') THEN
               RAISE EXCEPTION 'audit is kept for five years';
           END IF;
           RETURN NEW;
       END $$""",
    "DROP TRIGGER audit_is_not_changed ON audit",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_is_kept()""",
    """CREATE TRIGGER audit_readings_are_not_changed BEFORE UPDATE ON audit_readings
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_readings_are_not_removed BEFORE DELETE ON audit_readings
       FOR EACH ROW EXECUTE FUNCTION audit_is_kept()""",
    """CREATE TRIGGER audit_readings_are_not_emptied BEFORE TRUNCATE ON audit_readings
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_start_goes_forward BEFORE UPDATE ON audit_start
       FOR EACH ROW EXECUTE FUNCTION audit_is_old_enough()""",
    """CREATE TRIGGER audit_start_is_not_removed BEFORE DELETE ON audit_start
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_start_is_not_emptied BEFORE TRUNCATE ON audit_start
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
)
_READ = "SELECT seq, at, event, body FROM audit WHERE event IN ('Disclosure', 'Shown', 'Refused')"


def upgrade() -> None:
    _create_readings()
    start = op.create_table(
        "audit_start",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="audit_start_is_one_row"),
    )
    op.bulk_insert(start, [{"id": 1, "seq": 0, "hash": bytes(32)}])
    _create_checks()
    for statement in _SQLITE if op.get_context().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _create_readings() -> None:
    readings = op.create_table(
        "audit_readings",
        sa.Column("seq", Sequence, autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("employee", sa.String(64), nullable=False),
        sa.Column("ground", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("seq", "provider"),
    )
    op.create_index("audit_readings_by_provider", "audit_readings", ["provider", "at"])
    if op.get_context().as_sql:
        return
    columns = {"seq": sa.BigInteger, "at": UtcDateTime, "event": sa.String, "body": sa.LargeBinary}
    known = op.get_bind().execute(sa.text(_READ).columns(**columns)).all()
    rows = [row | {"seq": e.seq, "at": e.at, "event": e.event} for e in known for row in _of(e)]
    if rows:
        op.bulk_insert(readings, rows)


def _of(entry: sa.Row[tuple[object, ...]]) -> list[dict[str, object]]:
    """As `portal.store.log_review.reading_rows` was when this was written."""
    said = json.loads(entry.body)
    if None in (said.get("employee"), said.get("place"), said["subject"]):
        return []
    own, owners = said["place"][0], said.get("owners", [])
    providers = {*owners} - {own} if entry.event == "Shown" else {own, *owners}
    common = {"employee": said["employee"], "ground": said["ground"] or ""}
    return [{"provider": provider, **common} for provider in sorted(providers)]


def _create_checks() -> None:
    op.create_table(
        "log_checks",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("drawn", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("log_checks_by_period", "log_checks", ["provider", "since"], unique=True)
    op.create_table(
        "log_check_entries",
        sa.Column("check_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", "seq"),
    )


def downgrade() -> None:
    raise NotImplementedError("an audit log is not taken away: restore a backup instead")
