"""A small world to pay in: a biller at a sandbox of its own, a resident's account, a payer, invoices, methods."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from counterfoil.billers import operations as biller_operations, queries as biller_queries, settings
from counterfoil.core import db
from counterfoil.core.actor import OPERATOR, WORKER, Actor, ActorKind, PayerGrant, StaffGrant
from counterfoil.flows.billers import change_settings
from counterfoil.flows.gateway_events import apply, receive
from counterfoil.flows.invoices import issue
from counterfoil.flows.methods import add
from counterfoil.flows.payments import prepare, submit
from counterfoil.flows.payments.orders import Mode, PayOrder, Submission
from counterfoil.gateways.sandbox import client
from counterfoil.identity import permissions as staff_permissions
from counterfoil.invoices import queries as invoice_queries
from counterfoil.invoices.drafts import NewInvoice, NewLine
from counterfoil.invoices.queries import InvoiceRow
from counterfoil.methods.drafts import NewAddress
from counterfoil.payers import operations as payer_operations, permissions as payer_permissions
from counterfoil.payments import balances, queries as payment_queries
from counterfoil.payments.queries import PaymentRow
from tests.factories.sandbox import Practice

RENT = NewLine("Monthly rent", 320_000)
# Actors made here have no login. Their numbers must not be somebody's who has one.
NOBODY = 1_000_000


@dataclass
class World:
    """One biller with one resident, paid for by one payer, at one sandbox merchant."""

    sandbox: Practice
    zone: str = "America/Chicago"
    key: str = field(default_factory=lambda: f"biller-{secrets.token_hex(5)}")

    def __post_init__(self) -> None:
        client.mount(base_url=self.sandbox.base_url, transport=self.sandbox.transport)
        self.biller_id, self.connection_ref = self._found()
        self.account_id, self.payer_id = self.add_resident("Eleanor Whitfield", "eleanor@example.test")
        self.payer = self.payer_actor(self.payer_id)
        self.staff = Actor(
            kind=ActorKind.STAFF,
            ref="lgn_staff",
            name="Billing staff",
            login_id=900_000,
            staff=(StaffGrant(self.biller_id, staff_permissions.of_role(staff_permissions.ADMINISTRATOR)),),
        )

    @property
    def now(self) -> datetime:
        """What the sandbox's clock says."""
        return self.sandbox.time.now

    @property
    def today(self) -> date:
        """The biller's day."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def _found(self) -> tuple[int, str]:
        with db.transaction():
            biller_id = biller_operations.create(
                new=biller_operations.NewBiller(
                    organization="Maple Senior Living",
                    key=self.key,
                    name="Maple Court",
                    legal_name="Maple Court Senior Living LLC",
                    zone=self.zone,
                    phone="(555) 555-0142",
                    email="billing@example.test",
                ),
                now=self.now,
            )
            payer_operations.create_ready_made_profiles(biller_id=biller_id)
            biller_operations.connect(
                biller_id=biller_id,
                new=biller_operations.NewConnection(
                    gateway_key="sandbox",
                    name="Sandbox",
                    kinds=("bank", "card", "wallet"),
                    config=self.sandbox.config(),
                ),
                now=self.now,
            )
        return biller_id, biller_queries.list_active_connections(biller_id=biller_id)[0].public_id

    def set_portal(self, **changes: object) -> None:
        """Change what payers can do here."""
        before = biller_queries.get(biller_id=self.biller_id).portal
        with db.transaction():
            biller_operations.set_section(
                biller_id=self.biller_id,
                section="portal",
                version=biller_queries.get_settings(biller_id=self.biller_id, section="portal")[0] + 1,
                document=settings.changed("portal", before, changes),
                by_ref="operator",
                now=self.now,
            )

    def set_payments(self, **changes: object) -> None:
        """Change how payments are taken here, as an operator would."""
        change_settings.run(
            actor=OPERATOR, now=self.now, biller_id=self.biller_id, section="payments", changes=changes
        )

    def add_resident(self, name: str, email: str = "") -> tuple[int, int]:
        """Add a resident who pays for herself; return account and payer."""
        number = f"A-{secrets.token_hex(3)}"
        with db.transaction():
            accounts = payer_operations.create_accounts(
                biller_id=self.biller_id,
                new=[payer_operations.NewAccount(number=number, holder_name=name)],
                now=self.now,
            )
            payers = payer_operations.create_payers(
                biller_id=self.biller_id,
                new=[payer_operations.NewPayer(name=name, email=email)],
                now=self.now,
            )
            payer_operations.link_many(
                biller_id=self.biller_id,
                new=[
                    payer_operations.NewLink(
                        account_id=accounts[number], payer_id=payers[0], relation="resident"
                    )
                ],
            )
        return accounts[number], payers[0]

    def payer_actor(
        self, payer_id: int, name: str = "Eleanor Whitfield", login_id: int | None = None
    ) -> Actor:
        """Return somebody who is signed in and acts for this payer."""
        return Actor(
            kind=ActorKind.PAYER,
            ref=f"lgn_{payer_id}_{login_id or 0}",
            name=name,
            login_id=login_id or NOBODY + payer_id,
            payers=(PayerGrant(payer_id, self.biller_id, frozenset(payer_permissions.ALL)),),
        )

    def invoice(
        self, *lines: NewLine, due_in: int = 10, account_id: int | None = None, payer_id: int | None = None
    ) -> InvoiceRow:
        """Issue an invoice that is due in so many days."""
        number = f"INV-{secrets.token_hex(4)}"
        draft = NewInvoice(
            biller_id=self.biller_id,
            account_id=account_id or self.account_id,
            payer_id=payer_id or self.payer_id,
            number=number,
            issued_on=self.today + timedelta(days=min(0, due_in)),
            due_on=self.today + timedelta(days=due_in),
            currency="USD",
            lines=lines or (RENT,),
        )
        ids = issue.run(actor=OPERATOR, now=self.now, biller_id=self.biller_id, drafts=[draft])
        return invoice_queries.list_by_ids(actor=OPERATOR, invoice_ids=[ids[number]])[0]

    def card(self, number: str = "4242424242424242", *, actor: Actor | None = None) -> str:
        """Save a card; return the method's public id."""
        return self.save("card", self.sandbox.card(number), actor=actor)

    def bank(self, account: str = "000123456789", *, actor: Actor | None = None) -> str:
        """Save a bank account; return the method's public id."""
        return self.save("bank", self.sandbox.bank(account), actor=actor)

    def save(self, kind: str, token: str, *, actor: Actor | None = None) -> str:
        """Save a token as a method of the first payer the actor acts for."""
        who = actor or self.payer
        return add.run(
            actor=who,
            now=self.now,
            form=add.NewMethodForm(
                payer_id=who.payers[0].payer_id,
                kind="bank" if kind == "bank" else "card",
                token=token,
                nickname="Eleanor Whitfield",
                is_default=True,
                address_id=None,
                new_address=NewAddress("12 Elm Street", "", "Springfield", "IL", "62701"),
            ),
        )

    def order(
        self, method: str, amounts: Sequence[tuple[str, int]] = (), *, actor: Actor | None = None
    ) -> PayOrder:
        """What to pay: the outstanding balance, or these invoices."""
        who = actor or self.payer
        return PayOrder(
            payer_id=who.payers[0].payer_id,
            account_id=self.account_id,
            method_ref=method,
            mode=Mode.INVOICES if amounts else Mode.OUTSTANDING,
            amounts=tuple(amounts),
        )

    def review(self, order: PayOrder, *, actor: Actor | None = None, key: str = "") -> Submission:
        """Verify Payment; return what Submit Payment would send."""
        reviewed = prepare.run(actor=actor or self.payer, now=self.now, order=order)
        return Submission(order, scope="form", key=key or secrets.token_hex(8), seen=reviewed.quote.digest)

    def pay(
        self, method: str, amounts: Sequence[tuple[str, int]] = (), *, actor: Actor | None = None
    ) -> PaymentRow:
        """Verify and submit; return the payment."""
        who = actor or self.payer
        submission = self.review(self.order(method, amounts, actor=who), actor=who)
        return self.payment(submit.run(actor=who, now=self.now, submission=submission))

    def payment(self, ref: str) -> PaymentRow:
        """Return a payment as it is now."""
        return payment_queries.get(actor=WORKER, public_id=ref)

    def fresh(self, invoice: InvoiceRow) -> InvoiceRow:
        """Return an invoice as it is now."""
        return invoice_queries.list_by_ids(actor=WORKER, invoice_ids=[invoice.id])[0]

    @property
    def outstanding(self) -> int:
        """The one sum, for the first resident's payer."""
        return balances.list_for(actor=self.payer, payer_ids=[self.payer_id])[0].outstanding_minor

    def deliver(self) -> int:
        """Deliver the sandbox's due events through the door they come by; return how many."""
        due = self.sandbox.due()
        for delivery in due:
            self.take(delivery.body, dict(delivery.headers))
        self.sandbox.app.sandbox.outbox.delivered([delivery.seq for delivery in due], self.now)
        return len(due)

    def take(self, body: bytes, headers: dict[str, str]) -> int | None:
        """Receive one event and apply it, as the worker would."""
        row_id = receive.run(
            now=self.now, real_now=self.now, connection_ref=self.connection_ref, body=body, headers=headers
        )
        if row_id is not None:
            apply.run(actor=WORKER, now=self.now, event_id=row_id)
        return row_id
