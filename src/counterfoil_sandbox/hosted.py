"""Pages the payer's browser opens here to give card or bank details: hosted fields in a frame, the same as a page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from counterfoil_sandbox import (
    engine,
    errors,
    forms,
    http,
    magic,
    markup,
    merchants,
    store,
    text,
)


def locale_of(values: Mapping[str, str]) -> str:
    """The language of a page: `en` or `es`."""
    return "es" if values.get("locale", "en").lower().startswith("es") else "en"


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _merchant(db: store.Connection, values: Mapping[str, str]) -> merchants.Merchant:
    return merchants.get(db, by="public_key", value=values.get("merchant", ""))


def _back_to(merchant: merchants.Merchant, values: Mapping[str, str]) -> str:
    url = values.get("return_url", "")
    if origin_of(url) not in merchant.origins:
        raise errors.ApiError(400, "return_url", "return_url does not begin with an origin of this merchant.")
    return url


def _with(url: str, **values: str) -> str:
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *values.items()])
    return urlunsplit(parts._replace(query=query))


def _field(
    name: str, words: Mapping[str, str], values: Mapping[str, str], wrong: Mapping[str, str]
) -> markup.Html:
    message = words[wrong[name]] if name in wrong else ""
    error = markup.render("error.html", name=name, message=message)
    described = f"{name}-error" + (f" {name}-hint" if name in forms.HINTS else "")
    common = {"name": name, "label": words[name], "error": error, "described": described}
    common["invalid"] = "true" if message else "false"
    if name == "mine":
        checked = markup.Html(" checked" if values.get(name) else "")
        return markup.render("check.html", **common, checked=checked)
    if name in forms.CHOICES:
        chosen = values.get(name) or forms.CHOICES[name][0]
        offered = markup.join(
            [
                markup.render(
                    "choice.html",
                    name=name,
                    value=value,
                    label=words[value],
                    checked=markup.Html(" checked" if value == chosen else ""),
                )
                for value in forms.CHOICES[name]
            ]
        )
        return markup.render("choices.html", **common, offered=offered)
    autocomplete, inputmode, longest = forms.INPUTS[name]
    hint = markup.render("hint.html", name=name, hint=words[f"{name}_hint"]) if name in forms.HINTS else ""
    typed = "" if name in forms.ECHOED_NEVER else values.get(name, "")
    return markup.render(
        "field.html",
        **common,
        hint=markup.Html(hint),
        autocomplete=autocomplete,
        inputmode=inputmode,
        longest=longest,
        value=typed,
    )


def _fields(
    kind: str, words: Mapping[str, str], values: Mapping[str, str], wrong: Mapping[str, str]
) -> markup.Html:
    if kind not in forms.FIELDS:
        raise errors.ApiError(404, "no_such_page", "There are fields for cards and bank accounts only.")
    return markup.join([_field(name, words, values, wrong) for name in forms.FIELDS[kind]])


def shell(locale: str, title: str, body: markup.Html, *, script: str = "", look: str = "page") -> markup.Html:
    """A whole page around its body."""
    tag = markup.Html(f'<script src="/static/{script}" defer></script>' if script else "")
    return markup.render("shell.html", lang=locale, title=title, body=body, script=tag, look=look)


def show_fields(sandbox: engine.Sandbox, request: http.Request, kind: str) -> http.Response:
    """GET /fields/<kind>?merchant=&nonce=&locale=: fields for a frame in the merchant's page."""
    locale = locale_of(request.query)
    words = text.words(locale)
    with sandbox.store.session() as db:
        merchant = _merchant(db, request.query)
    body = markup.render(
        "fields.html",
        kind=kind,
        merchant=merchant.public_key,
        nonce=request.query.get("nonce", ""),
        locale=locale,
        origins=" ".join(merchant.origins),
        network_error=words["e_network"],
        title=words[f"{kind}_title"] if kind in forms.FIELDS else "",
        fields=_fields(kind, words, {}, {}),
    )
    ancestors = " ".join(merchant.origins) or "'none'"
    page = shell(locale, words[f"{kind}_title"], body, script="fields.js", look="framed")
    return http.answer_page(page, csp=f"form-action 'none'; frame-ancestors {ancestors}")


