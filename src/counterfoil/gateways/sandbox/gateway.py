"""The sandbox as a gateway: cards, bank debits and a wallet that move practice money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from counterfoil.gateways import base, micro_deposits, refunds, wallets
from counterfoil.gateways.sandbox import client, events, mapping, settings

TEMPLATE = "gateways/sandbox/collect.html"
PAGE_SIZE = 500


class SandboxGateway:
    """One merchant's connection to a sandbox. Holds no state of its own; safe to share between threads."""

    key = settings.KEY
    kinds: frozenset[base.Kind] = frozenset({"card", "bank", "wallet"})
    quiet_after: timedelta | None = None

    def __init__(self, config: settings.SandboxSettings) -> None:
        self._config = config
        self._client = client.Client(config)

    def charge(self, request: base.ChargeRequest) -> base.Result:
        """Send one charge, once. A refusal before anything was tried is `Declined`; no answer is `Unknown`."""
        body = {
            "amount_minor": request.amount_minor,
            "currency": request.currency,
            "token": request.token,
            "reference": request.reference,
            "description": request.description,
            "effective_on": request.effective_on.isoformat(),
            "initiated_by": request.initiated_by,
            "return_url": request.return_url,
        }
        try:
            answer = self._client.call(
                "POST", "v1", "charges", body=body, headers={"Idempotency-Key": request.key}
            )
        except client.Lost as lost:
            return base.Unknown(str(lost))
        if answer.status == 200:
            return mapping.result(answer.body)
        if answer.code == "key_fenced":
            return base.Canceled("")
        if answer.code == "token_not_found":
            return base.Declined("", base.DeclineClass.TOKEN, answer.code)
        if answer.status in (400, 401, 403):
            return base.Declined("", base.DeclineClass.CONFIG, answer.code or str(answer.status))
        # A reused key, a conflict, a server's error: something may have happened, so ask.
        return base.Unknown(answer.code or str(answer.status))

    def look_up(self, key: str) -> base.Result | base.NotFound:
        """What became of a key: a pure read."""
        try:
            answer = self._client.call("GET", "v1", "charges", "by-key", key)
        except client.Lost as lost:
            return base.Unknown(str(lost))
        if answer.status == 200:
            return mapping.result(answer.body)
        if answer.status == 404 and answer.code == "not_found":
            return base.NotFound()
        return base.Unknown(answer.code or str(answer.status))

    def fence(self, key: str) -> base.Fenced | base.Result:
        """Put a tombstone on a key, or say what it already did; asking again is fine."""
        try:
            answer = self._client.call("POST", "v1", "charges", "by-key", key, "fence")
        except client.Lost as lost:
            return base.Unknown(str(lost))
        if answer.status == 200 and answer.body.get("fenced") is True:
            return base.Fenced()
        if answer.status == 200 and isinstance(answer.body.get("charge"), dict):
            return mapping.result(answer.body["charge"])
        return base.Unknown(answer.code or str(answer.status))

    def refund(self, request: refunds.RefundRequest) -> refunds.RefundResult:
        """Send one refund, once. A refusal before anything was tried is `RefundFailed`; no answer is `Unknown`."""
        body = {
            "charge": request.charge_ref,
            "amount_minor": request.amount_minor,
            "currency": request.currency,
            "reference": request.reference,
        }
        try:
            answer = self._client.call(
                "POST", "v1", "refunds", body=body, headers={"Idempotency-Key": request.key}
            )
        except client.Lost as lost:
            return base.Unknown(str(lost))
        if answer.status == 200:
            return mapping.refund_result(answer.body)
        if answer.status in (400, 401, 403) or answer.code in ("charge_not_found", "key_fenced"):
            return refunds.RefundFailed("", answer.code or str(answer.status))
        # A reused key, a conflict, a server's error: something may have happened, so ask.
        return base.Unknown(answer.code or str(answer.status))

    def look_up_refund(self, key: str) -> refunds.RefundResult | base.NotFound:
        """What became of a refund's key: a pure read."""
        try:
            answer = self._client.call("GET", "v1", "refunds", "by-key", key)
        except client.Lost as lost:
            return base.Unknown(str(lost))
        if answer.status == 200:
            return mapping.refund_result(answer.body)
        if answer.status == 404 and answer.code == "not_found":
            return base.NotFound()
        return base.Unknown(answer.code or str(answer.status))

    def fence_refund(self, key: str) -> base.Fenced | refunds.RefundResult:
        """Put a tombstone on a refund's key, or say what it already did; asking again is fine."""
        try:
            answer = self._client.call("POST", "v1", "refunds", "by-key", key, "fence")
        except client.Lost as lost:
            return base.Unknown(str(lost))
        if answer.status == 200 and answer.body.get("fenced") is True:
            return base.Fenced()
        if answer.status == 200 and isinstance(answer.body.get("refund"), dict):
            return mapping.refund_result(answer.body["refund"])
        return base.Unknown(answer.code or str(answer.status))

    def client_setup(self, kind: base.Kind, nonce: str, locale: str, return_url: str) -> base.ClientSetup:
        """The address of the fields as a frame, and as a page that comes back with `?token=&state=<nonce>`.

        A wallet has no fields: `begin_agreement` says where its page is; its origin is told here.
        """
        url = self._config.base_url
        merchant = {"merchant": self._config.public_key, "locale": locale}
        frame = urlencode({**merchant, "nonce": nonce})
        page = urlencode({**merchant, "return_url": return_url, "state": nonce})
        origin = self._config.origin
        return base.ClientSetup(
            gateway_key=self.key,
            template=TEMPLATE,
            frame_url=f"{url}/fields/{kind}?{frame}" if kind != "wallet" else "",
            page_url=f"{url}/page/{kind}?{page}" if kind != "wallet" else "",
            nonce=nonce,
            origin=origin,
            csp=base.CspOrigins(frame=(origin,), form_action=(origin,)),
        )

    def token_details(self, token: str) -> base.TokenDetails | base.NotFound:
        """What may be shown of a token. Raises `Unavailable`, `Refused`."""
        answer = self._read("GET", "v1", "tokens", token)
        return base.NotFound() if answer is None else mapping.token_details(answer)

    def check_bank(self, token: str) -> base.TokenDetails:
        """Run the instant check. Raises `Unavailable`, `Refused`."""
        answer = self._read("POST", "v1", "tokens", token, "check")
        if answer is None:
            raise base.Refused("the token is gone", code="not_found")
        return mapping.token_details(answer)

    def update_expiry(self, token: str, *, month: int, year: int) -> base.TokenDetails:
        """Change a card's expiry date. Raises `Unavailable`, `Refused`."""
        body = {"exp_month": month, "exp_year": year}
        answer = self._read("POST", "v1", "tokens", token, "expiry", body=body)
        if answer is None:
            raise base.Refused("the token is gone", code="not_found")
        return mapping.token_details(answer)

    def start_micro_deposits(self, token: str) -> base.TokenDetails:
        """Send two small amounts, once. Raises `Unavailable`, `Refused`."""
        answer = self._read("POST", "v1", "tokens", token, "small-amounts")
        if answer is None:
            raise base.Refused("the token is gone", code="not_found")
        return mapping.token_details(answer)

    def confirm_micro_deposits(self, token: str, amounts: tuple[int, int]) -> micro_deposits.DepositsAnswer:
        """Compare two typed amounts. Raises `Unavailable`, `Refused`."""
        body = {"amounts_minor": list(amounts)}
        answer = self._read("POST", "v1", "tokens", token, "small-amounts", "confirm", body=body)
        if answer is None:
            raise base.Refused("the token is gone", code="not_found")
        return mapping.deposits_answer(answer)

    def begin_agreement(self, key: str, return_url: str, locale: str) -> wallets.Agreement:
        """Ask the wallet's holder to agree, once a key. Raises `Unavailable`, `Refused`."""
        body = {"return_url": return_url, "locale": locale}
        answer = self._read("POST", "v1", "agreements", body=body, headers={"Idempotency-Key": key})
        if answer is None:
            raise base.Refused("there is no wallet", code="not_found")
        return mapping.agreement(answer)

    def look_up_agreement(self, ref: str) -> wallets.Agreement | base.NotFound:
        """What became of an agreement. Raises `Unavailable`, `Refused`."""
        answer = self._read("GET", "v1", "agreements", ref)
        return base.NotFound() if answer is None else mapping.agreement(answer)

    def open_once(self) -> base.TokenDetails:
        """A token each charge to which waits on the wallet's page. Raises `Unavailable`, `Refused`."""
        answer = self._read("POST", "v1", "wallets", "once")
        if answer is None:
            raise base.Refused("there is no wallet", code="not_found")
        return mapping.token_details(answer)

    def forget(self, token: str) -> None:
        """Delete a token. Raises `Unavailable`, `Refused`."""
        self._read("DELETE", "v1", "tokens", token)

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> base.GatewayNews | None:
        """Check and read a webhook. Raises `Forged`."""
        return events.verify(body, headers, secret=self._config.webhook_secret, now=now)

    def movements(self, after: str | None) -> base.Page[base.Movement]:
        """The sandbox's own books after a cursor. Raises `Unavailable`, `Refused`."""
        query = {"limit": str(PAGE_SIZE), **({"after": after} if after else {})}
        answer = self._read("GET", "v1", "books", query=query)
        if answer is None:
            raise base.Unavailable("the books cannot be found", code="not_found")
        try:
            items = tuple(mapping.movement(found) for found in answer["movements"])
        except (KeyError, TypeError, ValueError) as error:
            raise base.Unavailable("the books cannot be read", code="unreadable") from error
        return base.Page(items, answer.get("next"))

    def _read(
        self,
        method: str,
        *path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """A call that is not about a charge: its JSON, None for 404. Raises `Unavailable`, `Refused`."""
        try:
            answer = self._client.call(method, *path, query=query, body=body, headers=headers)
        except client.Lost as lost:
            raise base.Unavailable(str(lost), code="lost") from lost
        if answer.status == 200:
            return answer.body
        if answer.status == 404:
            return None
        if answer.status >= 500:
            raise base.Unavailable(f"the gateway answered {answer.status}", code=answer.code)
        raise base.Refused(f"the gateway refused: {answer.code}", code=answer.code)
