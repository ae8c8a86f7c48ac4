"""The audit log of PostgreSQL in partitions, one for each month in UTC.

Five years of a nation's log are not searched, backed up or one day removed as one table. A month
is made before its first row, by `audit_month`; nothing may lie outside one. SQLite has one table.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOVE = (
    "LOCK TABLE audit IN ACCESS EXCLUSIVE MODE",
    "ALTER TABLE audit RENAME TO audit_whole",
    "ALTER TABLE audit_whole RENAME CONSTRAINT audit_pkey TO audit_whole_pkey",
    *(
        f"ALTER INDEX audit_by_{name} RENAME TO audit_whole_by_{name}"
        for name in ("actor", "subject", "time", "reference")
    ),
    """CREATE TABLE audit (LIKE audit_whole INCLUDING DEFAULTS, PRIMARY KEY (seq, at))
       PARTITION BY RANGE (at)""",
    "CREATE INDEX audit_by_actor ON audit (actor, at)",
    "CREATE INDEX audit_by_subject ON audit (subject, at)",
    "CREATE INDEX audit_by_time ON audit (at)",
    "CREATE INDEX audit_by_reference ON audit (reference)",
)
# Runs as its owner: the portal's own role may append to the log and make nothing. Emptying a
# partition does not ask the table that it is a part of, so each has its own trigger.
_MONTH = """CREATE FUNCTION audit_month(moment timestamptz) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        first timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
        name text := 'audit_' || to_char(first, 'YYYY_MM');
    BEGIN
        IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
        EXECUTE format('CREATE TABLE %I PARTITION OF audit FOR VALUES FROM (%L) TO (%L)',
            name, first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()', name);
    END $$"""
_FILL = (
    """SELECT audit_month(month) FROM
       (SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS month
        FROM audit_whole) AS months""",
    "INSERT INTO audit SELECT * FROM audit_whole",
    "DROP TABLE audit_whole",
    """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    """CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
)


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for statement in (*_MOVE, _MONTH, *_FILL):
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("an audit log is not taken away: restore a backup instead")
