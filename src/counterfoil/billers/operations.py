"""Writes to billers, their settings and their gateway connections."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from counterfoil.billers import queries, settings
from counterfoil.billers.drafts import NewBiller, NewConnection
from counterfoil.billers.models import Biller, BillerSettings, GatewayConnection, Organization
from counterfoil.core import db, errors, ids, vault


def create(*, new: NewBiller, now: datetime) -> int:
    """Make a biller, and its organization if that is new; return its id.

    :raises errors.Invalid: the key is taken or malformed, or the time zone is unknown.
    """
    db.demand_transaction()
    try:
        ZoneInfo(new.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise errors.Invalid(_("There is no such time zone."), field="zone") from None
    if Biller.objects.filter(key=new.key).exists():
        raise errors.Invalid(_("This key is taken."), field="key")
    biller = Biller(
        public_id=ids.new("biller"),
        organization=_organization(new.organization, now),
        key=new.key,
        name=new.name,
        legal_name=new.legal_name or new.name,
        zone=new.zone,
        currency=new.currency,
        phone=new.phone,
        email=new.email,
        address_lines=list(new.address_lines),
        hue=new.hue,
        collector_mode=new.collector_mode,
        created_at=now,
    )
    try:
        biller.clean_fields(exclude=["organization", "address_lines", "closed_through"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise errors.Invalid(messages[0], field=name) from None
    biller.save(force_insert=True)
    return biller.pk


def set_section(
    *, biller_id: int, section: str, version: int, document: settings.Section, by_ref: str, now: datetime
) -> None:
    """Write the next version of a section.

    :raises errors.Stale: somebody else wrote that version.
    """
    db.demand_transaction()
    row = BillerSettings(
        biller_id=biller_id,
        section=section,
        version=version,
        document=dataclasses.asdict(document),
        created_at=now,
        created_by_ref=by_ref,
    )
    try:
        with db.savepoint():
            row.save(force_insert=True)
    except IntegrityError:
        message = "Somebody else changed these settings just now. Please look at them again."
        raise errors.Stale(message) from None


def connect(*, biller_id: int, new: NewConnection, now: datetime) -> int:
    """Keep a gateway connection, its settings sealed; return its id.

    :raises errors.Invalid: another active connection of the biller takes one of these kinds.
    """
    db.demand_transaction()
    taken = queries.get(biller_id=biller_id).kinds & set(new.kinds)
    if taken:
        raise errors.Invalid(_("Another connection takes this kind of payment."), field="kinds")
    public_id = new.public_id or ids.new("connection")
    connection = GatewayConnection(
        public_id=public_id,
        biller_id=biller_id,
        gateway_key=new.gateway_key,
        name=new.name,
        kinds=list(new.kinds),
        config_sealed=_sealed(new.config, public_id),
        created_at=now,
    )
    connection.save(force_insert=True)
    return connection.pk


def disconnect(*, connection_id: int) -> None:
    """Stop new payments through a connection; what was paid through it still finds it."""
    db.demand_transaction()
    GatewayConnection.objects.filter(pk=connection_id).update(is_active=False)


def reset_connection(*, connection_id: int, config: Mapping[str, str]) -> None:
    """Keep other settings for a connection, sealed. It stays the same one: tokens and payments go on naming it."""
    db.demand_transaction()
    [connection] = GatewayConnection.objects.filter(pk=connection_id)
    sealed = _sealed(config, connection.public_id)
    GatewayConnection.objects.filter(pk=connection_id).update(config_sealed=sealed)


def _organization(name: str, now: datetime) -> Organization:
    found, _ = Organization.objects.get_or_create(
        name=name, defaults={"public_id": ids.new("organization"), "created_at": now}
    )
    return found


def _sealed(config: Mapping[str, str], public_id: str) -> str:
    plain = json.dumps(dict(config), sort_keys=True).encode()
    return vault.seal(plain, table=queries.TABLE, column=queries.COLUMN, row=public_id)
