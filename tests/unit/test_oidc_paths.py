"""Where a login may end: the open redirect table of ASVS 3.7.2."""

import pytest

from portal.identity import safe_next


@pytest.mark.parametrize(
    "path", ["/", "/sv/mig/", "/sv/mig/veckan?dag=2026-11-23#tider", "/en/for/k7q2/plan/%C3%A5"]
)
def test_own_paths_are_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "sv/mig/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "//user@evil.example",
        "javascript:alert(1)",
        " /sv/",
        "/\t/evil.example",
        "/sv/\r\nSet-Cookie: a=b",
        "/sv/%0d%0aSet-Cookie:%20a=b",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "/sv/\u2028",
        "/" + "a" * 1000,
    ],
)
def test_everything_else_becomes_the_default(path: str | None) -> None:
    assert safe_next(path, "/sv/mig/") == "/sv/mig/"
