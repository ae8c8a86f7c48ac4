"""The audit log, sessions and login attempts.

The log can only grow: triggers refuse to change, remove or replace a row, and to move the head
backwards. Whoever owns the database can drop them, which is why there is a hash chain as well.
"""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Sequence, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE = (
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    # INSERT OR REPLACE removes the old row without asking the trigger above.
    """CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
       WHEN NEW.seq <= (SELECT seq FROM audit_head)
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_head_goes_forward BEFORE UPDATE ON audit_head
       WHEN NEW.seq <= OLD.seq
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_head_is_not_removed BEFORE DELETE ON audit_head
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_head_is_not_replaced BEFORE INSERT ON audit_head
       WHEN EXISTS (SELECT 1 FROM audit_head)
       BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$""",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_head_goes_forward BEFORE UPDATE ON audit_head
       FOR EACH ROW WHEN (NEW.seq <= OLD.seq) EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_head_is_not_removed BEFORE DELETE ON audit_head
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_head_is_not_emptied BEFORE TRUNCATE ON audit_head
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
)


def upgrade() -> None:
    _create_audit()
    _create_sessions()
    for statement in _SQLITE if op.get_context().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", Sequence, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(12)),
        sa.Column("subject", sa.String(12)),
        sa.Column("reference", sa.String(36), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("audit_by_actor", "audit", ["actor", "at"])
    op.create_index("audit_by_subject", "audit", ["subject", "at"])
    op.create_index("audit_by_time", "audit", ["at"])
    op.create_index("audit_by_reference", "audit", ["reference"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="audit_head_is_one_row"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": bytes(32)}])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("sessions_by_expiry", "sessions", ["expires"])
    op.create_index("sessions_by_use", "sessions", ["seen"])
    op.create_table(
        "login_attempts",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("login_attempts_by_expiry", "login_attempts", ["expires"])


def downgrade() -> None:
    raise NotImplementedError("an audit log is not taken away: restore a backup instead")
