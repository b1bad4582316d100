"""Reads of billers, their settings and their gateway connections."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from counterfoil.billers import brand as brands, settings
from counterfoil.billers.models import BillerSettings, GatewayConnection
from counterfoil.billers.settings import PaymentSettings, PortalSettings
from counterfoil.core import db, errors, keyring, vault
from counterfoil.core.actor import Actor

TABLE: Final = "billers_gatewayconnection"
COLUMN: Final = "config_sealed"
# Read on nearly every page and in every flow of money: one statement, written by hand.
WHOLE: Final = """
    SELECT b.id, b.public_id, b.key, b.name, b.legal_name, o.name, b.zone, b.currency, b.phone, b.email, b.hue,
           b.collector_mode, b.closed_through, b.address_lines,
           (SELECT jsonb_object_agg(s.section, s.document) FROM (
                SELECT DISTINCT ON (section) section, document FROM billers_billersettings
                WHERE biller_id = b.id ORDER BY section, version DESC) AS s),
           ARRAY(SELECT DISTINCT unnest(kinds) FROM billers_gatewayconnection
                 WHERE biller_id = b.id AND is_active)
    FROM billers_biller AS b JOIN billers_organization AS o ON o.id = b.organization_id"""


@dataclass(frozen=True, slots=True)
class BillerRow:
    """A biller with all its settings, read once. `kinds`: the kinds of method it can charge."""

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
    hue: int
    collector_mode: bool
    closed_through: date | None
    address_lines: tuple[str, ...]
    portal: PortalSettings
    payments: PaymentSettings
    kinds: frozenset[str] = frozenset()

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
    found = _rows("b.key = %s", key)
    if not found:
        raise errors.NotFound(key)
    return found[0]


def list_by_ids(*, biller_ids: Collection[int]) -> dict[int, BillerRow]:
    """Return billers by id. One query, however many."""
    return {row.id: row for row in _rows("b.id = ANY(%s)", list(biller_ids))}


def list_all() -> list[BillerRow]:
    """Return every biller, by name: for jobs, which see all."""
    return _rows("true")


def list_for_staff(*, actor: Actor) -> list[BillerRow]:
    """Return the billers an actor works for, by name."""
    if actor.is_system:
        return list_all()
    return _rows("b.id = ANY(%s)", list(actor.staff_biller_ids()))


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


def list_all_connections(*, biller_id: int) -> list[ConnectionRow]:
    """Return every connection a biller has or had, switched off or not, oldest first.

    One whose key was lost is there too, without its `config`.
    """
    rows = GatewayConnection.objects.filter(biller_id=biller_id).order_by("pk")
    return [_connection(found, config=_opened(found)) for found in rows]


def _rows(where: str, value: object = None) -> list[BillerRow]:
    """Read billers whole, by name: their newest settings and what they can charge with them, in one statement."""
    values = [] if value is None else [value]
    return [_row(found) for found in db.select(f"{WHOLE} WHERE {where} ORDER BY b.name, b.id", values)]


def _row(found: tuple[Any, ...]) -> BillerRow:
    address_lines, documents, kinds = found[-3:]
    sections = json.loads(documents or "{}")
    read = [settings.read(name, sections.get(name, {})) for name in ("portal", "payments")]
    values: tuple[Any, ...] = (*found[:-3], tuple(address_lines), *read, frozenset(kinds))
    return BillerRow(*values)


def _opened(found: GatewayConnection) -> dict[str, str]:
    try:
        return _config(found)
    except (vault.SealBroken, keyring.KeyRingError):
        return {}


def _config(found: GatewayConnection) -> dict[str, str]:
    opened = vault.open(found.config_sealed, table=TABLE, column=COLUMN, row=found.public_id)
    config: dict[str, str] = json.loads(opened)
    return config


def _connection(found: GatewayConnection, *, config: Mapping[str, str] | None = None) -> ConnectionRow:
    return ConnectionRow(
        id=found.pk,
        public_id=found.public_id,
        biller_id=found.biller_id,
        gateway_key=found.gateway_key,
        name=found.name,
        kinds=tuple(found.kinds),
        is_active=found.is_active,
        config=_config(found) if config is None else config,
    )
