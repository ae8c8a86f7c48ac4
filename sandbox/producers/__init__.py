"""The care systems behind the platform: one module for each service contract.

A module that holds a `CONTRACT`, or several `CONTRACTS`, is found by itself; nothing else needs to
know it.
"""

from __future__ import annotations

import importlib
import pkgutil

from sandbox.producers.kit import Contract


def contracts() -> dict[str, Contract]:
    """Every contract by the namespace of its messages."""
    found: dict[str, Contract] = {}
    for each in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{each.name}")
        one = getattr(module, "CONTRACT", None)
        several: tuple[Contract, ...] = getattr(module, "CONTRACTS", ())
        found |= {contract.namespace: contract for contract in (several if one is None else (one,))}
    return found
