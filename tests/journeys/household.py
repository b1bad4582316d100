"""A family in front of a real portal: a biller at a real sandbox process, a resident, who pays, and their hands."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx
from django.contrib.auth import hashers
from playwright.sync_api import FrameLocator, Page, expect

from counterfoil.billers import queries as biller_queries
from counterfoil.billers.drafts import NewConnection
from counterfoil.core import clock, ids
from counterfoil.core.actor import OPERATOR, WORKER, Actor
from counterfoil.flows.billers import connect_gateway
from counterfoil.flows.identity import actor as actor_flow
from counterfoil.flows.invoices import issue
from counterfoil.flows.methods import add
from counterfoil.flows.payers import accept_invitation
from counterfoil.flows.payers.accept_invitation import Registration
from counterfoil.gateways.base import Kind
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods.drafts import NewAddress
from counterfoil.payers.queries import AccountRow, PayerRow
from counterfoil.payments import queries as payment_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories import people
from tests.journeys.axe import found_on

ADMIN_KEY = "admin_of_journeys"
PASSWORD = "sunday garden walk"
APPROVES, DECLINES, CONFIRMS = "4242424242424242", "4000000000009995", "4000002500003155"
SETTLES = "000123456789"


@dataclass
class Household:
    """One biller, Harold whose bills they are, and Ruth who pays them."""

    portal: str
    sandbox: str
    community: people.Community = field(default_factory=people.Community)

    def __post_init__(self) -> None:
        self.merchant = f"mer_{secrets.token_hex(6)}"
        self._connect()
        self.account = self.community.add_account("Harold Alvarez", "10442")
        self.payer = self.community.add_payer("Ruth Alvarez", account=self.account, email="ruth@example.test")
        self.ruth = self.add_login("ruth@example.test")

    def _connect(self) -> None:
        config = {name: f"{name}_{self.merchant}" for name in ("public_key", "secret_key", "webhook_secret")}
        connection = NewConnection(
            gateway_key="sandbox",
            name="Sandbox",
            kinds=("bank", "card"),
            config={"base_url": self.sandbox, **config},
            public_id=ids.new("connection"),
        )
        self.admin(
            "merchants",
            id=self.merchant,
            name=self.community.name,
            webhook_url=f"{self.portal}/inbound/sandbox/{connection.public_id}/",
            origins=[self.portal],
            **config,
        )
        connect_gateway.run(actor=OPERATOR, now=clock.now(), biller_id=self.community.id, new=connection)

    def admin(self, what: str, **values: object) -> None:
        """Tell the sandbox something as its operator."""
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        httpx.post(f"{self.sandbox}/v1/admin/{what}", json=values, headers=headers).raise_for_status()

    def arm(self, fault: str, **values: object) -> None:
        """Let the sandbox misbehave towards this biller."""
        self.admin("faults", merchant=self.merchant, fault=fault, **values)

    def add_login(self, email: str, *, payer: PayerRow | None = None, profile: str = "billing") -> Actor:
        """Let somebody register for a payer."""
        invitation = self.community.invite(payer or self.payer, email, profile_key=profile)
        registration = Registration(
            email=email, password_hash=hashers.make_password(PASSWORD), locale="en", row=None
        )
        login = accept_invitation.register(
            actor=people.visitor(),
            now=people.NOW,
            secret=people.secret_of(invitation),
            registration=registration,
        )
        return actor_flow.run(login=login, seen=people.SEEN)

    def give_card(self, nickname: str = "Harold Alvarez") -> str:
        """Let Ruth have a card that approves, without a browser; return its public id."""
        return self._give("card", nickname, number=APPROVES, exp="12/40", cvc="123", zip="60601")

    def give_bank(self, account: str = SETTLES, nickname: str = "Harold Alvarez") -> str:
        """Let Ruth have a bank account, without a browser; return its public id."""
        numbers = {"routing": "110000000", "account": account, "account_confirm": account}
        whose = {"account_kind": "checking", "holder_kind": "personal", "mine": "yes"}
        return self._give("bank", nickname, name="Ruth Alvarez", **numbers, **whose)

    def _give(self, kind: Kind, nickname: str, **typed: str) -> str:
        merchant = {"merchant": f"public_key_{self.merchant}"}
        answer = httpx.post(f"{self.sandbox}/fields/{kind}", json=merchant | typed).raise_for_status()
        form = add.NewMethodForm(
            payer_id=self.payer.id,
            kind=kind,
            token=answer.json()["token"],
            nickname=nickname,
            is_default=False,
            address_id=None,
            new_address=NewAddress("12 Elm Street", "", "Chicago", "IL", "60601"),
        )
        return add.run(actor=self.ruth, now=clock.now(), form=form)

    @property
    def today(self) -> date:
        """The biller's day."""
        return biller_queries.today(biller=self.community.row, now=clock.now())

    def invoice(
        self, number: str, *lines: tuple[str, int], due_in: int = 10, account: AccountRow | None = None
    ) -> InvoiceRow:
        """Send Ruth an invoice."""
        draft = NewInvoice(
            biller_id=self.community.id,
            account_id=(account or self.account).id,
            payer_id=self.payer.id,
            number=number,
            issued_on=self.today + timedelta(days=min(0, due_in) - 20),
            due_on=self.today + timedelta(days=due_in),
            currency="USD",
            lines=tuple(NewLine(*line) for line in lines or (("Monthly rent", 320_000),)),
        )
        made = issue.run(actor=OPERATOR, now=clock.now(), biller_id=self.community.id, drafts=[draft])
        return invoice_queries.list_by_ids(actor=OPERATOR, invoice_ids=[made[number]])[0]

    @property
    def payments(self) -> list[PaymentRow]:
        """Every payment there is for this biller, the newest first."""
        return payment_queries.list_page(actor=WORKER, account_id=self.account.id).rows

    # -- hands ------------------------------------------------------------------------------------------------

    def log_in(self, page: Page, email: str = "ruth@example.test") -> None:
        """Open the site and log in."""
        page.goto(self.portal)
        page.get_by_label("Email Address").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log In").click()
        expect(page.get_by_role("link", name=re.compile("Billing"))).to_be_visible()

    def add_card(self, page: Page, number: str = APPROVES, nickname: str = "Harold Alvarez") -> None:
        """Add a card under My Payment Methods."""
        page.goto(f"{self.portal}/billing/methods/add/card/")
        type_card(page.frame_locator("iframe"), number)
        page.get_by_label("Account Nickname").fill(nickname)
        if page.get_by_label("Street Address").is_visible():
            type_address(page)
        page.get_by_role("button", name="Add Payment Method").click()
        expect(page.get_by_text("Payment method added.")).to_be_visible()

    def pay_invoice(self, page: Page, *, method: str = "") -> None:
        """Go from the list to Verify Payment of its first invoice."""
        page.goto(f"{self.portal}/billing/invoices/")
        page.get_by_role("link", name="Pay Invoice").first.click()
        if method:
            page.get_by_role("radio", name=method).check()
        page.get_by_role("button", name="Verify Payment").click()
        expect(page.get_by_role("button", name="Submit Payment")).to_be_visible()

    def see(self, page: Page) -> None:
        """Look at the page as it is, whoever's: nothing for axe to say, nothing wider than the screen."""
        page.wait_for_load_state()
        found = found_on(page)
        assert not found, f"{page.url}: {found}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def type_card(fields: FrameLocator | Page, number: str) -> None:
    """Fill the gateway's card fields."""
    fields.get_by_label("Card Number").fill(number)
    fields.get_by_label("Expiration Date").fill("12/40")
    fields.get_by_label("Security Code").fill("123")
    fields.get_by_label("ZIP Code").fill("60601")


def type_bank(fields: FrameLocator | Page, account: str = SETTLES) -> None:
    """Fill the gateway's bank fields."""
    fields.get_by_label("Name on the Account").fill("Ruth Alvarez")
    fields.get_by_label("Routing Number").fill("110 000 000")
    fields.get_by_label("Account Number", exact=True).fill(account)
    fields.get_by_label("Confirm Account Number").fill(account)
    fields.get_by_label("Checking").check()
    fields.get_by_label("This account is mine, or I may use it").check()


def type_address(page: Page) -> None:
    """Fill in a new billing address."""
    page.get_by_label("Street Address").fill("12 Elm Street")
    page.get_by_label("City").fill("Chicago")
    page.get_by_label("State", exact=True).fill("IL")
    page.get_by_label("ZIP Code", exact=True).fill("60601")
