"""The catalog of notices: every module in `catalog/` is one, found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from counterfoil.core import errors
from counterfoil.notices import base, catalog


class UnknownNotice(errors.CounterfoilError):
    """The catalog has no notice of this key."""

    code = "unknown_notice"


def _load() -> dict[str, base.Kind]:
    found = {}
    for module in pkgutil.iter_modules(catalog.__path__):
        kind: base.Kind = importlib.import_module(f"{catalog.__name__}.{module.name}").KIND
        if kind.key != module.name:
            raise AssertionError(f"notices/catalog/{module.name}.py calls itself {kind.key}")
        found[kind.key] = kind
    return found


KINDS: Final = _load()
PRIVATE: Final = tuple(key for key, kind in KINDS.items() if kind.is_private)


def get(key: str) -> base.Kind:
    """Return the catalog's entry for `key`.

    :raises UnknownNotice: there is none.
    """
    try:
        return KINDS[key]
    except KeyError:
        raise UnknownNotice(key) from None
