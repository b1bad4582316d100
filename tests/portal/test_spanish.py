"""The portal in Spanish: what a page says, and that no English is left on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation

from counterfoil.cli import messages
from counterfoil.core.actor import OPERATOR
from counterfoil.payers import queries as payer_queries
from tests.factories.world import World

pytestmark = pytest.mark.django_db
SPOKEN_ATTRIBUTES = {
    "alt",
    "aria-label",
    "content",
    "placeholder",
    "title",
    "value",
    "data-label",
    "data-once",
}
# Names of products and codes are the same in every language; what the world's people are called is theirs.
NAMES = ("PDF", "Counterfoil", "Sandbox Bank", "Monthly rent", "English", "Visa", "Eleanor Whitfield")
ENGLISH = re.compile(
    r"\b(the|your?|and|of|with|for|is|are|was|this|please|payments?|invoices?|accounts?|bills?|bank|card|pay|due|"
    r"password|email|log|sign|enter|forgot|here|code|send|today|pending|paid|open)\b",
    re.IGNORECASE,
)


class Reader(HTMLParser):
    """Collects what is shown or read out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style"}
        given = dict(attrs)
        for name, value in attrs:
            hidden = name == "value" and (tag != "input" or given.get("type") != "submit")
            if name in SPOKEN_ATTRIBUTES and value and not hidden and tag != "meta":
                self.said.append(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.said.append(" ".join(data.split()))


def english(page: str) -> Iterator[str]:
    """Tell what is not translated: a text of ours as it stands in the code, or words that are only English."""
    spanish = messages.read("es")
    ours = {each.id for each in messages.in_code() if isinstance(each.id, str) and each.id}
    same = {text for text in ours if (found := spanish.get(text)) and found.string == text}
    for said in Reader(page).said:
        bare = said
        for name in NAMES:
            bare = bare.replace(name, "")
        if (said in ours - same) or ENGLISH.search(bare):
            yield said


@pytest.fixture
def rosa(world: World, ruth: Client) -> Client:
    """Return the browser of a payer who chose Spanish."""
    ruth.post("/language/", {"language": "es"})
    return ruth


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/invitations/again/",
        "/lost/",
    ],
)
def test_visitors_read_spanish(client: Client, address: str) -> None:
    page = client.get(address, headers={"accept-language": "es-MX"}).content.decode()

    assert 'lang="es"' in page
    assert list(english(page)) == []


def test_sign_in_has_the_words_people_know(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "es"}).content.decode()

    for words in ("Iniciar sesión", "Contraseña", "¿Olvidó su contraseña?", "Correo electrónico"):
        assert words in page


def test_invoices_are_in_spanish(world: World, rosa: Client) -> None:
    world.invoice()
    late = world.invoice(due_in=-5)
    world.pay(world.bank(), [(late.public_id, 5_000)])
    page = rosa.get("/billing/invoices/").content.decode()

    for words in ("Facturas", "Saldo pendiente", "Pagar saldo pendiente", "Pagar factura", "Pago pendiente"):
        assert words in page
    assert list(english(page)) == []


def test_the_way_to_pay_is_in_spanish(world: World, rosa: Client) -> None:
    invoice = world.invoice()
    bank = world.bank()
    [payer] = payer_queries.list_payers_by_ids(actor=OPERATOR, payer_ids=[world.payer_id])
    [account] = payer_queries.list_accounts_by_ids(actor=OPERATOR, account_ids=[world.account_id])
    first = f"/billing/pay/{payer.public_id}/{account.public_id}/"
    left: dict[str, list[str]] = {}

    def look(address: str) -> str:
        page = rosa.get(address, follow=True).content.decode()
        left[address] = list(english(page))
        return page

    look(first)
    wrong = rosa.post(first, {"mode": "outstanding"}).content.decode()
    left["refused"] = list(english(wrong))
    verify = rosa.post(first, {"mode": "outstanding", "method": bank}).headers["Location"]
    page = look(verify)
    assert "Autorización para un pago bancario" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    done = rosa.post(verify, {"seen": seen[1]}).headers["Location"]
    assert "se envió con éxito" in look(done)
    for address in (
        "/",
        "/profile/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/email/",
        "/billing/payments/",
        "/billing/methods/",
        "/billing/methods/add/bank/",
        f"/billing/invoices/{invoice.public_id}/",
    ):
        look(address)

    assert {address: said for address, said in left.items() if said} == {}


def test_english_stays_english(world: World, ruth: Client) -> None:
    with translation.override("es"):
        page = ruth.get("/billing/invoices/").content.decode()
    assert "No invoices yet" in page
