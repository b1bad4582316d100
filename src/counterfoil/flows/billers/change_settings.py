"""Staff change a section of their biller's settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from counterfoil.audit import operations as audit_operations
from counterfoil.billers import fees, operations as biller_operations, queries as biller_queries, settings
from counterfoil.core import db
from counterfoil.core.actor import Actor
from counterfoil.identity import permissions


def check(
    *, biller_id: int, section: str, changes: Mapping[str, Any]
) -> tuple[int, settings.Section, settings.Section]:
    """Return the section's version, what holds and what would hold. Writes nothing.

    :raises errors.Invalid: an unknown name or a value that cannot be here; `field` names it.
    """
    version, before = biller_queries.get_settings(biller_id=biller_id, section=section)
    after = settings.changed(section, before, changes)
    fees.demand_basis(biller=biller_queries.get(biller_id=biller_id), document=after)
    return version, before, after


def run(
    *, actor: Actor, now: datetime, biller_id: int, section: str, changes: Mapping[str, Any]
) -> settings.Section:
    """Write the section's next version; return it. Nothing is written when nothing changes.

    :raises errors.NotPermitted: the role does not allow it.
    :raises errors.Invalid: an unknown name or a value that cannot be; `field` names it.
    :raises errors.Stale: somebody else changed the section at the same time.
    """
    actor.demand_staff(permissions.CHANGE_SETTINGS, biller_id=biller_id)
    with db.transaction():
        version, before, after = check(biller_id=biller_id, section=section, changes=changes)
        if after == before:
            return before
        biller_operations.set_section(
            biller_id=biller_id,
            section=section,
            version=version + 1,
            document=after,
            by_ref=actor.ref,
            now=now,
        )
        audit_operations.record(
            actor=actor,
            biller_id=biller_id,
            action="settings.changed",
            object_ref=biller_queries.get(biller_id=biller_id).public_id,
            details={"section": section, "version": version + 1, "changed": _difference(before, after)},
            now=now,
        )
    return after


def _difference(before: settings.Section, after: settings.Section) -> dict[str, list[Any]]:
    old, new = dataclasses.asdict(before), dataclasses.asdict(after)
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}
