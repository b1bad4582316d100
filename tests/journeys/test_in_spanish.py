"""Somebody chooses Spanish at the foot of the page, adds a bank account, pays, and reads Spanish all the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.journeys.household import SETTLES, Household
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
