"""Read an uploaded file into the staging table, a piece at a time: nothing holds a transaction while it is read.

A reading that broke off goes on where it stopped when the same file comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db import IntegrityError

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.core import db, errors
from counterfoil.core.actor import Actor
from counterfoil.files import operations as file_operations, queries as file_queries
from counterfoil.imports import (
    operations as import_operations,
    parse,
    queries as import_queries,
    reading,
    states,
)
from counterfoil.imports.mapping import Mapping
from counterfoil.imports.queries import Import

PIECE_ROWS = 5_000
LINE_ONCE = "import_row_line"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in. `size` in bytes is known before anything is read."""

    name: str
    size: int
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with it. `as_of`: what was settled after that day stays open."""

    biller_key: str
    mapping: Mapping
    as_of: date | None = None


def run(
    *, actor: Actor, now: datetime, upload: Upload, order: Order, progress: Progress = lambda _: None
) -> str:
    """Store the file, read it into staging and return the import's public id.

    `progress` is told the bytes read so far.

    :raises errors.NotPermitted: the actor may not import for this biller.
    :raises reading.BrokenFile: it cannot be read at all; the import is kept as broken, none of its rows.
    """
    biller = biller_queries.get_by_key(key=order.biller_key)
    actor.demand_staff("import", biller_id=biller.id)
    reading.demand_size(upload.size)
    imported = _begin(actor, now, upload, biller, order)
    if imported.status == states.CHECKED:
        return imported.public_id
    settings = parse.Settings(biller.currency, biller_queries.today(biller=biller, now=now))
    try:
        _read(imported, order.mapping, settings, progress)
    except reading.BrokenFile as error:
        with db.transaction():
            import_operations.mark_broken(imported=imported, problem=str(error))
        raise
    except IntegrityError as error:
        if LINE_ONCE not in str(error):
            raise
        raise errors.Stale(
            "This file is just being read by somebody else. Please try again later."
        ) from error
    return imported.public_id


def _begin(actor: Actor, now: datetime, upload: Upload, biller: BillerRow, order: Order) -> Import:
    """Find the same file's unfinished import, or start a new one."""
    with db.transaction():
        file_id = file_operations.store(content=upload.pieces, mime="text/csv", now=now)
        mapping = order.mapping.as_json()
        same = import_queries.find_same(
            biller_id=biller.id,
            file_id=file_id,
            mapping=mapping,
            as_of=order.as_of,
            statuses=(states.READING, states.CHECKED),
        )
        if same is not None and (same.status == states.READING or not same.refused):
            return same
        if same is not None:
            # What was refused may be right by now (another day, another invoice gone): judge it all anew.
            import_operations.discard(imported=same)
        new = import_operations.NewImport(biller.id, file_id, upload.name, mapping, order.as_of)
        return import_operations.start(actor=actor, new=new, now=now)


def _read(imported: Import, mapping: Mapping, settings: parse.Settings, progress: Progress) -> None:
    header, records = reading.records(_counted(imported, progress), mapping)
    parser = parse.Parser(mapping=mapping, header=header, settings=settings)
    drafts = (draft for draft in parser.drafts(records) if draft.line > imported.read_to_line)
    while piece := _next(drafts):
        with db.transaction():
            import_operations.stage(imported=imported, drafts=piece)


def _next(drafts: Iterator[parse.Draft]) -> Sequence[parse.Draft]:
    return list(islice(drafts, PIECE_ROWS))


def _counted(imported: Import, progress: Progress) -> Iterator[bytes]:
    done = 0
    for piece in file_queries.read_pieces(id=imported.file_id):
        done += len(piece)
        progress(done)
        yield piece
