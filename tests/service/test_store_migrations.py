"""The tables: made by migrations, the same as in the models, for SQLite and PostgreSQL."""

import io
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.store import Store, StoreUnavailable
from portal.store.migrate import MIGRATIONS
from portal.store.tables import Base, UtcDateTime


@pytest.fixture
def url(empty):
    return empty.url


def test_the_migrations_make_what_the_models_say(url):
    with closing(Store(url)) as store:
        store.upgrade()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: not _is_a_month(name)}
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def _is_a_month(name):
    """A partition of the log is a part of its table, and in no model."""
    return re.match(r"audit_\d{4}_\d{2}", name or "") is not None


def test_upgrading_twice_changes_nothing(url):
    with closing(Store(url)) as store:
        store.upgrade()
        store.upgrade()
        store.ping()


def test_several_may_upgrade_at_once(url):
    stores = [Store(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Store.upgrade, stores))
    assert [store.audit.verify().ok for store in stores] == [True] * 4
    for store in stores:
        store.close()


def test_postgresql_has_words_for_every_migration():
    out = io.StringIO()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": out}
    )
    with Operations.context(context):
        for revision in reversed(revisions):
            revision.module.upgrade()
    said = out.getvalue()
    assert all(f"CREATE TABLE {table} " in said for table in Base.metadata.tables)
    assert "TIMESTAMP WITH TIME ZONE" in said
    assert "seq BIGINT NOT NULL" in said
    assert "BEFORE UPDATE OR DELETE ON audit" in said
    assert "RAISE(ABORT" not in said


def test_only_the_owner_can_read_the_file(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path / 'portalen.db'}")) as store:
        store.upgrade()
        modes = [stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()]
    assert set(modes) == {0o600}


def test_a_store_in_memory_is_refused():
    with pytest.raises(ValueError, match="needs a file"):
        Store("sqlite://")


def test_a_store_that_does_not_answer_says_so_without_values(tmp_path):
    (tmp_path / "portalen.db").write_bytes(b"199001012385 is no database" * 100)
    with (
        closing(Store(f"sqlite:///{tmp_path / 'portalen.db'}")) as store,
        pytest.raises(StoreUnavailable) as told,
    ):
        store.ping()
    assert str(told.value) == "SQLITE_NOTADB"


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_times_come_back_as_the_same_moment_in_utc(dialect):
    swedish = datetime(2026, 11, 20, 13, 30, tzinfo=timezone(timedelta(hours=1)))
    column = UtcDateTime()
    kept = column.process_bind_param(swedish, dialect)
    back = column.process_result_value(kept, dialect)
    assert back == swedish
    assert back.tzinfo is UTC


def test_a_time_without_zone_is_not_kept():
    naive = datetime(2026, 11, 20, 13, 30)  # noqa: DTZ001 - that it has no zone is the point
    with pytest.raises(ValueError, match="without zone"):
        UtcDateTime().process_bind_param(naive, sqlite.dialect())


def test_a_missing_time_stays_missing():
    column = UtcDateTime()
    assert column.process_bind_param(None, sqlite.dialect()) is None
    assert column.process_result_value(None, sqlite.dialect()) is None


def test_the_head_is_locked_where_rows_can_be():
    from portal.store.tables import AuditHead

    locking = str(select(AuditHead.seq).with_for_update().compile(dialect=postgresql.dialect()))
    assert locking.endswith("FOR UPDATE")
