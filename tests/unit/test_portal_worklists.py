"""Which sources answer for whose units, as configuration has it."""

from __future__ import annotations

import pytest

from portal.settings import Settings
from portal.worklists import build_worklists
from stodtjanster.model import HsaId
from stodtjanster.sources.fhir.settings import Settings as FhirSettings
from stodtjanster.sources.kit.source import SourceSettings

SJOVIK, ELSEWHERE = "TSTNMT2321000156-SJVG", "TSTNMT2321000156-RNVG"
SOURCES = (
    *(
        FhirSettings(key=key, kind="fhir", name=key, base_url=f"https://{key}.example/fhir")
        for key in ("omsorg", "vard")
    ),
    SourceSettings(key="ntjp", kind="care_plans", name="regionerna"),
)


def built(*rows: tuple[str, str]) -> dict[str, list[str]]:
    settings = Settings(worklists=[{"source": key, "provider": who} for key, who in rows])
    found = build_worklists(settings, SOURCES)
    return {who.value: [each.source.key for each in lists] for who, lists in found.items()}


def test_a_provider_may_have_several_and_another_has_none() -> None:
    assert built(("omsorg", SJOVIK), ("vard", SJOVIK)) == {SJOVIK: ["omsorg", "vard"]}
    assert HsaId(ELSEWHERE) not in build_worklists(Settings(), SOURCES)


@pytest.mark.parametrize("source", ["ntjp", "nagon-annan"])
def test_one_that_names_no_fhir_source_stops_the_start(source: str) -> None:
    with pytest.raises(ValueError, match="needs a source of kind fhir"):
        built((source, SJOVIK))
