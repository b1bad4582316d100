"""What an order comes to. Pure: the same figures on the Verify Payment page and at Submit, from one function."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _, override

from counterfoil.agreements import texts
from counterfoil.billers import fees
from counterfoil.core import errors, format as formats
from counterfoil.core.calendar import BankCalendar
from counterfoil.flows.payments.facts import Facts
from counterfoil.flows.payments.orders import Mode, PayOrder, Quote, Share, fee_of, mark
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods.queries import MethodRow

# A payment waits so long for its bank account to be confirmed (NA-08, product.md 3).
WAITS_DAYS = 10


def make(*, facts: Facts, order: PayOrder) -> Quote:
    """Return what `order` comes to.

    :raises errors.Invalid: the amount, the method or an invoice will not do; `field` names which. Without a field:
        the biller takes no payments now.
    :raises errors.Stale: what was to be paid is paid or on its way.
    """
    _check_open(facts)
    _check_method(facts)
    if order.mode == Mode.OUTSTANDING:
        shares, prepaid = _outstanding(facts), 0
    elif order.mode == Mode.AHEAD:
        shares, prepaid = [], _ahead(facts, order)
    else:
        shares, prepaid = _chosen(facts, order)
    amount = sum(share.amount_minor for share in shares) + prepaid
    _check_amount(facts, amount)
    fee = _fee(facts, order)
    if facts.helping is not None:
        facts.helping.check(order=order, amount_minor=amount, fee_minor=fee, prepaid_minor=prepaid)
    return _quote(facts, order, tuple(shares), prepaid, fee)


def stale(made: Quote, seen: str) -> errors.Stale:
    """Return why what was reviewed does not hold any more; a fee that is another one now is named (FE-08)."""
    before = fee_of(seen)
    if before is None or before == made.fee_minor:
        return errors.Stale(_("Something changed since you checked this payment. Please check it again."))
    if not made.fee_minor:
        return errors.Stale(_("This payment has no fee any more. Please check it again."))
    fee = formats.money(made.fee_minor, made.currency, made.order.locale)
    return errors.Stale(_("The fee for this payment is now %(fee)s. Please check it again.") % {"fee": fee})


def _fee(facts: Facts, order: PayOrder) -> int:
    """Return the biller's fee of today, and never more than was agreed to before; nothing for what recurs (FE-06)."""
    fee = fees.of(biller=facts.biller, kind=facts.method.kind)
    return fee if order.most_fee_minor is None else min(fee, order.most_fee_minor)


def _quote(facts: Facts, order: PayOrder, shares: tuple[Share, ...], prepaid: int, fee: int) -> Quote:
    amount = sum(share.amount_minor for share in shares) + prepaid
    effective_on, paid_on, returnable_until = _days(facts)
    with override(order.locale):
        text = texts.single_payment(
            kind=facts.method.kind, terms=_terms(facts, order.locale, (amount, fee), effective_on)
        )
    figures = [
        order.payer_id, order.account_id, facts.method.public_id, amount, prepaid, facts.biller.currency,
        effective_on.isoformat(), text.body,
        # What was left when somebody looked: a part that was paid twice would go through twice otherwise.
        [(s.invoice_public_id, s.amount_minor, s.payable_minor) for s in shares],
        facts.ahead_minor if prepaid else 0,
    ]  # fmt: skip
    return Quote(
        order=order,
        biller_id=facts.biller.id,
        biller_name=facts.biller.name,
        for_whom=facts.account.holder_name,
        payer_name=facts.payer.name,
        method=facts.method,
        shares=shares,
        prepaid_minor=prepaid,
        amount_minor=amount,
        fee_minor=fee,
        currency=facts.biller.currency,
        submitted_on=facts.today,
        effective_on=effective_on,
        paid_on=paid_on,
        returnable_until=returnable_until,
        text=text,
        digest=mark(figures, fee_minor=fee),
    )


def _check_open(facts: Facts) -> None:
    if facts.is_open:
        return
    biller = facts.biller
    if biller.phone:
        message = _("Online payment is not open here. Call %(biller)s at %(phone)s to pay.")
        raise errors.Invalid(message % {"biller": biller.name, "phone": biller.phone}, code="not_open")
    message = _("Online payment is not open here. Please ask the billing office how to pay.")
    raise errors.Invalid(message, code="not_open")


def _check_method(facts: Facts) -> None:
    method = facts.method
    if method.payer_id != facts.payer.id:
        raise errors.Invalid(_("Choose one of your saved payment methods."), field="method")
    if not method.can_pay:
        raise errors.Invalid(_("This payment method cannot be used now. Choose another one."), field="method")
    if not method.is_for(account_id=facts.account.id):
        message = _("This payment method is not for this account. Choose another one.")
        raise errors.Invalid(message, field="method", code="other_account")
    refuse_expired(method, on=facts.today)


def refuse_expired(method: MethodRow, *, on: date) -> None:
    """Refuse a card whose last month is over on a day.

    :raises errors.Invalid: on `method`, with the code `card_expired`.
    """
    if method.is_expired(on=on):
        message = _("This card has expired. Change its expiration date first, or choose another method.")
        raise errors.Invalid(message, field="method", code="card_expired")


