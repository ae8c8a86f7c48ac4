"""Messages that were sent to people (AddMessage): sealed, and found by keyed digests."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.Column("read", UtcDateTime()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("messages_by_person", "messages", ["person", "received"])


def downgrade() -> None:
    raise NotImplementedError("messages are not taken away: restore a backup instead")
