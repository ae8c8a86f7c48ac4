"""Which sources know whom a provider's units meet, by configuration."""

from collections.abc import Iterable, Mapping

from portal.settings import Settings
from stodtjanster.model import HsaId
from stodtjanster.sources.fhir.settings import Settings as FhirSettings
from stodtjanster.sources.kit.source import SourceSettings
from stodtjanster.worklists import Worklist


def build_worklists(
    settings: Settings, sources: Iterable[SourceSettings]
) -> Mapping[HsaId, tuple[Worklist, ...]]:
    """By the HSA-id of the provider. Raises ValueError for one that names no source of kind fhir,
    or whose private key cannot sign."""
    fhir = {each.key: each for each in sources if isinstance(each, FhirSettings)}
    found: dict[HsaId, tuple[Worklist, ...]] = {}
    for each in settings.worklists:
        source = fhir.get(each.source)
        if source is None:
            raise ValueError(f"a worklist needs a source of kind fhir: {each.source!r} is none")
        worklist = Worklist(each, source)
        found[worklist.provider] = (*found.get(worklist.provider, ()), worklist)
    return found
