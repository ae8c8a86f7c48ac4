"""What readers have been shown, and the calendar addresses that people have made: both sealed."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recollections",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("written", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("recollections_by_subject", "recollections", ["subject"])
    op.create_index("recollections_by_age", "recollections", ["written"])
    op.create_table(
        "calendars",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("used", UtcDateTime()),
        sa.Column("detailed", sa.Boolean(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash"),
    )
    op.create_index("calendars_by_person", "calendars", ["person"], unique=True)
    op.create_index("calendars_by_expiry", "calendars", ["expires"])


def downgrade() -> None:
    raise NotImplementedError("what people have made is not taken away: restore a backup instead")
