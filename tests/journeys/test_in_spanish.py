"""Somebody chooses Spanish at the foot of the page, adds a bank account, pays, and reads Spanish all the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.journeys.household import PASSWORD, SETTLES, Household
from tests.journeys.keyboard import Keyboard
from tests.journeys.test_screenshots import Camera

pytestmark = pytest.mark.django_db(transaction=True)


def type_bank(fields: FrameLocator) -> None:
    fields.get_by_label("Nombre en la cuenta").fill("Ruth Alvarez")
    fields.get_by_label("Número de ruta").fill("110 000 000")
    fields.get_by_label("Número de cuenta", exact=True).fill(SETTLES)
    fields.get_by_label("Confirme el número de cuenta").fill(SETTLES)
    fields.get_by_label("Cheques").check()
    fields.get_by_label("Esta cuenta es mía").check()


def type_address(page: Page) -> None:
    page.get_by_label("Calle y número").fill("12 Elm Street")
    page.get_by_label("Ciudad").fill("Chicago")
    page.get_by_label("Estado", exact=True).fill("IL")
    page.get_by_label("Código postal (ZIP)").fill("60601")


def test_pay_in_spanish(page: Page, household: Household, tmp_path: Path) -> None:
    household.invoice("INV-1001", due_in=-12)
    household.log_in(page)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("link", name="Mi perfil")).to_be_visible()
    camera = Camera(page, household.portal, tmp_path)
    camera.take("dashboard")

    page.goto(f"{household.portal}/billing/methods/add/bank/")
    type_bank(page.frame_locator("iframe"))
    page.get_by_label("Apodo de la cuenta").fill("Cuenta de Ruth")
    type_address(page)
    camera.take("add-bank-account")
    page.get_by_role("button", name="Agregar método de pago").click()
    expect(page.get_by_text("Método de pago agregado.")).to_be_visible()
    camera.take("methods")

    camera.open("invoices", "/billing/invoices/")
    page.get_by_role("link", name="Pagar factura").first.click()
    camera.take("select-method")
    page.get_by_role("button", name="Verificar pago").click()
    expect(page.get_by_text("Autorización para un pago bancario")).to_be_visible()
    camera.take("verify-payment")
    page.get_by_role("button", name="Enviar pago").click()
    with page.expect_download():
        page.get_by_role("link", name="Descargar recibo").click()
    camera.take("done")
    camera.open("payments", "/billing/payments/")

    assert [payment.public_status for payment in household.payments] == ["Pending"]
    page.goto(household.portal)
    page.get_by_role("button", name="Cerrar sesión").click()
    expect(page.get_by_role("button", name="Iniciar sesión", exact=True)).to_be_visible()


def test_pay_in_spanish_with_the_keyboard_only(page: Page, household: Household) -> None:
    household.give_card("Tarjeta azul")
    household.give_card("Tarjeta verde")
    household.invoice("INV-1001", ("Monthly rent", 320_000))
    keyboard = Keyboard(page)
    page.goto(household.portal)
    _log_in(page, keyboard)
    window = _open_the_window(page, keyboard)
    _correct_the_amount(window, keyboard)

    expect(window.get_by_role("heading", name="Acuerdo de autorización")).to_be_visible()
    expect(window.get_by_role("heading", level=1)).to_be_focused()
    keyboard.tab_to("Enviar pago")
    keyboard.press("Enter")
    expect(page.get_by_text("Su pago se realizó")).to_be_visible()
    household.see(page)
    keyboard.tab_to("Descargar recibo")
    with page.expect_download():
        keyboard.press("Enter")
    assert [(p.amount_minor, p.public_status) for p in household.payments] == [(120_000, "Paid")]


def _log_in(page: Page, keyboard: Keyboard) -> None:
    """Choose Spanish on the way in: it stays."""
    keyboard.tab_to("Español")
    keyboard.press("Enter")
    expect(page.get_by_role("button", name="Iniciar sesión", exact=True)).to_be_visible()
    keyboard.tab_to("Correo electrónico")
    keyboard.type("ruth@example.test")
    keyboard.tab_to("Contraseña")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(page.get_by_role("link", name="Mi perfil")).to_be_visible()


def _open_the_window(page: Page, keyboard: Keyboard) -> Locator:
    """Go past the head of the page to Billing, and from an invoice to the window, whose heading has the focus."""
    keyboard.tab_to("Ir al contenido principal")
    keyboard.press("Enter")
    keyboard.tab_to("Facturación")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Resumen")).to_be_visible()
    keyboard.tab_to("Pagar factura")
    keyboard.press("Enter")
    window = page.get_by_role("dialog", name="Hacer un pago")
    expect(window.get_by_role("heading", level=1)).to_be_focused()
    return window


def _correct_the_amount(window: Locator, keyboard: Keyboard) -> None:
    """Choose the other card, type an amount that cannot be, and follow the error to its field."""
    keyboard.tab_to("Tarjeta")
    keyboard.press("ArrowDown")
    expect(window.locator("input[name=method]:checked")).to_be_focused()
    keyboard.tab_to("Factura INV-1001")
    keyboard.press("Tab")
    amount = window.get_by_role("textbox", name="INV-1001")
    expect(amount).to_be_focused()
    keyboard.type("0")
    keyboard.tab_to("Verificar pago")
    keyboard.press("Space")
    expect(window.get_by_role("alert")).to_be_focused()
    keyboard.tab_to("Escriba")
    keyboard.press("Enter")
    expect(amount).to_be_focused()
    keyboard.type("1200")
    keyboard.tab_to("Verificar pago")
    keyboard.press("Enter")
