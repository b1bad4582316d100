"""The page of the sandbox's books: merchants, charges, refunds, movements, events, the clock and the fault switches."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from counterfoil_sandbox import admin, engine, errors, faults, http, markup, merchants, store

SHOWN = 50
ADVANCES = (("1 day", "days", "1"), ("4 bank days", "bank_days", "4"), ("a month", "days", "30"))
_CSP = "form-action 'self'; frame-ancestors 'none'"


def _form_key(sandbox: engine.Sandbox) -> str:
    # Keeps another site's page from posting these forms; who can open this page may use it.
    return hmac.new((sandbox.admin_key or "books").encode(), b"books page", hashlib.sha256).hexdigest()[:32]


def _money(minor: Any) -> str:
    return f"{'-' if minor < 0 else ''}${abs(minor) / 100:,.2f}"


def _when(instant: datetime | None) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S") if instant else ""


def _table(caption: str, heads: tuple[str, ...], rows: list[tuple[Any, ...]], empty: str) -> markup.Html:
    if not rows:
        return markup.render("books_empty.html", caption=caption, empty=empty)
    head = markup.join([markup.render("books_head.html", text=text) for text in heads])
    body = markup.join(
        [
            markup.Html(
                f"<tr>{markup.join([markup.render('books_cell.html', text=cell) for cell in row])}</tr>"
            )
            for row in rows
        ]
    )
    return markup.render("books_table.html", caption=caption, head=head, body=body)


def _rows(db: store.Connection, sql: str, merchant_id: str) -> list[store.Row]:
    return db.execute(
        f"{sql} WHERE %(merchant)s = '' OR merchant_id = %(merchant)s ORDER BY {{}} LIMIT {SHOWN}".format(
            "seq DESC" if sql.endswith(("movement", "event")) else "created_at DESC, id"
        ),
        {"merchant": merchant_id},
    ).fetchall()


def _charges(db: store.Connection, merchant_id: str) -> markup.Html:
    found = _rows(db, "SELECT * FROM charge", merchant_id)
    rows = [
        (
            _when(row["created_at"]),
            row["id"],
            row["merchant_id"],
            row["reference"],
            row["status"],
            _money(row["amount_minor"]),
            f"{row['brand']} {row['last4']}".strip(),
            row["return_code"] or row["decline_code"] or "",
            f"{row['next_step']} {_when(row['next_at'])}" if row["next_step"] else "",
        )
        for row in found
    ]
    heads = ("Made", "Charge", "Merchant", "Reference", "Status", "Amount", "Method", "Code", "Next")
    return _table("Charges", heads, rows, "No charges yet. They appear as soon as somebody pays.")


def _refunds(db: store.Connection, merchant_id: str) -> markup.Html:
    rows = [
        (
            _when(row["created_at"]),
            row["id"],
            row["merchant_id"],
            row["reference"],
            row["status"],
            _money(row["amount_minor"]),
            row["charge_id"],
            row["failure_code"] or "",
            f"{row['next_step']} {_when(row['next_at'])}" if row["next_step"] else "",
        )
        for row in _rows(db, "SELECT * FROM refund", merchant_id)
    ]
    heads = ("Made", "Refund", "Merchant", "Reference", "Status", "Amount", "Of charge", "Code", "Next")
    return _table("Refunds", heads, rows, "No money was sent back yet.")


def _movements(db: store.Connection, merchant_id: str) -> markup.Html:
    rows = [
        (
            _when(row["at"]),
            f"mov_{row['seq']}",
            row["merchant_id"],
            row["kind"],
            _money(row["amount_minor"]),
            row["charge_id"],
            row["reference"],
        )
        for row in _rows(db, "SELECT * FROM movement", merchant_id)
    ]
    heads = ("At", "Movement", "Merchant", "Kind", "Amount", "Charge", "Reference")
    return _table("Movements", heads, rows, "No money has moved yet.")


def _small_amounts(db: store.Connection, sandbox: engine.Sandbox, merchant_id: str) -> markup.Html:
    found = db.execute(
        "SELECT s.*, t.last4, t.checked, m.offset_seconds FROM small_amounts s JOIN token t USING (token) "
        "JOIN merchant m ON m.id = s.merchant_id WHERE %(merchant)s = '' OR s.merchant_id = %(merchant)s "
        "ORDER BY s.started_at DESC, s.token LIMIT %(limit)s",
        {"merchant": merchant_id, "limit": SHOWN},
    ).fetchall()
    rows = [
        (
            _when(row["started_at"]),
            row["merchant_id"],
            f"account {row['last4']}",
            # What has not arrived yet nobody can read on a statement.
            f"{_money(row['first_minor'])} and {_money(row['second_minor'])}"
            if row["arrive_at"] <= sandbox.clock.at(row["offset_seconds"])
            else f"arrive {_when(row['arrive_at'])}",
            row["checked"],
            row["tries_left"],
        )
        for row in found
    ]
    heads = ("Sent", "Merchant", "To", "Amounts", "Account", "Tries left")
    return _table("Small Amounts", heads, rows, "No account is being confirmed by small amounts.")


def _events(db: store.Connection, merchant_id: str) -> markup.Html:
    rows = [
        (
            _when(row["created_at"]),
            row["event_id"],
            row["merchant_id"],
            row["kind"],
            _delivery(row),
            row["attempts"],
            row["note"],
        )
        for row in _rows(db, "SELECT * FROM event", merchant_id)
    ]
    heads = ("Made", "Event", "Merchant", "Kind", "Delivery", "Tries", "Fault")
    return _table("Events", heads, rows, "No events yet.")


def _delivery(row: store.Row) -> str:
    if row["delivered_at"]:
        return f"delivered {_when(row['delivered_at'])}"
    if row["next_try_at"]:
        said = f" (last answer: {row['last_answer']})" if row["last_answer"] else ""
        return f"due {_when(row['next_try_at'])}{said}"
    return f"given up: {row['last_answer']}"


def _options(found: list[merchants.Merchant], chosen: str) -> markup.Html:
    return markup.join(
        [
            markup.render(
                "books_option.html",
                value=merchant.id,
                text=merchant.name,
                chosen=markup.Html(" selected" if merchant.id == chosen else ""),
            )
            for merchant in found
        ]
    )


def _fault_options() -> markup.Html:
    return markup.join(
        [
            markup.render(
                "books_option.html", value=name, text=name.replace("_", " "), chosen=markup.Html("")
            )
            for name in (*faults.CALL_FAULTS, *faults.EVENT_FAULTS)
        ]
    )


def _armed(found: list[merchants.Merchant]) -> markup.Html:
    rows: list[tuple[Any, ...]] = []
    for merchant in found:
        for fault in merchant.faults:
            often = f"{fault.times_left} more" if fault.times_left is not None else "until switched off"
            if fault.probability is not None:
                often = f"probability {fault.probability}"
            rows.append((merchant.name, fault.fault, often, f"{fault.seconds:g}"))
    return _table(
        "Switched On", ("Merchant", "Fault", "How often", "Seconds"), rows, "Nothing is told to go wrong."
    )


def _balances(db: store.Connection, sandbox: engine.Sandbox, found: list[merchants.Merchant]) -> markup.Html:
    sums = {
        row["merchant_id"]: row["minor"]
        for row in db.execute(
            "SELECT merchant_id, sum(amount_minor)::bigint AS minor FROM movement "
            "WHERE merchant_id = ANY(%s) GROUP BY merchant_id",
            [[merchant.id for merchant in found]],
        ).fetchall()
    }
    rows = [
        (m.name, m.id, _money(sums.get(m.id, 0)), _when(sandbox.clock.at(m.offset_seconds)), m.webhook_url)
        for m in found
    ]
    heads = ("Name", "Merchant", "Balance", "Its time (UTC)", "Webhook")
    return _table("Merchants", heads, rows, "No merchants yet.")


def show(sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """GET /?merchant=: the books, of all or of one merchant."""
    chosen = request.query.get("merchant", "")
    with sandbox.store.session() as db:
        found = merchants.list_some(db, first=chosen, limit=SHOWN)
        row = db.execute("SELECT offset_seconds FROM installation").fetchone()
        parts = {
            "merchants": _balances(db, sandbox, found),
            "charges": _charges(db, chosen),
            "refunds": _refunds(db, chosen),
            "movements": _movements(db, chosen),
            "amounts": _small_amounts(db, sandbox, chosen),
            "events": _events(db, chosen),
        }
    key = _form_key(sandbox)
    advances = [
        markup.render("books_advance.html", form_key=key, unit=unit, count=count, label=f"Advance {label}")
        for label, unit, count in ADVANCES
    ]
    body = markup.render(
        "books.html",
        now=sandbox.clock.at(int(row["offset_seconds"]) if row else 0).strftime("%A, %B %-d, %Y, %H:%M"),
        advances=markup.join(advances),
        form_key=key,
        options=_options(found, chosen),
        fault_options=_fault_options(),
        armed=_armed(found),
        **parts,
    )
    page = markup.render(
        "shell.html",
        lang="en",
        title="Sandbox Gateway: Books",
        body=body,
        script=markup.Html(""),
        look="page",
    )
    return http.answer_page(page, csp=_CSP, referrer="same-origin")


def _advance_values(form: Mapping[str, str]) -> dict[str, Any]:
    return {f"advance_{'bank_days' if form.get('unit') == 'bank_days' else 'days'}": form.get("count", "1")}


def act(sandbox: engine.Sandbox, request: http.Request, what: str) -> http.Response:
    """POST /books/<what>: the page's own forms."""
    form = request.form()
    if not hmac.compare_digest(form.get("form_key", ""), _form_key(sandbox)):
        raise errors.ApiError(403, "form_key", "Open the page again and use its own buttons.")
    with sandbox.store.session() as db:
        if what == "advance":
            admin.advance(sandbox, db, _advance_values(form))
        elif what == "faults" and form.get("do") == "clear":
            faults.clear(db, merchant_id=form.get("merchant", ""))
        elif what == "faults" and form.get("do") == "deliver":
            admin.deliver_delayed(sandbox, db, merchant_id=form.get("merchant", ""))
        elif what == "faults":
            faults.arm(db, {**form, "seconds": form.get("seconds") or None})
        else:
            raise errors.ApiError(404, "no_such_page", "There is nothing at this address.")
    return http.redirect("/")


ROUTES = (
    http.route("GET", "/", show),
    http.route("POST", "/books/<what>", act),
)
