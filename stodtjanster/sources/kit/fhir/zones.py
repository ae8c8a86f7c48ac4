"""Times without zone, for a source that is known to mean Swedish wall time (fhir.md 3).

FHIR forbids them, so elsewhere such a row is refused. The hour that does not exist and the one that
comes twice are as for RIV-TA: see `kit.times`.
"""

import re
from typing import Final

from stodtjanster.sources.kit.times import moment

_TIME: Final = re.compile(rb'"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(?:\.\d{1,9})?"(?!\s*:)')


def with_zones(body: bytes) -> bytes:
    """The same JSON, where every string that is wholly a time has a zone and seconds."""
    return _TIME.sub(_zoned, body)


def _zoned(found: re.Match[bytes]) -> bytes:
    clock = (found[1] + (found[2] or b":00")).decode()
    at = moment(clock)
    return found[0] if at is None else f'"{at.isoformat()}"'.encode()
