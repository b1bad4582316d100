"""What every gateway must keep to that opens a wallet: agreed to once, or asked for each payment."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.gateways import base, wallets
from tests.gateways.practices import asked


def begun(gateway: base.Gateway, key: str = "a") -> wallets.AgreementWaiting:
    found = wallets.opens_wallets(gateway).begin_agreement(key, "http://localhost:8000/back/?a=1", "en")
    assert isinstance(found, wallets.AgreementWaiting)
    return found


def test_a_wallet_is_agreed_to_once_and_charged_without_its_holder(
    practice: Any, gateway: base.Gateway
) -> None:
    opened, asking = wallets.opens_wallets(gateway), begun(gateway)
    assert begun(gateway) == asking == opened.look_up_agreement(asking.ref)
    assert practice.decide(asking.url, "approve") == "http://localhost:8000/back/?a=1"
    agreed = opened.look_up_agreement(asking.ref)
    assert isinstance(agreed, wallets.AgreementApproved)
    # Another tab, Back, a second return: nothing changes.
    practice.decide(asking.url, "refuse")
    practice.decide(asking.url, "approve")
    assert opened.look_up_agreement(asking.ref) == agreed
    assert opened.begin_agreement("a", "http://localhost:8000/back/?a=1", "en") == agreed
    details = base.saves_methods(gateway).token_details(agreed.token)
    assert isinstance(details, base.TokenDetails)
    assert (details.kind, details.is_revoked) == ("wallet", False)
    assert isinstance(gateway.charge(asked("k", agreed.token, initiated_by="merchant")), base.Settled)
    assert isinstance(gateway.charge(asked("k2", agreed.token)), base.ActionNeeded)


def test_a_wallet_that_is_not_agreed_to(practice: Any, gateway: base.Gateway) -> None:
    opened, asking = wallets.opens_wallets(gateway), begun(gateway)
    practice.decide(asking.url, "refuse")
    assert opened.look_up_agreement(asking.ref) == wallets.AgreementEnded(asking.ref)
    assert opened.look_up_agreement("agr_nobody") == base.NotFound()
    with pytest.raises(base.Refused):
        opened.begin_agreement("b", "https://elsewhere.test/", "en")


def test_an_agreement_taken_back_there_declines_and_is_told(practice: Any, gateway: base.Gateway) -> None:
    opened, asking = wallets.opens_wallets(gateway), begun(gateway)
    practice.decide(asking.url, "approve")
    agreed = opened.look_up_agreement(asking.ref)
    assert isinstance(agreed, wallets.AgreementApproved)
    practice.decide(asking.url, "withdraw")
    assert opened.look_up_agreement(asking.ref) == wallets.AgreementEnded(asking.ref)
    for key, who in (("k1", "merchant"), ("k2", "payer")):
        result = gateway.charge(asked(key, agreed.token, initiated_by=who))
        assert isinstance(result, base.Declined)
        assert result.decline_class is base.DeclineClass.HARD_REVOKED
    details = base.saves_methods(gateway).token_details(agreed.token)
    assert isinstance(details, base.TokenDetails)
    assert details.is_revoked
    events, now = base.reads_events(gateway), practice.other_side.time.now
    told = [events.verify(body, headers, now) for body, headers in practice.told()]
    assert ("token.revoked", agreed.token) in [(news.kind, news.token) for news in told if news]
    assert practice.moved() == []


@pytest.mark.parametrize(("decision", "ends"), [("approve", base.Settled), ("refuse", base.Canceled)])
def test_a_wallet_is_asked_for_each_payment_where_nothing_is_agreed(
    practice: Any, gateway: base.Gateway, decision: str, ends: type
) -> None:
    once = wallets.opens_wallets(gateway).open_once()
    waiting = gateway.charge(asked("k", once.token))
    assert isinstance(waiting, base.ActionNeeded)
    assert practice.decide(waiting.url, decision) == "http://localhost:8000/payments/pay_1/"
    assert isinstance(gateway.look_up("k"), ends)
    practice.decide(waiting.url, "approve")
    assert isinstance(gateway.look_up("k"), ends)
    assert len(practice.moved()) == int(decision == "approve")
    alone = gateway.charge(asked("k2", once.token, initiated_by="merchant"))
    assert isinstance(alone, base.Declined)
    # Nobody ever comes back: fenced, and a late yes moves nothing.
    left = gateway.charge(asked("k3", once.token))
    assert isinstance(left, base.ActionNeeded)
    assert gateway.fence("k3") == base.Fenced()
    practice.decide(left.url, "approve")
    assert len(practice.moved()) == int(decision == "approve")
