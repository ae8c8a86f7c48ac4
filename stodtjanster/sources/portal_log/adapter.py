"""Who has read in the portal itself, as its audit log has it (ADR 11)."""

from datetime import timedelta
from typing import ClassVar, Final

from stodtjanster.information import AccessLog, Item
from stodtjanster.model import Origin, Timed, Told, midnight
from stodtjanster.sources.kit.local import remembered
from stodtjanster.sources.kit.source import Ask, Heard
from stodtjanster.sources.portal_log.kept import LogRows, Opening
from stodtjanster.sources.portal_log.settings import Settings

OPERATION: Final = "audit"
MOST: Final = 2_000
"""Openings that are shown of one person and period; the report says when there are more."""


class Adapter:
    """What is logged about the person who is asked about."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({AccessLog})

    def __init__(self, settings: Settings, rows: LogRows) -> None:
        self._settings = settings
        self._rows = rows

    @property
    def settings(self) -> Settings:
        return self._settings

    def recall(self, ask: Ask) -> Heard:
        """Raises what the log raises."""
        since = midnight(ask.period.first)
        until = midnight(ask.period.last + timedelta(days=1))
        found = self._rows.about(ask.subject, since, until, MOST + 1)
        items = (_item(one, ask, self._settings.key) for one in found[:MOST])
        return remembered(self._settings, ask, items, more=len(found) > MOST)


def _item(one: Opening, ask: Ask, source: str) -> AccessLog:
    return AccessLog(
        subject=ask.subject,
        origin=Origin(
            source,
            source,
            one.reference,
            OPERATION,
            ask.at,
            care_provider=one.place.provider if one.place else None,
            care_unit=one.place.unit if one.place else None,
        ),
        when=Timed(one.first, one.last if one.last > one.first else None),
        times=one.times,
        opener=one.opener,
        opener_name=Told.maybe(one.name),
        purpose=Told.maybe(one.purpose),
        emergency=one.emergency,
        information=one.information,
        changed=one.changed,
    )
