"""Reads of stored bytes. Who may have a file is decided by the noun that points to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from counterfoil.core import errors
from counterfoil.files.models import FilePiece, StoredFile


class FileDamaged(errors.CounterfoilError):
    """The stored bytes are not those that were stored."""

    code = "file_damaged"


@dataclass(frozen=True, slots=True)
class FileRow:
    """What is known of a stored content."""

    id: int
    public_id: str
    sha256: bytes
    mime: str
    size: int
    created_at: datetime


def get(*, id: int) -> FileRow:  # noqa: A002 - the row's id
    """Return the row of a stored content.

    :raises errors.NotFound: there is none.
    """
    row = StoredFile.objects.filter(pk=id).values_list(*FileRow.__slots__).first()
    if row is None:
        raise errors.NotFound(f"no stored file {id}")
    return FileRow(row[0], row[1], bytes(row[2]), *row[3:])


def read(*, id: int) -> bytes:  # noqa: A002 - the row's id
    """Return the whole content, proved against its hash.

    :raises errors.NotFound: there is none.
    :raises FileDamaged: the bytes differ from those that were stored.
    """
    return b"".join(read_pieces(id=id))


def read_pieces(*, id: int) -> Iterator[bytes]:  # noqa: A002 - the row's id
    """Yield the content, a piece of 1 MB at a time; the last step proves the whole against its hash.

    :raises errors.NotFound: there is none.
    :raises FileDamaged: the bytes differ from those that were stored.
    """
    row = get(id=id)
    digest = hashlib.sha256()
    seq = 0
    while True:
        # One statement a piece: a content of 100 MB never stands in memory at once.
        data = FilePiece.objects.filter(file_id=id, seq=seq).values_list("data", flat=True).first()
        if data is None:
            break
        piece = bytes(data)
        digest.update(piece)
        seq += 1
        yield piece
    if digest.digest() != row.sha256:
        raise FileDamaged(f"stored file {row.public_id} is damaged")
