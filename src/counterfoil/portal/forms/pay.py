"""Step 1 of Make a Payment: which method, how much, of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _, gettext_lazy

from counterfoil.core import format as core_format
from counterfoil.core.errors import Refused
from counterfoil.flows.payments.orders import Mode
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods.queries import MethodRow
from counterfoil.portal.kept import KeptOrder
from counterfoil.ui import formats
from counterfoil.ui.choices import Choice

PICK, AMOUNT, AHEAD = "pick_", "amount_", "ahead"
LATER, PAY_ON = "later", "pay_on"
# PayPal for this time only: approved on its page, and not saved.
ONCE: Final = "paypal-once"
FIELDS: Final = {"method": "method", "amount": "mode", "invoices": "mode", "ahead": AHEAD, "pay_on": PAY_ON}
# The first is what a date field sends; the others are what people type where there is none.
DAYS: Final = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y")


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen: usable methods, payable invoices, the one sum, and other amounts than an invoice's own.

    `takes_ahead`: nothing is outstanding, and money can be paid ahead. `is_cut`: there are more invoices than listed.
    `later_from`, `later_until`: the days that *Pay on a later date* can choose from; None where it is not offered.
    `expired`: cards that are shown, and can be chosen again once they are renewed. `fees`: what each kind of method
    costs, in minor units; empty where nothing costs a fee.
    """

    methods: Sequence[MethodRow]
    invoices: Sequence[InvoiceRow]
    outstanding_minor: int
    currency: str
    takes_less: bool = True
    takes_more: bool = True
    takes_ahead: bool = False
    is_cut: bool = False
    later_from: date | None = None
    later_until: date | None = None
    takes_wallet: bool = False
    expired: Sequence[MethodRow] = ()
    fees: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_choose(self) -> bool:
        """Tell whether there is anything to pay with."""
        return bool(self.methods) or self.takes_wallet

    @property
    def is_only_ahead(self) -> bool:
        """Tell whether paying ahead is all there is to do."""
        return self.takes_ahead and not self.invoices


@dataclass(frozen=True, slots=True)
class InvoiceFields:
    """One invoice with its checkbox and its dollar field."""

    invoice: InvoiceRow
    pick: BoundField
    amount: BoundField


class SelectMethod(forms.Form):
    """From, Payment Amount, and a dollar field for each invoice."""

    method = forms.ChoiceField(
        label=gettext_lazy("From"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how you want to pay."),
            "invalid_choice": gettext_lazy("This payment method cannot be used now. Choose another one."),
        },
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Payment Amount"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how much you want to pay.")},
    )

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.chosen: tuple[tuple[str, int], ...] = ()
        cast(forms.ChoiceField, self.fields["method"]).choices = _methods(offered)
        cast(forms.ChoiceField, self.fields["mode"]).choices = _modes(offered)
        money: dict[str, Any] = {"data-ui": "money"}
        if not (offered.takes_less or offered.takes_more):
            money["readonly"] = True
        for invoice in offered.invoices:
            label = _("Pay invoice %(number)s") % {"number": invoice.number}
            amount_label = _("Amount for invoice %(number)s") % {"number": invoice.number}
            self.fields[PICK + invoice.public_id] = forms.BooleanField(required=False, label=label)
            self.fields[AMOUNT + invoice.public_id] = forms.CharField(
                required=False,
                max_length=20,
                label=amount_label,
                widget=forms.TextInput(attrs=money),
                initial=_plain(invoice.payable_minor),
            )
        if offered.takes_ahead:
            self.fields[AHEAD] = forms.CharField(
                required=False,
                max_length=20,
                label=_("Amount to pay ahead"),
                help_text=_("It is kept as credit and pays your next invoices."),
                widget=forms.TextInput(attrs={"data-ui": "money"}),
            )

        if offered.later_from and offered.later_until:
            self._add_later(offered.later_from, offered.later_until)

    def _add_later(self, first: date, last: date) -> None:
        self.fields[LATER] = forms.BooleanField(required=False, label=_("Pay on a later date"))
        bounds = {"min": first.isoformat(), "max": last.isoformat()}
        self.fields[PAY_ON] = forms.DateField(
            required=False,
            label=_("Day of the payment"),
            help_text=_("From %(first)s to %(last)s.")
            % {"first": formats.day(first, long=False), "last": formats.day(last, long=False)},
            widget=forms.DateInput(attrs=bounds),
            input_formats=DAYS,
            error_messages={"invalid": _("Enter a day, such as 12/05/2026.")},
        )

    @property
    def invoice_fields(self) -> list[InvoiceFields]:
        """The invoices with their fields, oldest due first."""
        return [
            InvoiceFields(each, self[PICK + each.public_id], self[AMOUNT + each.public_id])
            for each in self.offered.invoices
        ]

    def clean(self) -> dict[str, Any]:
        """Read the dollar fields of the invoices that are ticked."""
        values = super().clean() or self.cleaned_data
        if values.get("mode") == Mode.INVOICES:
            picked = [each.public_id for each in self.offered.invoices if values.get(PICK + each.public_id)]
            self.chosen = tuple(
                (ref, minor) for ref in picked if (minor := self._amount(values, AMOUNT + ref)) is not None
            )
            if not picked:
                self.add_error("mode", _("Choose at least one invoice to pay."))
        elif values.get("mode") == Mode.AHEAD:
            minor = self._amount(values, AHEAD)
            self.chosen = () if minor is None else (("", minor),)
        if values.get(LATER) and PAY_ON not in self.errors:
            if not values.get(PAY_ON):
                self.add_error(PAY_ON, _("Choose the day of the payment."))
            elif values.get("method") == ONCE:
                self.add_error(PAY_ON, _("PayPal for this time only pays today. Add PayPal to pay later."))
            elif values.get("mode") == Mode.AHEAD:
                self.add_error(PAY_ON, _("What you pay ahead is paid today. Choose what is owed, or today."))
        return values

    def _amount(self, values: Mapping[str, Any], name: str) -> int | None:
        try:
            return core_format.parse_money(values.get(name, ""))
        except core_format.NotMoney as error:
            self.add_error(name, str(error))
            return None

    def kept(self, *, key: str = "") -> KeptOrder:
        """Return what was chosen, as far as it can be read, for the way to step 2."""
        values = self.cleaned_data
        day = values.get(PAY_ON) if values.get(LATER) else None
        return KeptOrder(
            method_ref=values.get("method", ""),
            mode=Mode(values.get("mode") or Mode.OUTSTANDING),
            amounts=self.chosen,
            key=key,
            pay_on=day.isoformat() if day else "",
        )

    def refuse(self, refusal: Refused) -> None:
        """Put a flow's refusal beside the field it is about."""
        name = FIELDS.get(refusal.field or "", AMOUNT + (refusal.field or ""))
        self.add_error(name if name in self.fields else None, refusal.message)


