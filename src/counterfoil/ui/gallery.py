"""The gallery: every component in every state, with made-up data; for people who build pages, and for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from counterfoil.ui import charts, icons, statuses
from counterfoil.ui.choices import Choice

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 21, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GalleryBrand:
    """What layouts expect of a brand."""

    name: str = "Maple Court"
    phone: str = "(512) 555-0142"
    email: str = "billing@maplecourt.example"
    hue: int = 245
    css_url: str = ""
    on_behalf_of: str = ""
    logo_url: str = ""


@dataclass(frozen=True, slots=True)
class GalleryUser:
    """A signed-in person, for the layouts alone."""

    is_authenticated: bool = True


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the desk's navigation."""

    text: str
    icon: str
    current: bool = False
    href: str = "#main"


@dataclass(frozen=True, slots=True)
class Row:
    """An invoice as the list shows it."""

    number: str
    whom: str
    due_on: date
    total_minor: int
    balance_minor: int
    status: str
    payable: bool = False


ROWS = (
    Row("INV-10482", "Harold Alvarez", date(2026, 12, 1), 612500, 612500, "open", payable=True),
    Row("INV-10417", "Harold Alvarez", date(2026, 11, 1), 598000, 84250, "partly_paid", payable=True),
    Row("INV-10390", "Harold Alvarez", date(2026, 10, 15), 12000, 12000, "overdue", payable=True),
    Row("INV-10311", "Ruth Alvarez", date(2026, 11, 25), 45000, 45000, "payment_pending"),
    Row("INV-10202", "Harold Alvarez", date(2026, 10, 1), 598000, 0, "paid"),
)

METHODS = [
    (
        "mth_1",
        Choice(
            "Harold Alvarez", note="Checking at Sandbox Bank, ending in 6789", aside="Default", icon="bank"
        ),
    ),
    ("mth_2", Choice("Visa ending in 4242", note="Expires 08/2028", icon="card")),
    ("new", Choice("Add a new payment method", icon="plus")),
]


class GalleryForm(forms.Form):
    """One field of every kind."""

    email = forms.EmailField(
        label="Email Address", widget=forms.EmailInput(attrs={"autocomplete": "email"}), required=False
    )
    password = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        required=False,
    )
    nickname = forms.CharField(
        label="Account Nickname", help_text="We suggest the resident's first and last name.", required=False
    )
    amount = forms.CharField(label="Payment Amount", widget=forms.TextInput(attrs={"data-ui": "money"}))
    pay_on = forms.DateField(label="Pay on", initial=date(2026, 12, 1))
    method = forms.ChoiceField(label="From", choices=METHODS, initial="mth_1", widget=forms.RadioSelect)
    collects = forms.ChoiceField(
        label="May Maple Court collect what I owe from this method?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        help_text="You can change your answer at any time.",
    )
    relation = forms.ChoiceField(
        label="Relation to the account",
        choices=[("", "Choose one"), ("child", "Son or daughter")],
        required=False,
    )
    default = forms.BooleanField(label="Default Payment Method", required=False)
    accounts = forms.MultipleChoiceField(
        label="Accounts it is for",
        choices=[("1", "Harold Alvarez, account 10442"), ("2", "Ruth Alvarez, account 10443")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    question = forms.CharField(label="Your question", widget=forms.Textarea, required=False)
    code = forms.CharField(
        label="Code",
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
        required=False,
    )
    statement = forms.FileField(label="Bank statement file", required=False, help_text="CSV, up to 10 MB.")
    locked = forms.CharField(
        label="Payment Date", initial="Saturday, November 21", disabled=True, required=False
    )


class SignInForm(forms.Form):
    """The look of the sign-in page."""

    login = forms.EmailField(label="Email Address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class WrongForm(forms.Form):
    """Fields that refuse what was typed."""

    paid = forms.CharField(label="Amount to pay", widget=forms.TextInput(attrs={"data-ui": "money"}))
    routing = forms.CharField(label="Routing Number")
    account_kind = forms.ChoiceField(
        label="Account Type", choices=[("c", "Checking"), ("s", "Savings")], widget=forms.RadioSelect
    )
    mine = forms.BooleanField(label="This account is mine, or I may use it")

    def clean(self) -> dict[str, object]:
        """Add messages as the real forms word them."""
        self.add_error("paid", "Enter an amount of $6,125.00 or less.")
        self.add_error("routing", "Enter the 9 digits at the bottom left of a check.")
        return self.cleaned_data


def _wrong_form() -> WrongForm:
    form = WrongForm({"paid": "61,250.00", "routing": "12345"})
    form.fields["mine"].error_messages["required"] = "Tick the box to say that you may use this account."
    form.fields["account_kind"].error_messages["required"] = "Choose Checking or Savings."
    form.full_clean()
    return form


def _chart() -> charts.Chart:
    return charts.build(
        title="Paid in the last four months",
        label_head="Month",
        value_head="Paid",
        bars=[
            charts.Bar("August", 598000, "$5,980.00"),
            charts.Bar("September", 610000, "$6,100.00"),
            charts.Bar("October", 513750, "$5,137.50"),
            charts.Bar("November", 45000, "$450.00"),
        ],
    )


def _context() -> dict[str, object]:
    return {
        "brand": GalleryBrand(),
        "user": GalleryUser(),
        "person_name": "Ruth Alvarez",
        "today": TODAY,
        "zone": "America/Chicago",
        "rows": ROWS,
    }


def portal(request: HttpRequest) -> HttpResponse:
    """Every component, in the payer's layout."""
    return render(
        request,
        "ui/gallery/portal.html",
        {
            **_context(),
            "form": GalleryForm(),
            "wrong": _wrong_form(),
            "chart": _chart(),
            "now": NOW,
            "statuses": list(statuses.PAYMENT) + list(statuses.INVOICE) + list(statuses.OTHER),
            "icons": list(icons.PATHS),
            "done": [
                DoneMessage("Payment method added.", "success"),
                DoneMessage("Mail is slow now.", "warning"),
            ],
        },
    )


@dataclass(frozen=True, slots=True)
class DoneMessage:
    """A message as Django's framework hands it to a template."""

    text: str
    level_tag: str

    def __str__(self) -> str:
        return self.text


def window(request: HttpRequest) -> HttpResponse:
    """The window Make a Payment, as a page and as what opens over the gallery."""
    return render(request, "ui/gallery/window.html", {**_context(), "form": GalleryForm()})


def sign_in(request: HttpRequest) -> HttpResponse:
    """The plain layout."""
    return render(request, "ui/gallery/sign_in.html", {"brand": GalleryBrand(), "form": SignInForm()})


def desk(request: HttpRequest) -> HttpResponse:
    """The desk's layout and its dense tables."""
    nav = [
        NavEntry("Accounts", "users"),
        NavEntry("Invoices", "file", current=True),
        NavEntry("Payments", "card"),
        NavEntry("Payment Center", "bank"),
        NavEntry("Connect Center", "link"),
    ]
    return render(
        request,
        "ui/gallery/desk.html",
        {**_context(), "desk_nav": nav, "search_url": "#main", "person_name": "Dana Reed", "chart": _chart()},
    )
