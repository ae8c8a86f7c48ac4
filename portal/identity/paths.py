"""Where a person may be sent after the login: only to a page of our own."""

import re
from urllib.parse import unquote

_LONGEST = 1000
_UNWANTED = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")


def safe_next(path: str | None, default: str = "/") -> str:
    """Return `path` when it is a path on this site, otherwise `default`.

    Refuses what a browser reads as another host (`//host`, `/\\host`, `https:host`), control
    characters and white space, also when percent-encoded: a proxy on the way may decode them
    (OWASP ASVS 5.0, 3.7.2).
    """
    if not path or len(path) > _LONGEST:
        return default
    return path if _is_own(path) and _is_own(unquote(path)) else default


def _is_own(path: str) -> bool:
    return path.startswith("/") and not path.startswith("//") and not _UNWANTED.search(path)
