from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings

from counterfoil.core import clock

DAY = 86_400


@pytest.fixture(autouse=True)
def _fresh(settings: Settings) -> Iterator[None]:
    settings.COUNTERFOIL_INSTALLATION = "demo"
    clock.forget()
    yield
    clock.forget()


def _ahead() -> timedelta:
    return clock.now() - clock.real_now()


@pytest.mark.django_db
def test_a_demo_clock_is_moved_on_and_adds_up() -> None:
    clock.advance(4 * DAY)
    clock.advance(DAY)

    assert clock.offset_seconds() == 5 * DAY
    assert timedelta(days=5) - timedelta(seconds=1) < _ahead() <= timedelta(days=5)


@pytest.mark.django_db
def test_set_offset_replaces_what_was() -> None:
    clock.advance(DAY)
    clock.set_offset(60)

    assert clock.offset_seconds() == 60


@pytest.mark.django_db
def test_a_clock_is_never_turned_back() -> None:
    with pytest.raises(ValueError, match="never turned back"):
        clock.advance(-1)


@pytest.mark.django_db
def test_the_row_is_read_at_most_once_a_second(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    clock.forget()

    with django_assert_num_queries(1):
        clock.now()
        clock.now()


@pytest.mark.django_db
def test_another_process_sees_the_offset_when_its_memory_runs_out() -> None:
    clock.now()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_clock SET offset_seconds = 7")

    assert clock.offset_seconds() == 0
    clock.forget()
    assert clock.offset_seconds() == 7


@pytest.mark.django_db
def test_a_demo_without_its_row_runs_on_real_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_clock")
    clock.forget()

    assert clock.offset_seconds() == 0
    clock.advance(10)
    assert clock.offset_seconds() == 10


def test_a_live_clock_asks_nobody_and_cannot_be_moved(settings: Settings) -> None:
    settings.COUNTERFOIL_INSTALLATION = "live"

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.offset_seconds() == 0
    with pytest.raises(clock.NotADemo):
        clock.advance(1)
    with pytest.raises(clock.NotADemo):
        clock.set_offset(1)


def test_instants_are_aware_and_in_utc(settings: Settings) -> None:
    settings.COUNTERFOIL_INSTALLATION = "live"

    assert clock.now().tzinfo is UTC
    assert clock.real_now().tzinfo is UTC
