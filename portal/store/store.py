"""The store as the rest of the portal sees it."""

from portal.store.audit import StoredAudit
from portal.store.calendars import CalendarRows
from portal.store.database import Database, StoreUnavailable, is_there
from portal.store.disposal import Disposal
from portal.store.grants import GrantRows
from portal.store.log_checks import LogCheckRows
from portal.store.log_review import LogReview
from portal.store.logins import LoginRows
from portal.store.messages import MessageRows
from portal.store.migrate import upgrade
from portal.store.outbox import StoredOutbox
from portal.store.own import OwnWordsRows
from portal.store.recollections import RecollectionRows
from portal.store.sealing import Sealing
from portal.store.seals import SealRows
from portal.store.sessions import SessionRows
from portal.store.staff import StaffSessionRows, UsedAssertions


class Store:
    """All that is kept, behind one address (`sqlite:///portalen.db`, `postgresql+psycopg://...`).

    Nothing is asked of the database until it is needed. Open it after fork, once per process.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.audit = StoredAudit(self._database)
        self.disposal = Disposal(self._database)
        self.log_review = LogReview(self._database)
        self.outbox = StoredOutbox(self._database)
        self.sessions = SessionRows(self._database)
        self.staff_sessions = StaffSessionRows(self._database)
        self.used_assertions = UsedAssertions(self._database)
        self.logins = LoginRows(self._database)

    @classmethod
    def existing(cls, url: str) -> "Store":
        """Like `Store(url)`, for whoever only looks. Raises StoreUnavailable where none is."""
        if not is_there(url):
            raise StoreUnavailable("there is no such file")
        return cls(url)

    def grants(self, sealing: Sealing) -> GrantRows:
        """What people let others do for them, as this key reads it."""
        return GrantRows(self._database, sealing)

    def log_checks(self, sealing: Sealing) -> LogCheckRows:
        """Samples of the log, found by their providers with this key."""
        return LogCheckRows(self._database, sealing)

    def seals(self, sealing: Sealing) -> SealRows:
        """What people have closed, found by their owners with this key."""
        return SealRows(self._database, sealing)

    def messages(self, sealing: Sealing) -> MessageRows:
        """Messages to people, as this key reads them."""
        return MessageRows(self._database, sealing)

    def own_words(self, sealing: Sealing) -> OwnWordsRows:
        """What people have put in themselves, as this key reads it."""
        return OwnWordsRows(self._database, sealing)

    def recollections(self, sealing: Sealing) -> RecollectionRows:
        """What readers have been shown, as this key reads it."""
        return RecollectionRows(self._database, sealing)

    def calendars(self, sealing: Sealing) -> CalendarRows:
        """Calendar addresses, found by their owners with this key."""
        return CalendarRows(self._database, sealing)

    def upgrade(self) -> None:
        """Bring the tables to this version. Safe to run from several processes at once."""
        upgrade(self._database)

    def ping(self) -> None:
        """Raises StoreUnavailable when the database does not answer."""
        with self._database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        self._database.close()
