"""Which FHIR source knows the booked times of one provider's units, and how it is asked."""

from typing import Literal

from pydantic import Field

from stodtjanster.sources.kit.identifiers import HSA_ID
from stodtjanster.sources.kit.source import Edge


class Settings(Edge):
    """`source` is the key of a configured source of kind `fhir`, whose address, login and limits
    hold here too; its scopes must let appointments and patients be searched. `provider` is the
    HSA-id of the vårdgivare or omsorgsgivare whose units it answers for.

    `parameter` is the search parameter of Appointment that names the unit: `actor` where the unit
    is a HealthcareService, `location` where it is a Location. `naming` is how it wants the unit:

    lookup      GET HealthcareService?identifier=..., then actor=HealthcareService/<id>
    identifier  actor:identifier=<system>|<HSA-id>, for logical references
    chained     actor:HealthcareService.identifier=<system>|<HSA-id>

    Only `lookup` tells a unit that the source does not know from one that meets nobody.
    """

    source: str = Field(pattern=r"^[a-z0-9-]+$")
    provider: str = Field(pattern=r"^[A-Z0-9-]{1,64}$")
    parameter: Literal["actor", "location"] = "actor"
    naming: Literal["lookup", "identifier", "chained"] = "lookup"
    hsa_system: str = HSA_ID
