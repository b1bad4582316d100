from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from counterfoil import rules
from counterfoil.rules import queries as rule_queries

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


def _insert(key: str, value: str, valid_from: str, valid_to: str | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rule (rule_key, value, valid_from, valid_to, source) VALUES (%s, %s, %s, %s, 'test')",
            [key, value, valid_from, valid_to],
        )


def test_an_installation_starts_with_the_seed() -> None:
    assert rule_queries.at("ach_paid_after_bank_days", on=DAY) == 4
    assert rule_queries.at("ach_return_window_days", on=DAY) == 60
    assert rule_queries.at("authorization_retention_years", on=DAY) == 2
    assert rule_queries.at("reg_e_notice_days", on=DAY) == 10
    assert rule_queries.at("ach_retry_limit", on=DAY) == 2


def test_every_seed_row_is_there_with_its_source() -> None:
    files = Path(str(rules.__file__)).parent.glob("*.toml")
    seed = [row for file in files for row in tomllib.loads(file.read_text())["rule"]]

    with connection.cursor() as cursor:
        cursor.execute("SELECT rule_key, valid_from FROM rule WHERE source <> ''")
        assert set(cursor.fetchall()) == {(row["key"], row["from"]) for row in seed}


def test_what_was_right_on_a_day_stays_right_for_that_day() -> None:
    assert rule_queries.at("same_day_limit_minor", on=date(2022, 3, 17)) == 10_000_000
    assert rule_queries.at("same_day_limit_minor", on=date(2022, 3, 18)) == 100_000_000
    _insert("same_day_limit_minor", "1000000000", "2027-01-01")
    assert rule_queries.at("same_day_limit_minor", on=date(2026, 12, 31)) == 100_000_000
    assert rule_queries.at("same_day_limit_minor", on=date(2027, 1, 1)) == 1_000_000_000


def test_a_rule_ends_on_the_day_it_no_longer_holds() -> None:
    _insert("trial", "1", "2026-01-01", "2026-12-01")

    assert rule_queries.integer_at("trial", on=date(2026, 11, 30)) == 1
    with pytest.raises(rule_queries.NoRule):
        rule_queries.at("trial", on=date(2026, 12, 1))


@pytest.mark.parametrize("key", ["no_such_rule", "same_day_limit_minor"])
def test_nothing_is_guessed(key: str) -> None:
    with pytest.raises(rule_queries.NoRule, match=key):
        rule_queries.at(key, on=date(2010, 1, 1))


def test_several_rules_are_one_query(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        values = rule_queries.list_at(["ach_retry_limit", "ach_retry_within_days"], on=DAY)

    assert values == {"ach_retry_limit": 2, "ach_retry_within_days": 180}


@pytest.mark.parametrize("value", ['"four"', "true", "1.5"])
def test_a_whole_number_is_a_whole_number(value: str) -> None:
    _insert("odd", value, "2026-01-01")

    with pytest.raises(rule_queries.NoRule):
        rule_queries.integer_at("odd", on=DAY)


def test_two_values_cannot_begin_on_one_day() -> None:
    with pytest.raises(IntegrityError):
        _insert("ach_retry_limit", "3", "2000-01-01")
