from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from counterfoil.core import http


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    http.forget()
    yield
    http.forget()


def test_at_most_half_of_the_threads_wait(settings: Settings) -> None:
    settings.COUNTERFOIL_WEB_THREADS = 4

    with http.bulkhead("con_1"), http.bulkhead("con_2"), pytest.raises(http.Busy), http.bulkhead("con_3"):
        pytest.fail("a third thread waited")
    with http.bulkhead("con_3"):
        pass


def test_a_page_waits_a_moment_for_a_slot() -> None:
    bulkhead = http.Bulkhead(slots=1)
    inside, done = threading.Event(), threading.Event()

    def hold() -> None:
        with bulkhead.enter("con_1", at=0.0):
            inside.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    with pytest.raises(http.Busy), bulkhead.enter("con_1", at=0.0, patience=0.01):
        pytest.fail("two held one slot")
    threading.Timer(0.05, done.set).start()
    with bulkhead.enter("con_1", at=0.0, patience=10):
        pass
    holder.join()


def test_a_slot_comes_back_after_an_error(settings: Settings) -> None:
    settings.COUNTERFOIL_WEB_THREADS = 2

    for _ in range(3):
        with pytest.raises(TimeoutError), http.bulkhead("con_1"):
            raise TimeoutError
    with http.bulkhead("con_1"):
        pass


def test_five_unknown_within_a_minute_open_the_breaker_of_that_gateway_alone() -> None:
    bulkhead = http.Bulkhead(slots=2)
    for second in range(5):
        bulkhead.note_unknown("con_1", at=float(second * 10))

    with pytest.raises(http.Busy), bulkhead.enter("con_1", at=41.0):
        pytest.fail("the gateway was called")
    with bulkhead.enter("con_2", at=41.0):
        pass
    with bulkhead.enter("con_1", at=71.0):
        pass


def test_five_unknown_spread_over_more_than_a_minute_do_not() -> None:
    bulkhead = http.Bulkhead(slots=1)
    for second in range(5):
        bulkhead.note_unknown("con_1", at=float(second * 16))

    with bulkhead.enter("con_1", at=65.0):
        pass


def test_one_more_unknown_after_the_pause_opens_it_again_and_an_answer_closes_it() -> None:
    breaker = http.Breaker()
    for second in range(5):
        breaker.note_unknown(at=float(second))

    assert breaker.is_open(at=33.0)
    assert not breaker.is_open(at=34.0)
    breaker.note_unknown(at=35.0)
    assert breaker.is_open(at=36.0)
    breaker.note_answer()
    assert not breaker.is_open(at=36.0)
    breaker.note_unknown(at=37.0)
    assert not breaker.is_open(at=37.0)


def test_an_open_breaker_takes_no_slot() -> None:
    bulkhead = http.Bulkhead(slots=1)
    for _ in range(5):
        bulkhead.note_unknown("con_1", at=0.0)
    for _ in range(3):
        with pytest.raises(http.Busy), bulkhead.enter("con_1", at=1.0):
            pytest.fail("the gateway was called")

    with bulkhead.enter("con_2", at=1.0):
        pass


def test_the_process_counts_unknown_outcomes_and_answers() -> None:
    for _ in range(5):
        http.note_unknown("con_1")
    with pytest.raises(http.Busy), http.bulkhead("con_1"):
        pytest.fail("the gateway was called")

    http.note_answer("con_1")
    with http.bulkhead("con_1"):
        pass
