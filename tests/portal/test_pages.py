"""Every state of a payment has a page, in words and as a template."""

from __future__ import annotations

import pytest
from django.template.loader import get_template

from counterfoil.payments import states
from counterfoil.portal import pages


@pytest.mark.parametrize("status", sorted(states.PAYMENT.states))
def test_every_state_has_a_page(status: str) -> None:
    page = pages.page_of(status)

    assert get_template(page.template)
    assert page.is_awaited == (status in states.UNRESOLVED)
    assert sum([page.is_awaited, page.is_waiting, page.is_good, page.can_retry]) == 1
