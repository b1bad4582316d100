"""Writes of stored bytes."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Final

from django.db import connection

from counterfoil.core import db, ids
from counterfoil.files.models import FilePiece

PIECE_BYTES: Final = 1_048_576
IN_MEMORY_BYTES: Final = 8 * PIECE_BYTES


def store(*, content: bytes | Iterable[bytes], mime: str, now: datetime) -> int:
    """Keep `content` and return the row's id; the same bytes again give the same id and store nothing.

    What comes in pieces is gathered in a temporary file first: the hash is known only at the end.

    :raises db.InsideTransaction: no flow's transaction is open.
    """
    db.demand_transaction()
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as gathered:
        digest, size = _gather(content, gathered)
        born = _insert(digest, mime=mime, size=size, now=now)
        if born is None:
            return _existing(digest)
        gathered.seek(0)
        for seq, piece in enumerate(iter(lambda: gathered.read(PIECE_BYTES), b"")):
            FilePiece.objects.create(file_id=born, seq=seq, data=piece)
        return born


def _gather(content: bytes | Iterable[bytes], into: IO[bytes]) -> tuple[bytes, int]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(content):
        digest.update(piece)
        size += len(piece)
        into.write(piece)
    return digest.digest(), size


def _pieces(content: bytes | Iterable[bytes]) -> Iterator[bytes]:
    return iter((content,)) if isinstance(content, bytes) else iter(content)


def _insert(digest: bytes, *, mime: str, size: int, now: datetime) -> int | None:
    """Insert the row, or return None where the content is there already, also when another just stores it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stored_file (public_id, sha256, mime, size, created_at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (sha256) DO NOTHING RETURNING id",
            [ids.new("file"), digest, mime, size, now],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _existing(digest: bytes) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM stored_file WHERE sha256 = %s", [digest])
        return int(cursor.fetchone()[0])
