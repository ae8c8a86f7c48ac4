"""What people have put in themselves: sealed, found by keyed digests, changed by version."""

import sqlalchemy as sa
from alembic import op

from portal.store.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_words",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("changed", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("own_words_by_person", "own_words", ["person", "created"])


def downgrade() -> None:
    raise NotImplementedError(
        "what people have written is not taken away: restore a backup instead"
    )
