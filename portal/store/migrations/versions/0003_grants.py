"""What people let others do for them: sealed, found by keyed digests, changed by version."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("grantor", sa.String(64), nullable=False),
        sa.Column("grantee", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=False),
        sa.Column("written", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("grants_by_grantor", "grants", ["grantor"])
    op.create_index("grants_by_grantee", "grants", ["grantee"])
    op.create_index("grants_by_draft", "grants", ["draft", "written"])


def downgrade() -> None:
    raise NotImplementedError("what people have given is not taken away: restore a backup instead")