def _check_amount(facts: Facts, amount: int) -> None:
    least = facts.min_card_minor
    is_rest = amount >= facts.outstanding_minor > 0
    if facts.method.kind == "card" and 0 < amount < least and not is_rest:
        least_shown = formats.money(least, facts.biller.currency, "en")
        raise errors.Invalid(
            _("The smallest card payment is %(least)s.") % {"least": least_shown}, field="amount"
        )


def _outstanding(facts: Facts) -> list[Share]:
    """Spread the one sum of product.md 7 over what is payable, oldest due first."""
    left = facts.outstanding_minor
    if left <= 0:
        raise errors.Stale(_nothing_left(facts.invoices))
    shares = []
    for invoice in facts.invoices:
        part = min(left, invoice.payable_minor)
        if part > 0:
            shares.append(_share(invoice, part))
            left -= part
    return shares


def _chosen(facts: Facts, order: PayOrder) -> tuple[list[Share], int]:
    by_ref = {invoice.public_id: invoice for invoice in facts.invoices}
    if not order.amounts:
        raise errors.Invalid(_("Choose at least one invoice to pay."), field="invoices")
    shares, prepaid = [], 0
    for ref, wanted in order.amounts:
        invoice = by_ref.get(ref)
        if invoice is None or invoice.payable_minor <= 0:
            raise errors.Stale(
                _("Someone paid this a minute ago, or a payment for it is on its way."), field=ref
            )
        if wanted <= 0:
            raise errors.Invalid(_("Enter an amount above zero."), field=ref)
        if wanted > invoice.payable_minor and not facts.prepayment_allowed:
            most = formats.money(invoice.payable_minor, invoice.currency, order.locale)
            raise errors.Invalid(_("Enter %(most)s or less.") % {"most": most}, field=ref)
        if wanted < invoice.payable_minor and not facts.biller.portal.partial_payment_allowed:
            whole = formats.money(invoice.payable_minor, invoice.currency, order.locale)
            raise errors.Invalid(_("Pay this invoice in full: %(whole)s.") % {"whole": whole}, field=ref)
        part = min(wanted, invoice.payable_minor)
        shares.append(_share(invoice, part))
        prepaid += wanted - part
    if len({share.invoice_id for share in shares}) != len(shares):
        raise errors.Invalid(_("Choose each invoice once."), field="invoices")
    return shares, prepaid


def _ahead(facts: Facts, order: PayOrder) -> int:
    """Return what is paid ahead: kept as credit, and only where nothing is outstanding (product.md 7)."""
    if not facts.prepayment_allowed:
        raise errors.Invalid(_("Payments ahead are not taken here."), field="ahead")
    if facts.outstanding_minor > 0:
        raise errors.Stale(_("There is something to pay now. Please look at it first."))
    amount = sum(minor for _ref, minor in order.amounts)
    if amount <= 0:
        raise errors.Invalid(_("Enter an amount above zero."), field="ahead")
    return amount


def _share(invoice: InvoiceRow, part: int) -> Share:
    return Share(invoice.id, invoice.public_id, invoice.number, part, invoice.payable_minor)


def _nothing_left(invoices: Sequence[InvoiceRow]) -> str:
    if any(invoice.pending_minor for invoice in invoices):
        return _("Nothing is left to pay: a payment is on its way.")
    return _("Nothing is left to pay.")


def _days(facts: Facts) -> tuple[date, date | None, date | None]:
    """The day the money is taken, the day it can be counted on, and the last day the bank can send it back."""
    if facts.method.kind != "bank":
        return facts.today, None, None
    calendar = BankCalendar()
    effective_on = calendar.next(facts.today)
    paid_on = calendar.add_bank_days(effective_on, facts.paid_after_bank_days)
    return effective_on, paid_on, effective_on + timedelta(days=facts.return_window_days)


def _terms(facts: Facts, locale: str, parts: tuple[int, int], effective_on: date) -> texts.PaymentTerms:
    """What the text names; `parts` are amount and fee."""
    amount, fee, total = (
        formats.money(minor, facts.biller.currency, locale) for minor in (*parts, sum(parts))
    )
    method = facts.method
    return texts.PaymentTerms(
        biller_name=facts.biller.legal_name or facts.biller.name,
        biller_phone=facts.biller.phone,
        payer_name=facts.payer.name,
        method=f"{method.issuer} ****{method.last4}" if method.last4 else method.issuer,
        account_kind=_("savings") if method.bank_account_kind == "savings" else _("checking"),
        amount=amount,
        fee=fee,
        total=total,
        debit_on=_debit_on(facts, locale, effective_on),
        today=formats.day(facts.today, locale, long=True),
        locale=locale,
    )


def _debit_on(facts: Facts, locale: str, effective_on: date) -> str:
    """The day that the authorization names; from an account that is still to be confirmed, the last one it can be."""
    if not facts.method.is_pending:
        return formats.day(effective_on, locale, long=True)
    latest = BankCalendar().next(facts.today + timedelta(days=WAITS_DAYS))
    words = _("the first bank day after I confirm this account by two small amounts, %(day)s at the latest,")
    return words % {"day": formats.day(latest, locale, long=True)}
