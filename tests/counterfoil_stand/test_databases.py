from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from counterfoil_stand import databases
from counterfoil_stand.errors import StandError
from tests.database import TestDatabase

APP, OWNER = "postgresql://app:a@localhost/x", "postgresql://owner:o@localhost/x"


def test_addresses_are_given_together_or_not_at_all() -> None:
    assert databases.given({}) is None
    assert databases.given({"DATABASE_URL": APP, "MIGRATE_DATABASE_URL": OWNER}) == (APP, OWNER)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DATABASE_URL": APP}, "DATABASE_URL is set, MIGRATE_DATABASE_URL is not"),
        ({"MIGRATE_DATABASE_URL": OWNER}, "MIGRATE_DATABASE_URL is set, DATABASE_URL is not"),
    ],
)
def test_one_address_alone_is_refused_and_names_the_other(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(StandError, match=sentence):
        databases.given(environ)


def test_a_given_sandbox_database_is_used_as_it_is(tmp_path: Path) -> None:
    made = databases.on_given_server(app=APP, owner=OWNER, sandbox="sandbox", credentials=tmp_path / "c")

    assert made == databases.Addresses(app=APP, owner=OWNER, sandbox="sandbox")


def test_the_sandbox_gets_a_database_beside_the_product_if_the_owner_may(
    tests_database: TestDatabase, tmp_path: Path
) -> None:
    owner = {**tests_database.owner, "dbname": "postgres"}
    url = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**owner)

    made = databases.on_given_server(app=APP, owner=url, sandbox=None, credentials=tmp_path / "c")

    try:
        with psycopg.connect(made.sandbox) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("postgres_sandbox",)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE postgres_sandbox WITH (FORCE)")


def test_an_owner_who_may_not_make_it_is_told_what_to_set(
    tests_database: TestDatabase, tmp_path: Path
) -> None:
    # The app's role stands for an owner with few rights.
    poor = {**tests_database.app, "dbname": tests_database.app["dbname"]}
    url = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**poor)

    with pytest.raises(StandError, match="set SANDBOX_DATABASE_URL to its address"):
        databases.on_given_server(app=APP, owner=url, sandbox=None, credentials=tmp_path / "c")


def test_passwords_with_special_signs_survive_the_address() -> None:
    url = databases._url("role", "a/b@c:d%é", "localhost:1", "name")

    assert psycopg.conninfo.conninfo_to_dict(url)["password"] == "a/b@c:d%é"
