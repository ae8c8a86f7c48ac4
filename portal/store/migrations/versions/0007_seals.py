"""What people have closed for everybody outside care: found by keyed digests."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("sealed", UtcDateTime()),
        sa.Column("locked", UtcDateTime()),
        sa.PrimaryKeyConstraint("person"),
    )


def downgrade() -> None:
    raise NotImplementedError("what people have closed is not opened: restore a backup instead")
