"""How far the national log has been told of ours, and what it will never take."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import Sequence, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    delivery = op.create_table(
        "log_delivery",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(36)),
        sa.Column("held_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1", name="log_delivery_is_one_row"),
    )
    op.bulk_insert(delivery, [{"id": 1, "seq": 0}])
    op.create_table(
        "log_set_aside",
        sa.Column("seq", Sequence, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )


def downgrade() -> None:
    raise NotImplementedError("what has been delivered is not forgotten: restore a backup instead")
