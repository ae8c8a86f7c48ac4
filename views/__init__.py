"""One folder per question; found by walking this package, so adding one touches one place."""

from importlib import import_module
from pkgutil import iter_modules

from views.kit.view import View


def all_views() -> tuple[View, ...]:
    """Every view, by its folder's name. Each folder has a `view`."""
    names = sorted(m.name for m in iter_modules(__path__) if m.ispkg and m.name != "kit")
    return tuple(import_module(f"{__name__}.{name}").view for name in names)
