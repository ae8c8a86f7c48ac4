"""HSA-id: the identity of a unit, a provider, a system or an employee in Swedish care."""

import re
from dataclasses import dataclass

_SHAPE = re.compile(r"[A-Z0-9-]{1,64}")


@dataclass(frozen=True, slots=True, order=True)
class HsaId:
    """Upper case: HSA-ids are compared without regard to case (TKB crm:scheduling)."""

    value: str

    @classmethod
    def parse(cls, text: str) -> "HsaId":
        """Raises ValueError when the text cannot be an HSA-id or an organisation number."""
        value = text.strip().upper()
        if not _SHAPE.fullmatch(value):
            raise ValueError("not an HSA-id")
        return cls(value)

    def __str__(self) -> str:
        return self.value
