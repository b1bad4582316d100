"""Who lives, pays and works in the demo. Passwords are for practice and are printed at every start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from counterfoil.billers.drafts import NewBiller

STAFF_PASSWORD: Final = "maple-court-staff-2026"  # noqa: S105 - the demo's, printed on purpose
PAYER_PASSWORD: Final = "sunday-garden-walk"  # noqa: S105 - the same

MAPLE_COURT: Final = NewBiller(
    organization="Maple Senior Living",
    key="maple-court",
    name="Maple Court",
    legal_name="Maple Court Senior Living LLC",
    zone="America/Chicago",
    phone="(312) 555-0142",
    email="billing@maplecourt.example",
    address_lines=("400 Maple Avenue", "Springfield, IL 62701"),
    hue=158,
)
HARBOR_VIEW: Final = NewBiller(
    organization="Maple Senior Living",
    key="harbor-view",
    name="Harbor View",
    legal_name="Harbor View Assisted Living Inc.",
    zone="America/New_York",
    phone="(207) 555-0117",
    email="accounts@harborview.example",
    address_lines=("12 Harbor Street", "Portland, ME 04101"),
    hue=240,
)
BILLERS: Final = (MAPLE_COURT, HARBOR_VIEW)
# Who pulls what is owed from those who allow it, and on which days of the month.
COLLECTS: Final = {MAPLE_COURT.key: (5, 20)}
# Whose card payments cost a flat fee, in cents; so that both kinds of house can be seen.
CARD_FEES: Final = {HARBOR_VIEW.key: 295}


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of staff."""

    biller: str
    name: str
    email: str
    role: str


STAFF: Final = (
    Worker("maple-court", "Dana Reyes", "dana@maplecourt.example", "administrator"),
    Worker("maple-court", "Bill Ingram", "bill@maplecourt.example", "billing"),
    Worker("harbor-view", "Harriet Moss", "harriet@harborview.example", "administrator"),
)


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who lives at a biller's house and gets a bill every month. Amounts in cents."""

    biller: str
    number: str
    name: str
    lines: tuple[tuple[str, int], ...]
    months: int = 4
    paid_months: int = 2


RESIDENTS: Final = (
    Resident(
        "maple-court",
        "MC-1042",
        "Eleanor Whitfield",
        (
            ("Monthly rent, apartment 214", 328_500),
            ("Care level 2", 64_000),
            ("Medication management", 18_500),
            ("Beauty salon, two visits", 7_800),
        ),
    ),
    Resident(
        "maple-court",
        "MC-1077",
        "Howard Marsh",
        (("Monthly rent, apartment 109", 298_000), ("Care level 1", 38_000), ("Guest meals", 4_200)),
        months=3,
        paid_months=1,
    ),
    Resident(
        "maple-court",
        "MC-1078",
        "Ruth Marsh",
        (("Monthly rent, second person", 92_000), ("Care level 3", 96_500)),
        months=3,
        paid_months=1,
    ),
    Resident(
        "maple-court",
        "MC-1101",
        "Ernesto Delgado",
        (("Monthly rent, apartment 305", 312_000), ("Physical therapy", 24_000)),
        months=3,
        paid_months=2,
    ),
    Resident(
        "harbor-view",
        "HV-0031",
        "Margaret Bell",
        (("Monthly rent, room 12", 287_500), ("Care level 1", 36_000)),
        months=3,
        paid_months=1,
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A payer: for which accounts, in what relation, and whether they have registered."""

    biller: str
    name: str
    email: str
    pays_for: tuple[tuple[str, str], ...]
    locale: str = "en"
    registered: bool = True
    addressee: bool = True
    about: str = ""
    profile: str = "billing"
    methods: tuple[str, ...] = field(default=())


PAYERS: Final = (
    Person(
        "maple-court",
        "Susan Whitfield",
        "susan@example.test",
        (("MC-1042", "child"),),
        about="pays her mother Eleanor's bills; one card saved",
        methods=("card",),
    ),
    Person(
        "maple-court",
        "Eleanor Whitfield",
        "eleanor@example.test",
        (("MC-1042", "resident"),),
        addressee=False,
        about="the resident herself; her bills go to Susan",
    ),
    Person(
        "maple-court",
        "James Ortega",
        "james@example.test",
        (("MC-1077", "trustee"), ("MC-1078", "trustee")),
        about="trustee for Howard and Ruth Marsh; one bank account saved",
        methods=("bank",),
    ),
    Person(
        "maple-court",
        "Rosa Delgado",
        "rosa@example.test",
        (("MC-1101", "spouse"),),
        locale="es",
        about="Spanish; pays for her husband; no method saved yet",
    ),
    Person(
        "harbor-view",
        "Susan Whitfield",
        "susan@example.test",
        (("HV-0031", "power_of_attorney"),),
        about="the same login, at another house",
    ),
    Person(
        "maple-court",
        "Paul Whitfield",
        "paul@example.test",
        (("MC-1042", "child"),),
        registered=False,
        addressee=False,
        about="invited, not registered: the invitation is in the mailbox",
    ),
)