def posted(order: KeptOrder) -> dict[str, str]:
    """Return what step 1 would have posted for this order, to draw it again with everything kept."""
    values = {"method": order.method_ref, "mode": str(order.mode)}
    if order.pay_on:
        values |= {LATER: "on", PAY_ON: order.pay_on}
    for ref, minor in order.amounts:
        values |= {PICK + ref: "on", AMOUNT + ref: _plain(minor)} if ref else {AHEAD: _plain(minor)}
    return values


def fee_words(fees: Mapping[str, int], kind: str, currency: str) -> str:
    """Return what paying with this kind of method costs, as it stands beside it; empty where nothing costs a fee."""
    if not fees:
        return ""
    fee = fees.get(kind, 0)
    return _("Fee %(fee)s") % {"fee": formats.money(fee, currency=currency)} if fee else _("No fee")


def method_choice(method: MethodRow, *, fee: str = "") -> Choice:
    """Return a saved method as a choice card; with `fee` it says what paying with it costs."""
    what = (_("%(issuer)s, ending in %(last4)s") if method.issuer else _("Ending in %(last4)s")) % {
        "issuer": method.issuer,
        "last4": method.last4,
    }
    if not method.last4:
        what = method.issuer
    default = _("Default") if method.is_default else ""
    notes = [what if method.nickname else "", default if fee else ""]
    return Choice(
        method.nickname or what,
        note=" · ".join(note for note in notes if note),
        aside=fee or default,
        icon=method.kind,
    )


def once_choice(*, fee: str = "") -> Choice:
    """Return paying with PayPal without saving it as a choice card."""
    return Choice(
        _("PayPal, this time only"),
        note=_("You approve the payment at PayPal. It is not saved."),
        aside=fee,
        icon="wallet",
    )


def _methods(offered: Offered) -> list[tuple[str, Choice]]:
    def costs(kind: str) -> str:
        return fee_words(offered.fees, kind, offered.currency)

    saved = [(method.public_id, method_choice(method, fee=costs(method.kind))) for method in offered.methods]
    return [*saved, *([(ONCE, once_choice(fee=costs("wallet")))] if offered.takes_wallet else [])]


def _modes(offered: Offered) -> list[tuple[str, Choice]]:
    outstanding = formats.money(offered.outstanding_minor, currency=offered.currency)
    modes = [(str(Mode.OUTSTANDING), Choice(_("Outstanding Balance"), aside=outstanding))]
    specific = (
        str(Mode.INVOICES),
        Choice(_("Specific Invoice(s)"), note=_("Choose which, and how much of each.")),
    )
    ahead = (str(Mode.AHEAD), Choice(_("Pay Ahead"), note=_("Kept as credit for your next invoices.")))
    return [
        *(modes if offered.outstanding_minor else []),
        *([specific] if offered.invoices else []),
        *([ahead] if offered.takes_ahead else []),
    ]


def _plain(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
