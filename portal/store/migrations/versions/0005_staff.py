"""Sessions of staff in a table of their own, and the assertions that have been used."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("login", sa.String(64)),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("staff_sessions_by_expiry", "staff_sessions", ["expires"])
    op.create_index("staff_sessions_by_use", "staff_sessions", ["seen"])
    op.create_index("staff_sessions_by_subject", "staff_sessions", ["subject"])
    op.create_table(
        "used_assertions",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("used_assertions_by_expiry", "used_assertions", ["expires"])


def downgrade() -> None:
    raise NotImplementedError("the store is not taken back: restore a backup instead")
