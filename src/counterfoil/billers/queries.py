"""Reads of billers, their settings and their gateway connections."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

from counterfoil.billers import brand as brands, settings
from counterfoil.billers.models import Biller, BillerSettings, GatewayConnection
from counterfoil.billers.settings import PaymentSettings, PortalSettings
from counterfoil.core import errors, vault
from counterfoil.core.actor import Actor

TABLE: Final = "billers_gatewayconnection"
COLUMN: Final = "config_sealed"


@dataclass(frozen=True, slots=True)
class BillerRow:
    """A biller with all its settings, read once."""

    id: int
    public_id: str
    key: str
    name: str
    legal_name: str
    organization_name: str
    zone: str
    currency: str
    phone: str
    email: str
    address_lines: tuple[str, ...]
    hue: int
    collector_mode: bool
    closed_through: date | None
    portal: PortalSettings
    payments: PaymentSettings

    @property
    def brand(self) -> brands.Brand:
        """The face payers see: an agency has one for all its creditors and names the creditor."""
        return brands.Brand(
            name=self.organization_name if self.collector_mode else self.name,
            phone=self.phone,
            email=self.email,
            hue=self.hue,
            css_url=brands.css_path(key=self.key, hue=self.hue),
            on_behalf_of=self.name if self.collector_mode else "",
            address_lines=self.address_lines,
        )


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A gateway connection; `config` holds secrets and is for flows that call the gateway."""

    id: int
    public_id: str
    biller_id: int
    gateway_key: str
    name: str
    kinds: tuple[str, ...]
    is_active: bool
    config: Mapping[str, str] = field(repr=False)


def get(*, biller_id: int) -> BillerRow:
    """Return a biller by its key in the database.

    :raises errors.NotFound: there is none.
    """
    found = list_by_ids(biller_ids=[biller_id])
    if biller_id not in found:
        raise errors.NotFound("biller")
    return found[biller_id]


def get_by_key(*, key: str) -> BillerRow:
    """Return a biller by its key, such as `maple-court`.

    :raises errors.NotFound: there is none.
    """
    found = _rows(Biller.objects.filter(key=key).select_related("organization"))
    if not found:
        raise errors.NotFound(key)
    return found[0]


def list_by_ids(*, biller_ids: Collection[int]) -> dict[int, BillerRow]:
    """Return billers by id. Two queries, however many."""
    rows = Biller.objects.filter(pk__in=list(biller_ids)).select_related("organization")
    return {row.id: row for row in _rows(rows)}


def list_all() -> list[BillerRow]:
    """Return every biller, by name: for jobs, which see all."""
    return _rows(Biller.objects.select_related("organization").order_by("name", "pk"))


def list_for_staff(*, actor: Actor) -> list[BillerRow]:
    """Return the billers an actor works for, by name."""
    if actor.is_system:
        return list_all()
    mine = Biller.objects.filter(pk__in=actor.staff_biller_ids())
    return _rows(mine.select_related("organization").order_by("name", "pk"))


def today(*, biller: BillerRow, now: datetime) -> date:
    """Return the biller's day at the instant `now`."""
    return now.astimezone(ZoneInfo(biller.zone)).date()


def get_settings(*, biller_id: int, section: str) -> tuple[int, settings.Section]:
    """Return a section's present version (0: never set) and document."""
    found = BillerSettings.objects.filter(biller_id=biller_id, section=section).order_by("-version").first()
    if found is None:
        return 0, settings.read(section, {})
    return found.version, settings.read(section, found.document)


def get_connection(*, public_id: str) -> ConnectionRow:
    """Return a gateway connection by its public id: for gateways' own messages and for flows.

    :raises errors.NotFound: there is none.
    """
    found = GatewayConnection.objects.filter(public_id=public_id).first()
    if found is None:
        raise errors.NotFound(public_id)
    return _connection(found)


def find_connection(*, biller_id: int, kind: str) -> ConnectionRow | None:
    """Return the biller's active connection for a kind of method: card, bank or wallet."""
    found = GatewayConnection.objects.filter(biller_id=biller_id, is_active=True, kinds__contains=[kind])
    first = found.order_by("pk").first()
    return None if first is None else _connection(first)


def list_connections(*, connection_ids: Collection[int]) -> dict[int, ConnectionRow]:
    """Return connections by id, the inactive too: what was paid through them still needs them."""
    found = GatewayConnection.objects.filter(pk__in=list(connection_ids))
    return {connection.pk: _connection(connection) for connection in found}


def list_active_connections(*, biller_id: int) -> list[ConnectionRow]:
    """Return the connections a biller takes payments through, oldest first."""
    found = GatewayConnection.objects.filter(biller_id=biller_id, is_active=True).order_by("pk")
    return [_connection(connection) for connection in found]


def list_kinds(*, biller_id: int) -> frozenset[str]:
    """Return the kinds of method this biller can charge. Opens no secret."""
    kinds = GatewayConnection.objects.filter(biller_id=biller_id, is_active=True).values_list(
        "kinds", flat=True
    )
    return frozenset(kind for some in kinds for kind in some)


def _rows(found: Iterable[Biller]) -> list[BillerRow]:
    billers = list(found)
    documents = _documents([biller.pk for biller in billers])
    return [_row(biller, documents) for biller in billers]


def _documents(biller_ids: Collection[int]) -> dict[tuple[int, str], settings.Section]:
    latest = (
        BillerSettings.objects.filter(biller_id__in=list(biller_ids))
        .order_by("biller_id", "section", "-version")
        .distinct("biller_id", "section")
    )
    return {(row.biller_id, row.section): settings.read(row.section, row.document) for row in latest}


def _row(biller: Biller, documents: Mapping[tuple[int, str], settings.Section]) -> BillerRow:
    return BillerRow(
        id=biller.pk,
        public_id=biller.public_id,
        key=biller.key,
        name=biller.name,
        legal_name=biller.legal_name,
        organization_name=biller.organization.name,
        zone=biller.zone,
        currency=biller.currency,
        phone=biller.phone,
        email=biller.email,
        address_lines=tuple(biller.address_lines),
        hue=biller.hue,
        collector_mode=biller.collector_mode,
        closed_through=biller.closed_through,
        portal=cast(PortalSettings, documents.get((biller.pk, "portal"), PortalSettings())),
        payments=cast(PaymentSettings, documents.get((biller.pk, "payments"), PaymentSettings())),
    )


def _connection(found: GatewayConnection) -> ConnectionRow:
    opened = vault.open(found.config_sealed, table=TABLE, column=COLUMN, row=found.public_id)
    return ConnectionRow(
        id=found.pk,
        public_id=found.public_id,
        biller_id=found.biller_id,
        gateway_key=found.gateway_key,
        name=found.name,
        kinds=tuple(found.kinds),
        is_active=found.is_active,
        config=json.loads(opened),
    )
