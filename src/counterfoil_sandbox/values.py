"""`python -m counterfoil_sandbox.values` prints docs/reference/sandbox-values.md from the table of magic values."""

from __future__ import annotations

import sys

from counterfoil_sandbox import magic

_HEAD = """\
# Values of the sandbox gateway

Printed from `src/counterfoil_sandbox/magic.py` by `python -m counterfoil_sandbox.values`; a test compares the two.
The sandbox takes these card numbers only, so that nobody types a real one. Any expiration date that is not past, any
security code of 3 or 4 digits and any ZIP code will do.

## Cards

| Card number | Brand | Funding | What happens when it is charged | Code | Network | Advice | Class |
|---|---|---|---|---|---|---|---|
"""
_BANK = f"""
A card that asks to confirm goes to the 3-D Secure page (**Approve** / **Refuse**) when the payer charges it; charged
without the payer it is declined as `authentication_required`. Refusing is `authentication_failed`.

## Bank accounts

Routing number {magic.TEST_ROUTING} is the sandbox's own bank, "{magic.BANKS[magic.TEST_ROUTING]}". Other routing
numbers that pass the check digit are taken too. Any account number not listed settles.

| Account number | What happens |
|---|---|
"""
_TAIL = """| `0009RRDDD` | comes back as R-code RR after DDD calendar days: 000910045 is R10 after 45 days |

A debit is sent at noon Eastern on its effective day, the money arrives at 8:30 a.m. one bank day later (an event
`charge.funded`, a movement `bank_debit`), and returns come at 8 a.m. of their day (a movement `return` if the money
had arrived).
`expected_on` is four bank days after the effective day.

Two small amounts arrive at 8 a.m. Eastern one bank day after they were asked for; the books page shows them from then
on. They may be typed in either order; the third wrong pair locks the account for good.

## Wallet

The wallet page has **Approve** and **Cancel**; closing it is the third thing a payer may do. Approving an agreement
gives a token: a payment by the payer goes to the wallet page again, one without the payer is captured at once. A wallet
used once has no agreement: each payment goes to the page, and without the payer it is declined. `/wallet` lists the
agreements; **Withdraw Agreement** there makes every later charge end in `revocation_of_authorization` (HARD_REVOKED)
and sends the event `token.revoked`.

## Refunds

`POST /v1/refunds` with `charge`, `amount_minor`, `currency`, `reference` and an `Idempotency-Key` of its own sends
money of a charge back, in one or several refunds that together never come to more than the charge took.
`GET /v1/refunds/by-key/<key>` and `POST .../fence` are as for charges; the same key with another body is 409
`key_reused`.

A refund to a card or wallet succeeds at once. One to a bank account is pending and succeeds at 8:30 a.m. Eastern two
bank days later. What fails or comes back does so at 8 a.m. of its day, and may then be refunded again under a new
key. Money that left is a movement `refund`, money that came back `refund_failed`; one that fails before the money
left moves nothing. Events: `refund.pending`, `refund.succeeded`, `refund.failed`. A bank can still return a debit of
which something was refunded; then both move.

| Refused | When |
|---|---|
| 400 `refund_too_much` | refunds that are pending or succeeded would come to more than the charge took |
| 400 `not_refundable` | the charge is not captured, its debit has not brought the money yet, or it was returned |
| 400 `too_old` | the charge is more than 180 days old |
| 400 `currency_mismatch` | not the currency of the charge |
| 404 `charge_not_found` | no such charge |
| 409 `key_fenced` | the key was fenced |

## Faults

Switched on by `POST /v1/admin/faults` or on the books page, for a number of times or by probability from a seed; `on`
says for which call: `charge` (the preset), `refund`, `look_up`, `fence` or `any`.

| Fault | What happens |
|---|---|
| `answer_lost_before`, `answer_lost_after` | no answer: the connection closes before or after the work was done |
| `slow` | the work begins after `seconds` (preset 8) |
| `error_500_then_success` | one 500 before anything was done |
| `delayed_execution` | no answer, look-up says 404, done after `seconds` (preset 120) or by *Deliver Delayed* |
| `keys_forgotten_after` | the same key sent again after `seconds` moves money again; look-up and fence still know it |
| `event_doubled` | the event is sent twice with one id |
| `event_late` | the event is sent after `seconds` (preset 3600) |
| `event_out_of_order` | the event is held for 90 seconds, so that later ones overtake it |
| `event_forged` | beside the event goes another with a signature that does not hold |
"""
_DOES = {"approve": "approved", "decline": "declined", "confirm": "asks to confirm (3-D Secure)"}


def _says(behavior: magic.Behavior) -> str:
    does = _DOES[behavior.does]
    return f"{does}; {behavior.refund.says}" if behavior.refund else does


def render() -> str:
    """The page as Markdown."""
    cards = "".join(
        f"| {card.number} | {card.brand} | {card.funding} | {_says(card.behavior)} | {card.behavior.code} "
        f"| {card.behavior.network_code} | {card.behavior.advice_code} | {card.decline_class} |\n"
        for card in magic.CARDS
    )
    accounts = "".join(f"| {account.number} | {account.says} |\n" for account in magic.ACCOUNTS)
    return f"{_HEAD}{cards}{_BANK}{accounts}{_TAIL}"


if __name__ == "__main__":
    sys.stdout.write(render())