def keep_fields(sandbox: engine.Sandbox, request: http.Request, kind: str) -> http.Response:
    """POST /fields/<kind>, from the frame's own script: a token, or 422 with what is wrong beside which field."""
    values = {key: str(value) for key, value in request.json().items()}
    words = text.words(locale_of(values))
    with sandbox.store.session() as db:
        merchant = _merchant(db, values)
        outcome = forms.keep(db, merchant, kind, values, now=sandbox.clock.at(merchant.offset_seconds))
    if outcome.errors:
        shown = [{"field": name, "message": words[key]} for name, key in outcome.errors]
        return http.answer_json({"errors": shown}, status=422)
    return http.answer_json({"token": outcome.token})


def show_routing(_sandbox: engine.Sandbox, request: http.Request) -> http.Response:
    """GET /fields/routing?number=: whether it can be right, and whose it is."""
    number = "".join(found for found in request.query.get("number", "") if found.isdigit())
    return http.answer_json({"ok": magic.routing_ok(number), "bank_name": magic.BANKS.get(number, "")})


def _page(
    merchant: merchants.Merchant,
    kind: str,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    status: int = 200,
) -> http.Response:
    locale = locale_of(values)
    words = text.words(locale)
    back = _back_to(merchant, values)
    state = values.get("state", "")
    listed = markup.join(
        [
            markup.render("wrong.html", name=name, label=words[name], message=words[key])
            for name, key in wrong.items()
        ]
    )
    summary = (
        markup.render("summary.html", title=words["errors_title"], listed=listed)
        if wrong
        else markup.Html("")
    )
    body = markup.render(
        "page.html",
        title=words[f"{kind}_title"],
        merchant_line=words["for_merchant"].format(name=merchant.name),
        practice=words["practice"],
        summary=summary,
        fields=_fields(kind, words, values, wrong),
        merchant=merchant.public_key,
        return_url=back,
        state=state,
        locale=locale,
        save=words["save"],
        cancel=words["cancel"],
        cancel_url=_with(back, canceled="1", state=state),
    )
    csp = f"form-action 'self' {origin_of(back)}; frame-ancestors 'none'"
    return http.answer_page(shell(locale, words[f"{kind}_title"], body), csp=csp, status=status)


def show_page(sandbox: engine.Sandbox, request: http.Request, kind: str) -> http.Response:
    """GET /page/<kind>?merchant=&return_url=&state=&locale=: the same fields as a page, without JavaScript."""
    with sandbox.store.session() as db:
        merchant = _merchant(db, request.query)
    if kind not in forms.FIELDS:
        raise errors.ApiError(404, "no_such_page", "There is nothing at this address.")
    return _page(merchant, kind, request.query, {})


def keep_page(sandbox: engine.Sandbox, request: http.Request, kind: str) -> http.Response:
    """POST /page/<kind>: back to the merchant with a token, or the page again with what is wrong."""
    values = request.form()
    with sandbox.store.session() as db:
        merchant = _merchant(db, values)
        back, state = _back_to(merchant, values), values.get("state", "")
        now = sandbox.clock.at(merchant.offset_seconds)
        outcome = forms.keep(db, merchant, kind, values, now=now)
    if outcome.errors:
        return _page(merchant, kind, values, dict(outcome.errors), status=422)
    return http.redirect(_with(back, token=outcome.token, state=state))


ROUTES = (
    http.route("GET", "/fields/routing", show_routing),
    http.route("GET", "/fields/<kind>", show_fields),
    http.route("POST", "/fields/<kind>", keep_fields),
    http.route("GET", "/page/<kind>", show_page),
    http.route("POST", "/page/<kind>", keep_page),
)
