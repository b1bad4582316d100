"""The large-print switch: a cookie, and back to where one was, but never to another site."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from counterfoil.ui import preferences


def post(**data: str) -> HttpResponse:
    return preferences.print_size(RequestFactory().post("/ui/print-size/", data))


def test_large_print_is_kept_for_a_year() -> None:
    answer = post(size="large", next="/billing/")
    assert answer["Location"] == "/billing/"
    assert answer.cookies[preferences.COOKIE].value == "large"
    assert answer.cookies[preferences.COOKIE]["max-age"] == preferences.YEAR_SECONDS


def test_usual_print_forgets_it() -> None:
    assert post(size="usual").cookies[preferences.COOKIE]["max-age"] == 0


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_never_leads_elsewhere(elsewhere: str) -> None:
    assert post(size="large", next=elsewhere)["Location"] == "/"


def test_asking_for_it_changes_nothing() -> None:
    assert preferences.print_size(RequestFactory().get("/ui/print-size/")).status_code == 405
