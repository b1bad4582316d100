"""What becomes of one scheduled payment on its day. Pure: the row and the facts in, one decision out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from counterfoil.core import errors
from counterfoil.flows.payments import quote as payment_quote
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.flows.schedules import collecting, days
from counterfoil.flows.schedules.told import NOT_YET, Told
from counterfoil.payers.states import Standing
from counterfoil.schedules import states
from counterfoil.schedules.rows import ScheduledRow

SCOPE: Final = "schedule"
# A day is promised: what could not be made within this is not made behind the payer's back.
LATEST: Final = timedelta(days=10)
_STOPPED: Final = (states.PAUSED, states.ENDED)


@dataclass(frozen=True, slots=True)
class Take:
    """Bear this payment. The fee, in minor units, is on top of the amount."""

    submission: Submission
    amount_minor: int
    fee_minor: int = 0

    @property
    def total_minor(self) -> int:
        """What the method is charged, and its authorization must cover."""
        return self.amount_minor + self.fee_minor


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take nothing, and say why. `pauses`: why autopay cannot go on either, where it cannot."""

    reason: str
    pauses: str = ""


NO_METHOD: Final = Cancel("method", pauses=states.METHOD)


@dataclass(frozen=True, slots=True)
class Move:
    """Not today: it was not told of long enough before. It is told of anew, with this day or a later one."""

    run_on: date


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again at the next run: the biller takes no payments at the moment, or the account is on hold."""


Decision: TypeAlias = Take | Cancel | Move | Wait


def decide(*, row: ScheduledRow, facts: Facts, today: date, told: Told = NOT_YET) -> Decision:
    """Return what to do with a scheduled payment whose day has come; `told` counts for what is announced."""
    not_today: Decision | None = _not_today(row, facts, today, told)
    if not_today is None and facts.account.standing == Standing.ON_HOLD:
        # Nobody makes this one by choice on its day: a hold stops it; one that lasts makes it too late.
        not_today = Wait()
    if not_today is not None:
        return not_today
    promised = collecting.still_due(row, facts, today) if row.origin == states.PULL else row.amounts
    amounts = lowered(promised, facts)
    taken = sum(minor for _, minor in amounts)
    if not taken:
        return Cancel(_nothing(row, facts, promised))
    if row.tries and taken < row.amount_minor:
        # The same amount or none: a lower one is no second try of the same entry (NA-14, CD-02).
        return Cancel("retry")
    order = PayOrder(
        row.payer_id,
        row.account_id,
        row.method_ref,
        Mode.INVOICES,
        amounts,
        locale=facts.payer.locale,
        most_fee_minor=row.fee_minor,
    )
    try:
        made = payment_quote.make(facts=facts, order=order)
    except errors.Refused as refusal:
        return _refused(refusal)
    if row.tries and made.fee_minor != row.fee_minor:
        # Exactly what was agreed to, or nothing: the biller has lowered its fee since.
        return Cancel("fee")
    return Take(_submission(row, order, made.digest), made.amount_minor, made.fee_minor)


def _not_today(row: ScheduledRow, facts: Facts, today: date, told: Told) -> Cancel | Move | None:
    if row.origin == states.PULL:
        reason = collecting.stopped(row=row, facts=facts, today=today, told=told)
        return Cancel(reason) if reason else None
    if today - row.run_on > LATEST:
        return Cancel("late")
    if row.is_superseded:
        # Other terms or another method were agreed to since it was claimed: it is planned anew, by those.
        return Cancel("changed")
    moved = _told_too_late(row, facts, today, told)
    if row.enrollment_status in _STOPPED and (moved is not None or row.run_on < today):
        # What was past its cut-off is still made on its day, as was said, and not on a later one.
        return Cancel(row.enrollment_status)
    return moved


def lowered(amounts: tuple[tuple[str, int], ...], facts: Facts) -> tuple[tuple[str, int], ...]:
    """Return what is taken of what was promised: never more than is left of an invoice, nor than is outstanding."""
    # A dispute stops debits of what is disputed (product.md 1); its payer may still pay it by choice.
    payable = {
        invoice.public_id: invoice.payable_minor for invoice in facts.invoices if not invoice.is_disputed
    }
    left, parts = facts.outstanding_minor, []
    for ref, promised in amounts:
        part = min(promised, payable.get(ref, 0), left)
        if part > 0:
            parts.append((ref, part))
            left -= part
    return tuple(parts)


def _nothing(row: ScheduledRow, facts: Facts, promised: tuple[tuple[str, int], ...]) -> str:
    """Return why nothing is left to take."""
    if _is_held(row, facts):
        return "disputed"
    # Staff gave the bill a later day, past the one it was to be collected on.
    is_later = not promised and bool(lowered(row.amounts, facts))
    return "changed" if is_later else "nothing"


def _is_held(row: ScheduledRow, facts: Facts) -> bool:
    refs = {ref for ref, _ in row.amounts}
    return any(i.is_disputed and i.public_id in refs and i.payable_minor > 0 for i in facts.invoices)


def _told_too_late(row: ScheduledRow, facts: Facts, today: date, told: Told) -> Cancel | Move | None:
    """Hold a debit of autopay whose notice was not sent, or not long enough ago (RE-02: otherwise the runner refuses).

    It moves to the first day that a notice of today is early enough for. Nothing is taken where none can arrive.
    """
    if row.origin != states.AUTOPAY:
        return None
    if row.noticed_on is not None and not row.notice_days:
        # Its payer changed it by hand, and saw amount and day then.
        return None
    if told.on is not None and told.on + timedelta(days=row.notice_days) <= today:
        return None
    if told.refused_at and told.refused_at == facts.payer.email:
        return Cancel(states.PAUSED, pauses=states.UNTOLD)
    return Move(days.bank_day(today + timedelta(days=max(1, row.notice_days))))


def _refused(refusal: errors.Refused) -> Decision:
    if refusal.code == "not_open":
        return Wait()
    if isinstance(refusal, errors.Stale):
        return Wait()
    return NO_METHOD if refusal.field == "method" else Cancel("part")


def _submission(row: ScheduledRow, order: PayOrder, digest: str) -> Submission:
    return Submission(
        order=order,
        scope=SCOPE,
        key=row.public_id,
        seen=digest,
        origin=_origin(row),
        assent="",
        authorization_id=row.authorization_id,
        retry_of_id=row.retry_of_id,
    )


def _origin(row: ScheduledRow) -> str:
    if row.origin == states.PULL:
        return states.PULL
    return "autopay" if row.enrollment_ref else "schedule"
