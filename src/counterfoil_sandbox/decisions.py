"""Pages on which somebody decides: the bank's confirmation (3-D Secure), a wallet's payment, a wallet's agreement."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from counterfoil_sandbox import (
    agreements,
    charges,
    engine,
    errors,
    hosted,
    http,
    markup,
    merchants,
    store,
    text,
)

SHOWN = 50


def _decision(
    locale: str, title: str, said: str, *, refuse: str, back: str, hidden: Mapping[str, str]
) -> http.Response:
    words = text.words(locale)
    inputs = markup.join(
        [markup.render("hidden.html", name=name, value=value) for name, value in hidden.items()]
    )
    body = markup.render(
        "decision.html",
        title=title,
        said=said,
        practice=words["practice"],
        hidden=inputs,
        approve=words["approve"],
        refuse=refuse,
    )
    csp = f"form-action 'self' {hosted.origin_of(back) if back else ''}; frame-ancestors 'none'"
    return http.answer_page(hosted.shell(locale, title, body), csp=csp)


def _done(locale: str, *, title: str, said: str, back: str) -> http.Response:
    words = text.words(locale)
    link = markup.render("link.html", url=back, label=words["go_back"]) if back else markup.Html("")
    body = markup.render("done.html", title=title, said=said, link=link)
    return http.answer_page(
        hosted.shell(locale, title, body), csp="form-action 'none'; frame-ancestors 'none'"
    )


def _waiting(
    sandbox: engine.Sandbox, db: store.Connection, charge_id: str
) -> tuple[charges.Place, store.Row]:
    row = db.execute("SELECT * FROM charge WHERE id = %s AND status <> 'fenced'", [charge_id]).fetchone()
    if row is None:
        raise errors.ApiError(404, "not_found", "There is nothing at this address.")
    return _place(sandbox, db, row["merchant_id"]), row


def _place(sandbox: engine.Sandbox, db: store.Connection, merchant_id: str) -> charges.Place:
    merchant = merchants.get(db, by="id", value=merchant_id)
    return charges.Place(db, merchant, sandbox.clock.at(merchant.offset_seconds), sandbox.base_url)


def _safe_back(merchant: merchants.Merchant, row: store.Row) -> str:
    url = str(row["return_url"])
    return url if hosted.origin_of(url) in merchant.origins else ""


def show_charge(
    sandbox: engine.Sandbox, request: http.Request, *, page: str, charge_id: str
) -> http.Response:
    """GET /challenge/<charge> and /wallet/<charge>: approve or refuse."""
    locale = hosted.locale_of(request.query)
    words = text.words(locale)
    with sandbox.store.session() as db:
        place, row = _waiting(sandbox, db, charge_id)
    back = _safe_back(place.merchant, row)
    if row["status"] != "action_needed":
        return _done(locale, title=words["done_title"], said=words["done_text"], back=back)
    said = words["challenge_text"].format(
        amount=f"${row['amount_minor'] / 100:,.2f}", name=place.merchant.name
    )
    is_wallet = page == "wallet"
    return _decision(
        locale,
        words["wallet_title"] if is_wallet else words["challenge_title"],
        said,
        refuse=words["cancel"] if is_wallet else words["refuse"],
        back=back,
        hidden={"locale": locale},
    )


def decide_charge(
    sandbox: engine.Sandbox, request: http.Request, *, page: str, charge_id: str
) -> http.Response:
    """POST of the same: the charge is captured, declined or canceled, once; then back to the merchant."""
    with sandbox.store.session() as db:
        place, row = _waiting(sandbox, db, charge_id)
        back = _safe_back(place.merchant, row)
        if row["status"] == "action_needed":
            _settle(place, row, approved=request.form().get("decision") == "approve")
            sandbox.news.set()
    return http.redirect(back or f"{sandbox.base_url}/{page}/{charge_id}")


def _settle(place: charges.Place, row: store.Row, *, approved: bool) -> None:
    if approved:
        values = {"status": "captured", "captured_at": place.now, "action_url": None}
        charges.change(place, row, values, word="charge.captured", movement="capture")
    elif row["kind"] == "wallet":
        charges.change(place, row, {"status": "canceled", "action_url": None}, word="charge.canceled")
    else:
        refused = {"decline_code": "authentication_failed", "network_code": "1A", "action_url": None}
        charges.change(place, row, {"status": "declined", **refused}, word="charge.declined")


def show_agreement(sandbox: engine.Sandbox, request: http.Request, agreement_id: str) -> http.Response:
    """GET /wallet/agreements/<id>: agree or not; later, take it back."""
    with sandbox.store.session() as db:
        row = agreements.get(db, agreement_id=agreement_id)
        merchant = merchants.get(db, by="id", value=row["merchant_id"])
    locale = hosted.locale_of({"locale": request.query.get("locale") or row["locale"]})
    words, back = text.words(locale), _safe_back(merchant, row)
    if row["status"] == "waiting":
        said = words["wallet_setup_text"].format(name=merchant.name)
        return _decision(
            locale, words["wallet_title"], said, refuse=words["cancel"], back=back, hidden={"locale": locale}
        )
    if row["status"] != "approved":
        said = words[f"agreement_{row['status']}"].format(name=merchant.name)
        return _done(locale, title=words["wallet_title"], said=said, back=back)
    body = markup.render(
        "agreement.html",
        title=words["wallet_title"],
        said=words["agreement_approved"].format(name=merchant.name),
        withdraw=words["withdraw"],
        practice=words["practice"],
    )
    page = hosted.shell(locale, words["wallet_title"], body)
    return http.answer_page(page, csp="form-action 'self'; frame-ancestors 'none'")


def decide_agreement(sandbox: engine.Sandbox, request: http.Request, agreement_id: str) -> http.Response:
    """POST of the same: agreed or not, once, then back to the merchant; or withdrawn, and this page again."""
    decision = request.form().get("decision", "")
    with sandbox.store.session() as db:
        row = agreements.get(db, agreement_id=agreement_id)
        place = _place(sandbox, db, row["merchant_id"])
        if decision == "withdraw":
            agreements.withdraw(place, row)
            sandbox.news.set()
        else:
            agreements.decide(db, place.merchant, row, approved=decision == "approve", now=place.now)
    here = f"{sandbox.base_url}/wallet/agreements/{agreement_id}"
    back = _safe_back(place.merchant, row)
    return http.redirect(here if decision == "withdraw" or not back else back)


def show_wallet(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """GET /wallet: what the wallet's holder agreed to, each with its page. It is a practice wallet: it is anybody's."""
    locale = hosted.locale_of(request.query)
    words = text.words(locale)
    with sandbox.store.session() as db:
        found = agreements.list_all(db, limit=SHOWN)
    listed = markup.join(
        [
            markup.render(
                "agreement_line.html",
                url=f"/wallet/agreements/{row['id']}",
                name=row["merchant_name"],
                status=words[f"is_{row['status']}"],
                day=row["created_at"].strftime("%Y-%m-%d"),
            )
            for row in found
        ]
    )
    said = "" if found else words["no_agreements"]
    body = markup.render(
        "agreements.html", title=words["wallet_title"], said=said, listed=listed, practice=words["practice"]
    )
    page = hosted.shell(locale, words["wallet_title"], body)
    return http.answer_page(page, csp="form-action 'none'; frame-ancestors 'none'")


ROUTES = (
    http.route("GET", "/challenge/<charge_id>", partial(show_charge, page="challenge")),
    http.route("POST", "/challenge/<charge_id>", partial(decide_charge, page="challenge")),
    http.route("GET", "/wallet", show_wallet),
    http.route("GET", "/wallet/agreements/<agreement_id>", show_agreement),
    http.route("POST", "/wallet/agreements/<agreement_id>", decide_agreement),
    http.route("GET", "/wallet/<charge_id>", partial(show_charge, page="wallet")),
    http.route("POST", "/wallet/<charge_id>", partial(decide_charge, page="wallet")),
)
