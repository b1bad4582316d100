from __future__ import annotations

import hashlib
import os
import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from counterfoil.core import db, errors
from counterfoil.files import operations as file_operations, queries as file_queries

NOW = datetime(2026, 11, 21, 21, 14, tzinfo=UTC)
MEGABYTE = 1_048_576
pytestmark = pytest.mark.django_db(transaction=True)


def _store(content: bytes, mime: str = "text/csv") -> int:
    return db.in_transaction(lambda: file_operations.store(content=content, mime=mime, now=NOW))


@pytest.mark.parametrize("size", [0, 1, MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 3 * MEGABYTE + 7])
def test_what_was_stored_is_read_back(size: int) -> None:
    content = os.urandom(size)
    stored = _store(content)
    row = file_queries.get(id=stored)

    assert file_queries.read(id=stored) == content
    assert (row.size, row.mime, row.sha256, row.created_at) == (
        size,
        "text/csv",
        hashlib.sha256(content).digest(),
        NOW,
    )
    assert row.public_id.startswith("fil_")


def test_it_lies_in_pieces_of_a_megabyte() -> None:
    stored = _store(bytes(2 * MEGABYTE + 5))

    assert [len(piece) for piece in file_queries.read_pieces(id=stored)] == [MEGABYTE, MEGABYTE, 5]


def test_content_that_comes_in_parts_of_any_size_is_one_content() -> None:
    content = os.urandom(2 * MEGABYTE + 9)
    parts = (content[at : at + 70_001] for at in range(0, len(content), 70_001))
    stored = db.in_transaction(lambda: file_operations.store(content=parts, mime="text/csv", now=NOW))

    assert file_queries.read(id=stored) == content
    assert _store(content) == stored


def test_the_same_bytes_twice_are_one_row() -> None:
    assert _store(b"abc", "text/csv") == _store(b"abc", "text/plain")
    assert _store(b"abd") != _store(b"abc")


def test_two_at_once_store_one_row() -> None:
    results: list[int] = []
    ready = threading.Barrier(2)

    def work() -> None:
        try:
            ready.wait()
            results.append(_store(b"the same" * 1000))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 2
    assert len(set(results)) == 1


def test_storing_outside_a_flow_is_refused() -> None:
    with pytest.raises(db.InsideTransaction):
        file_operations.store(content=b"abc", mime="text/csv", now=NOW)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(errors.NotFound):
        file_queries.read(id=99)


@pytest.mark.parametrize(
    "damage",
    ["UPDATE file_piece SET data = 'abd' WHERE file_id = %s", "DELETE FROM file_piece WHERE file_id = %s"],
)
def test_damage_is_found_when_it_is_read(owner_conninfo: str, damage: str) -> None:
    stored = _store(b"abc")
    with psycopg.connect(owner_conninfo) as owner:
        owner.execute(damage, [stored])

    with pytest.raises(file_queries.FileDamaged):
        file_queries.read(id=stored)
