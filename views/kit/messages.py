"""Messages: what somebody has written to the person."""

from typing import Final

from stodtjanster.information import Message
from stodtjanster.model import Need

MESSAGES: Final = Need(Message, days_back=2 * 365, days_ahead=365)
"""The same wherever they are shown. Ahead as well: a date that somebody got wrong hides nothing."""
