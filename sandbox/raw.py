"""Raw messages from a folder, served as they are: `<person>/<contract>/*.xml|json`.

A contract's files are answered in the order of their names; the last one again
and again. The contract is a RIV-TA interaction or a FHIR resource type.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path

from sandbox.people import Person, kind_of

_NUMBER = re.compile(r"[0-9]{12}")
_SUFFIXES = (".xml", ".json")


class RawMessages:
    """The folder, and how far each conversation has come."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._served: dict[tuple[str, str], int] = defaultdict(int)

    def next(self, person_id: str, contract: str) -> bytes | None:
        """The next message for a person and a contract; None when the folder has none."""
        files = self._files(person_id, contract)
        if not files:
            return None
        number = self._served[person_id, contract]
        self._served[person_id, contract] += 1
        return files[min(number, len(files) - 1)].read_bytes()

    def person_ids(self) -> list[str]:
        """The numbers that have a folder."""
        if self._folder is None or not self._folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self._folder.iterdir()
            if path.is_dir() and _NUMBER.fullmatch(path.name)
        )

    def strangers(self, known: set[str]) -> list[Person]:
        """People made of the numbers that no people file has, so that they too can log in."""
        return [
            Person(
                key=f"ra-{number}",
                name=f"Testperson {number} (egna meddelanden)",
                given_name="Testperson",
                family_name=f"{number} (egna meddelanden)",
                person_id=person_id,
                kind=kind_of(person_id),
                role="Egna meddelanden",
                description="Har bara de meddelanden som ligger i mappen för egna meddelanden.",
            )
            for number, person_id in enumerate(sorted(set(self.person_ids()) - known), start=1)
        ]

    def patients(self) -> dict[str, str]:
        """FHIR ids of the Patient resources in the folder -> person number."""
        return {
            patient_id: person_id
            for person_id in self.person_ids()
            for file in self._files(person_id, "Patient")
            for patient_id in _patient_ids(file)
        }

    def _files(self, person_id: str, contract: str) -> list[Path]:
        # The number comes from the wire: it must not become a path of its own making.
        if self._folder is None or not _NUMBER.fullmatch(person_id):
            return []
        folder = self._folder / person_id / contract
        if not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)


def patient_id_of(person_id: str) -> str:
    """The FHIR id of a person's Patient: stable, and not the number."""
    return f"pat-{hashlib.sha256(person_id.encode()).hexdigest()[:16]}"


def _patient_ids(file: Path) -> list[str]:
    try:
        content = json.loads(file.read_bytes())
    except ValueError:
        return []
    if not isinstance(content, dict):
        return []
    resources = [content, *(entry.get("resource", {}) for entry in content.get("entry", []))]
    return [
        str(resource["id"])
        for resource in resources
        if isinstance(resource, dict)
        and resource.get("resourceType") == "Patient"
        and "id" in resource
    ]
