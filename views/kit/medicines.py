"""Medicines that somebody has prescribed."""

from typing import Final

from stodtjanster.information import Medication
from stodtjanster.model import Need

MEDICINES: Final = Need(Medication, days_ahead=90)
"""Those of today, and those that begin soon."""
