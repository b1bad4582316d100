"""The PDFs about an account over time: a statement, a yearly summary, and what was authorized."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, pgettext, pgettext_lazy

from counterfoil.agreements.queries import EvidenceRow
from counterfoil.billers import queries as biller_queries
from counterfoil.billers.queries import BillerRow
from counterfoil.documents import (
    authorization as authorization_document,
    statement as statement_document,
    summary as summary_document,
)
from counterfoil.payers.rows import AccountRow, PayerRow
from counterfoil.payments.rows import PaymentRow
from counterfoil.payments.statements import Move, Statement
from counterfoil.payments.yearly import Person, Yearly
from counterfoil.ui import formats, sheets

# What an entry of the books is called on a statement, with the number it is about and without.
MOVES: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "invoice.issued": (gettext_lazy("Invoice %(number)s"), gettext_lazy("Invoice")),
    "invoice.voided": (gettext_lazy("Invoice %(number)s is void"), gettext_lazy("An invoice is void")),
    "invoice.credited": (gettext_lazy("Credit on invoice %(number)s"), gettext_lazy("Credit on an invoice")),
    "invoice.changed": (gettext_lazy("Invoice %(number)s was changed"), gettext_lazy("An invoice was changed")),
    "invoice.readdressed": (
        gettext_lazy("Invoice %(number)s has another addressee"), gettext_lazy("An invoice has another addressee"),
    ),
    "payment.settled": (
        gettext_lazy("Payment %(number)s"), gettext_lazy("Payment by somebody who shares the bill"),
    ),
    "payment.recorded": (gettext_lazy("Payment %(number)s"), gettext_lazy("Payment")),
    "payment.returned": (
        gettext_lazy("Payment %(number)s was sent back by the bank"),
        gettext_lazy("A payment was sent back by the bank"),
    ),
    "refund.requested": (
        gettext_lazy("Refund of payment %(number)s"), gettext_lazy("Refund to somebody who shares the bill"),
    ),
    "refund.failed": (
        gettext_lazy("Refund of payment %(number)s did not go through: it is credit"),
        gettext_lazy("A refund did not go through: it is credit"),
    ),
    "refund.came_back": (
        gettext_lazy("Refund of payment %(number)s came back from the bank: it is credit"),
        gettext_lazy("A refund came back from the bank: it is credit"),
    ),
    "credit.applied": (gettext_lazy("Credit used"), gettext_lazy("Credit used")),
}  # fmt: skip
KINDS: Final[dict[str, str | Promise]] = {
    "single": gettext_lazy("One payment"),
    "recurring": gettext_lazy("Autopay"),
    "standing": gettext_lazy("Collection by the biller"),
    "helper": gettext_lazy("A helper's payments"),
    "stored_method": gettext_lazy("Keeping a payment method"),
}
ANSWERED_YES: Final = "answered_yes"
IN_FORCE: Final = pgettext_lazy("authorization", "In force")


def statement(
    *,
    biller: BillerRow,
    payer: PayerRow,
    account: AccountRow,
    found: Statement,
    pending_minor: int,
    now: datetime,
) -> bytes:
    """Return a statement in the active language.

    `pending_minor` is what is on its way now; it is named where the period reaches to the biller's today.
    """
    today = biller_queries.today(biller=biller, now=now)
    closing = found.closing_minor
    note = ""
    if pending_minor and found.last >= today:
        note = _("%(amount)s is on its way and not counted yet.") % {"amount": _money(pending_minor, biller)}
    data = statement_document.StatementData(
        biller=sheets.letterhead_of(biller),
        payer=payer.name,
        period=period(found.first, found.last),
        opening_day=formats.day(found.first, long=False),
        opening=_money(found.opening_minor, biller),
        closing_day=formats.day(found.last, long=False),
        closing_on=formats.day(found.last),
        closing=_money(abs(closing), biller),
        balance=_money(closing, biller),
        closing_words=balance_words(closing),
        is_settled=closing <= 0,
        lines=tuple(_line(move, biller) for move in found.moves),
        charged=_money(found.charged_minor, biller),
        paid=_money(found.paid_minor, biller),
        account=account.number,
        billed_for=account.holder_name,
        note=note,
        as_of=_as_of(biller, now),
        how_to_pay=_("To pay, go online or call %(phone)s.") % {"phone": biller.phone}
        if biller.phone
        else "",
    )
    return statement_document.render(data=data, rendered_at=now, locale=formats.current_locale())


def summary(*, biller: BillerRow, payer: PayerRow, found: Yearly, now: datetime) -> bytes:
    """Return a yearly summary in the active language."""
    today = biller_queries.today(biller=biller, now=now)
    notes = []
    if found.year == today.year:
        notes.append(_("The year is not over: this is what was paid until now."))
    if found.pending:
        amount = _money(sum(payment.total_minor for payment in found.pending), biller)
        notes.append(_("%(amount)s is on its way and not counted yet.") % {"amount": amount})
    data = summary_document.SummaryData(
        biller=sheets.letterhead_of(biller),
        payer=payer.name,
        year=str(found.year),
        total=_money(found.total_minor, biller),
        people=tuple(_person(person, biller) for person in found.people),
        note=" ".join(notes),
        closing=(
            _("A bank payment counts on the day the bank took it, a card payment on the day it was charged."),
            _("This is a record of what was paid. Ask a tax adviser what of it you can deduct."),
            _as_of(biller, now),
        ),
    )
    return summary_document.render(data=data, rendered_at=now, locale=formats.current_locale())


def authorization(*, biller: BillerRow, row: EvidenceRow, method: str, now: datetime) -> bytes:
    """Return what was authorized, word for word, with its evidence; only the frame is in the active language."""
    facts = [
        (_("Accepted by"), row.accepted_by_name or row.payer_name),
        (_("What it is for"), str(KINDS.get(row.kind, row.kind))),
        (_("Payment method"), method),
        (_("Amount"), formats.money(row.amount_minor, currency=row.currency) if row.amount_minor else ""),
        (_("Payer"), row.payer_name),
        (_("Not before"), formats.day(row.debit_on) if row.debit_on else ""),
    ]
    evidence = [
        (_("When"), formats.instant(row.accepted_at, zone=biller.zone)),
        (_("How"), assent_words(row.assent)),
        (_("Internet address"), row.ip),
        (_("Browser"), row.user_agent),
        (_("Language"), row.locale),
        (_("Version of the text"), row.template_version),
    ]
    data = authorization_document.AuthorizationData(
        biller=sheets.letterhead_of(biller),
        number=row.public_id,
        status=status_words(row),
        is_in_force=row.revoked_at is None,
        status_on=_status_on(row, biller),
        text=row.text,
        text_locale=row.locale,
        facts=tuple((label, value) for label, value in facts if value),
        evidence=tuple((label, value) for label, value in evidence if value),
        sha256=row.text_sha256,
    )
    return authorization_document.render(data=data, rendered_at=now, locale=formats.current_locale())


def period(first: date, last: date) -> str:
    """Return a period in words: a whole month by its name, any other by both days."""
    if formats.month_of(first) == (first, last):
        return formats.month(first)
    return _("%(first)s to %(last)s") % {
        "first": formats.day(first, long=False),
        "last": formats.day(last, long=False),
    }


def balance_words(minor: int) -> str:
    """Return what a balance is: owed, nothing, or credit."""
    if minor > 0:
        return pgettext("a balance", "Owed")
    return pgettext("a balance", "Credit") if minor < 0 else _("Nothing is owed")


def status_words(row: EvidenceRow) -> str:
    """Return how an authorization stands."""
    if row.revoked_at is not None:
        return pgettext("authorization", "Taken back")
    return pgettext("authorization", "For one payment") if row.is_single else str(IN_FORCE)


def assent_words(assent: str) -> str:
    """Return the act by which somebody accepted: a button, or an answer."""
    if assent == ANSWERED_YES:
        return _("Answered Yes")
    return _("Pressed the button “%(label)s”") % {"label": assent} if assent else ""


def _status_on(row: EvidenceRow, biller: BillerRow) -> str:
    if row.revoked_at is not None:
        return formats.instant(row.revoked_at, zone=biller.zone)
    since = formats.instant(row.accepted_at, zone=biller.zone)
    return _("Accepted %(when)s") % {"when": since}


def _line(move: Move, biller: BillerRow) -> statement_document.StatementLine:
    more = move.amount_minor > 0
    return statement_document.StatementLine(
        day=formats.day(move.day, long=False),
        what=move_words(move),
        charge=_money(move.amount_minor, biller) if more else "",
        payment="" if more else _money(-move.amount_minor, biller),
        balance=_money(move.balance_minor, biller),
        about=move.method_label,
    )


def move_words(move: Move) -> str:
    """Return what a line of a statement was."""
    numbered, plain = MOVES.get(move.kind, (_("Other change"), _("Other change")))
    return str(numbered) % {"number": move.number} if move.number else str(plain)


def _person(person: Person, biller: BillerRow) -> summary_document.SummaryPerson:
    kinds = [
        *person.kinds,
        (_("Parts of invoices that were not paid whole"), person.part_minor),
        (_("Paid ahead: credit for later invoices"), person.credit_minor),
        (_("Fees for paying"), person.fee_minor),
    ]
    return summary_document.SummaryPerson(
        name=person.for_whom,
        account=person.account_number,
        kinds=tuple((what, _money(minor, biller)) for what, minor in kinds if minor),
        payments=tuple(
            summary_document.SummaryPayment(
                day=formats.day(payment.effective_on, long=False),
                number=payment.number,
                method=_paid_with(payment, biller),
                amount=_money(payment.kept_minor, biller),
            )
            for payment in person.payments
        ),
        total=_money(person.total_minor, biller),
    )


def _paid_with(payment: PaymentRow, biller: BillerRow) -> str:
    """Return the method of a payment, with what it was before a part of it was refunded."""
    if not payment.refunded_total_minor:
        return payment.method_label
    named = {
        "paid": _money(payment.total_minor, biller),
        "refunded": _money(payment.refunded_total_minor, biller),
    }
    said = _("%(paid)s paid, %(refunded)s refunded") % named
    return f"{payment.method_label}. {said}"


def _as_of(biller: BillerRow, now: datetime) -> str:
    return _("As of %(when)s.") % {"when": formats.instant(now, zone=biller.zone)}


def _money(minor: int, biller: BillerRow) -> str:
    return formats.money(minor, currency=biller.currency)
