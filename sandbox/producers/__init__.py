"""The care systems behind the platform: one module for each service contract.

A module that holds a `CONTRACT` is found by itself; nothing else needs to know it.
"""

from __future__ import annotations

import importlib
import pkgutil

from sandbox.producers.kit import Contract


def contracts() -> dict[str, Contract]:
    """Every contract by the namespace of its messages."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        contract = getattr(importlib.import_module(f"{__name__}.{module.name}"), "CONTRACT", None)
        if isinstance(contract, Contract):
            found[contract.namespace] = contract
    return found
