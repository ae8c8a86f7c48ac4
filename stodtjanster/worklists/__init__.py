"""Whom a unit meets: one question to the FHIR sources that know what is booked at a unit.

No source of a person's information: it is asked about a unit, is shown to staff of that unit alone,
and lies on no shelf. RIV-TA has no contract for it.
"""

from stodtjanster.worklists.settings import Settings
from stodtjanster.worklists.visits import Status, Visit, Visits
from stodtjanster.worklists.worklist import Worklist

__all__ = ["Settings", "Status", "Visit", "Visits", "Worklist"]
