"""`counterfoil collect`: a look at what will be collected; what it says is `flows.schedules.review_collections`'."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from counterfoil.cli.management.commands import collect
from counterfoil.flows.schedules import collecting
from counterfoil.schedules import states
from tests.factories.people import Community


def test_a_biller_that_does_not_collect_is_told_so(db: None) -> None:
    out = io.StringIO()
    call_command("collect", Community().key, "--on", "2026-12-03", stdout=out)
    assert out.getvalue().splitlines() == [
        "This biller does not collect: the setting portal.collects is off.",
        "0 to collect, $0.00; 0 left out.",
    ]


def test_an_unknown_biller_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="There is no biller nobody"):
        call_command("collect", "nobody", "--on", "2026-12-03")


def test_every_reason_has_words() -> None:
    reasons = {
        collecting.DAY, collecting.HOLD, collecting.ADDRESS, collecting.AUTOPAY, collecting.NOTICE,
        collecting.NO_METHOD, collecting.PERMISSION, collecting.DISABLED, collecting.EXPIRED, collecting.VALIDATION,
        collecting.OTHER_ACCOUNT, collecting.NOTHING, collecting.SCHEDULED, collecting.REFUSED,
        collecting.FAILED,
        states.CANCELED, states.SKIPPED,
    }  # fmt: skip
    assert set(collect.WHY) == reasons
