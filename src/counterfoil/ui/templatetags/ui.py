"""`{% load ui %}`: every component of the look as a tag, and the filters for money, days and instants.

The API is listed with examples in `counterfoil/ui/README.md`; the gallery shows each in every state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.template import Context
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.ui import attributes, charts, fields, formats, icons, statuses
from counterfoil.ui.typed import Typed

register = template.Library()

BUTTON_KINDS = {"primary", "secondary", "quiet", "danger", "link"}
ALERT_ICONS = {"info": "info", "ok": "check-circle", "warn": "alert", "bad": "alert"}
PARTS = "ui/components/"


def _render(name: str, values: dict[str, Any]) -> SafeString:
    # The template escaped what needed it; mypy's stubs call the result a plain string.
    return SafeString(get_template(f"{PARTS}{name}.html").render(values))


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """`{% icon "card" %}`: decoration beside words; with a label it stands alone."""
    return icons.svg(name, label=label, size=size)


@register.simple_tag
def ui_button(
    text: str, kind: str = "primary", icon: str = "", href: str = "", aside: str = "", **attrs: object
) -> SafeString:
    """A button, or a link that looks like one when `href` is given.

    `block=True` fills the width, `small=True` is for rows, `once="Sending your payment"` is what screen
    readers hear while the form is on its way.
    """
    if kind not in BUTTON_KINDS:
        raise template.TemplateSyntaxError(f"ui_button: no kind {kind!r}")
    block = attrs.pop("block", False)
    small = attrs.pop("small", False)
    once = attrs.pop("once", False)
    if not href:
        attrs.setdefault("type", "submit")
    classes = ["btn", f"btn-{kind}", "btn-block" if block else "", "btn-small" if small else ""]
    # Lists have dozens of these on a page: no template of its own, which would cost more than the rest of the row.
    tag = "a" if href else "button"
    given = {"class": " ".join(part for part in classes if part), "href": href, **attrs, "data_once": once}
    return format_html(
        "<{}{}>{}<span>{}</span>{}</{}>",
        tag,
        attributes.render(given),
        icons.svg(icon) if icon else "",
        text,
        format_html('<span class="btn-aside num">{}</span>', aside) if aside else "",
        tag,
    )


@register.simple_block_tag(takes_context=True)
def ui_menu(
    context: Context, content: str, text: str, about: str = "", icon: str = "", kind: str = "secondary"
) -> SafeString:
    """A drop-down of links and actions; `about` names the row for screen readers ("Visa ending in 4242")."""
    del context
    return _render("menu", {"content": content, "text": text, "about": about, "icon": icon, "kind": kind})


@register.inclusion_tag(f"{PARTS}menu_item.html", takes_context=True)
def ui_menu_item(
    context: Context,
    text: str,
    href: str = "",
    action: str = "",
    icon: str = "",
    danger: bool = False,
    **attrs: object,
) -> dict[str, object]:
    """A link (`href`) or a POST to `action` inside a menu."""
    return {
        "text": text,
        "href": href,
        "action": action,
        "icon": icon,
        "danger": danger,
        "csrf_token": context.get("csrf_token"),
        "attrs": attributes.render(attrs),
    }


@register.inclusion_tag(f"{PARTS}field.html", takes_context=True)
def ui_field(context: Context, bound: BoundField, **wishes: Any) -> dict[str, object]:
    """Any bound field: label, hint, error and control. Options: see `counterfoil.ui.fields.Wishes`."""
    _fill(context, bound)
    if bound.is_hidden:
        return {"hidden": bound.as_widget()}
    return {"field": fields.view(bound, wishes=fields.Wishes(**wishes))}


@register.inclusion_tag(f"{PARTS}fields.html", takes_context=True)
def ui_fields(context: Context, form: forms.BaseForm) -> dict[str, object]:
    """Every field of a form in its own order, hidden ones first."""
    for bound in form.visible_fields():
        _fill(context, bound)
    return {
        "hidden": [bound.as_widget() for bound in form.hidden_fields()],
        "fields": [fields.view(bound, wishes=fields.Wishes()) for bound in form.visible_fields()],
    }


def _fill(context: Context, bound: BoundField) -> None:
    """Put in what was typed before the session ended or a proof was asked for."""
    waiting: Typed | None = getattr(context.get("request"), "typed", None)
    if waiting is not None and isinstance(bound, BoundField):
        waiting.fill(bound)


@register.inclusion_tag(f"{PARTS}errors.html")
def ui_errors(*forms_: object) -> dict[str, object]:
    """The summary of what is wrong in one or more forms; empty when nothing is. It takes the focus."""
    found: list[tuple[str, str]] = []
    for form in forms_:
        if not isinstance(form, forms.BaseForm) or not form.is_bound:
            continue
        found.extend(("", str(message)) for message in form.non_field_errors())
        for bound in form:
            target = "" if bound.is_hidden else fields.anchor(bound)
            found.extend((target, str(message)) for message in bound.errors)
    return {"errors": found}


@register.simple_tag
def ui_status(code: str, text: str = "") -> SafeString:
    """The tag of a public status: `{% ui_status "paid" %}`; `text` replaces its words."""
    look = statuses.look(code)
    mark = icons.svg(look.icon, size=14)
    return format_html('<span class="tag tag-{}">{}{}</span>', look.tone, mark, text or look.words)


@register.simple_block_tag
def ui_alert(content: str, kind: str = "info", title: str = "", live: bool = False) -> SafeString:
    """A message in the page: kind info, ok, warn or bad; `live` announces it when it arrives by itself."""
    values = {"content": content, "kind": kind, "title": title, "live": live, "icon": ALERT_ICONS[kind]}
    return _render("alert", values)


@register.simple_block_tag
def ui_card(
    content: str, title: str = "", flush: bool = False, feature: bool = False, id: str = "", note: str = ""
) -> SafeString:
    """A white card with an optional heading; `flush` lets a table touch its edges, `feature` tints it."""
    values = {"content": content, "title": title, "flush": flush, "feature": feature, "id": id, "note": note}
    return _render("card", values)


@register.simple_block_tag
def ui_summary(content: str, lined: bool = False) -> SafeString:
    """A list of words and values; fill it with `{% ui_row %}`."""
    return _render("summary", {"content": content, "lined": lined})


@register.inclusion_tag(f"{PARTS}summary_row.html")
def ui_row(
    label: str, value: object, note: str = "", total: bool = False, figure: bool = False
) -> dict[str, Any]:
    """One row of a summary; `figure` aligns numbers to the right, `total` makes it the sum."""
    return {"label": label, "value": value, "note": note, "total": total, "figure": figure or total}


@register.simple_block_tag
def ui_table(
    content: str, caption: str, cards: bool = True, sticky: bool = False, show: bool = False
) -> SafeString:
    """A table around `<thead>` and `<tbody>`; on a phone its rows become cards (cells carry data-label)."""
    values = {"content": content, "caption": caption, "cards": cards, "sticky": sticky, "show": show}
    return _render("table", values)


@register.simple_block_tag
def ui_timeline(content: str) -> SafeString:
    """What happened, oldest first; fill it with `{% ui_event %}`."""
    return _render("timeline", {"content": content})


@register.inclusion_tag(f"{PARTS}event.html")
def ui_event(
    title: str, when: object = "", note: str = "", tone: str = "ok", ahead: bool = False
) -> dict[str, Any]:
    """One event: tone ok, info, warn, bad or quiet; `ahead` for what has not happened yet."""
    marks = {"ok": "check", "info": "clock", "warn": "alert", "bad": "x", "quiet": "check"}
    return {"title": title, "when": when, "note": note, "tone": tone, "ahead": ahead, "icon": marks[tone]}


@register.simple_block_tag
def ui_tabs(content: str, label: str) -> SafeString:
    """Links between sibling pages; `label` names the set for screen readers."""
    return _render("tabs", {"content": content, "label": label})


@register.inclusion_tag(f"{PARTS}tab.html")
def ui_tab(text: str, href: str, current: bool = False, count: int | None = None) -> dict[str, object]:
    """One tab; `count` stands beside the words."""
    return {"text": text, "href": href, "current": current, "count": count}


@register.inclusion_tag(f"{PARTS}steps.html")
def ui_steps(current: int, total: int, title: str) -> dict[str, object]:
    """`Step 1 of 3: Select Method` with a line of progress."""
    return {"current": current, "total": total, "title": title, "marks": range(1, total + 1)}


@register.inclusion_tag(f"{PARTS}progress.html")
def ui_progress(value: int, maximum: int, label: str) -> dict[str, object]:
    """How far a long act has come, with the figures in words beside the bar."""
    share = 0 if maximum <= 0 else min(100, round(100 * value / maximum))
    return {"value": value, "maximum": maximum, "label": label, "share": share}


@register.simple_block_tag
def ui_empty(content: str, title: str, icon: str = "file") -> SafeString:
    """An empty list: why it is empty and what comes next."""
    return _render("empty", {"content": content, "title": title, "icon": icon})


@register.inclusion_tag(f"{PARTS}pagination.html")
def ui_pagination(newer: str = "", older: str = "", text: str = "") -> dict[str, object]:
    """Links to the newer and the older page of a keyset list; `text` says how many."""
    return {"newer": newer, "older": older, "text": text}


@register.simple_block_tag
def ui_window(content: str, title: str, back: str, id: str = "window", alone: bool = False) -> SafeString:
    """A window such as Make a Payment: a page of its own, or a dialog over the page that linked to it.

    `back` is where closing leads without JavaScript. `alone` keeps it a page always, for one that needs
    a gateway's scripts or frames.
    """
    return _render("window", {"content": content, "title": title, "back": back, "id": id, "alone": alone})


@register.inclusion_tag(f"{PARTS}chart.html")
def ui_chart(chart: charts.Chart) -> dict[str, object]:
    """A bar chart with its figures beside the bars; build it with `counterfoil.ui.charts.build`."""
    return {"chart": chart}


@register.inclusion_tag(f"{PARTS}spinner.html")
def ui_spinner(text: str) -> dict[str, object]:
    """Something is under way; the words are announced."""
    return {"text": text}


@register.inclusion_tag(f"{PARTS}toasts.html")
def ui_toasts(messages: Iterable[object] | None) -> dict[str, object]:
    """Django's messages: things done as a toast, errors as an alert."""
    return {"messages": list(messages or ())}


@register.simple_tag
def ui_amount(minor: int, currency: str = "USD", size: str = "big") -> SafeString:
    """A large amount: `{% ui_amount 123400 %}`; size big or huge."""
    return format_html(
        '<p class="amount amount-{} num">{}</p>', size, formats.money(minor, currency=currency)
    )


@register.simple_tag(takes_context=True)
def ui_day(context: Context, value: date | None, long: bool = True) -> SafeString | str:
    """`Friday, November 27`; with the year when it is not that of the context's `today`."""
    if value is None:
        return ""
    today = context.get("today")
    words = formats.day(value, reference=today if isinstance(today, date) else None, long=long)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), words)


@register.simple_tag(takes_context=True)
def ui_instant(context: Context, at: datetime | None, zone: str = "") -> SafeString | str:
    """An instant in `zone`, or in the context's `zone`, or in UTC, always with the zone named."""
    if at is None:
        return ""
    today = context.get("today")
    reference = today if isinstance(today, date) else None
    words = formats.instant(at, zone=str(zone or context.get("zone") or "UTC"), reference=reference)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), words)


@register.filter
def money(minor: int | None, currency: str = "USD") -> str:
    """`{{ invoice.balance_minor|money:"USD" }}`."""
    return "" if minor is None else formats.money(minor, currency=currency)


@register.filter
def day(value: date | None, reference: date | None = None) -> str:
    """`{{ invoice.due_on|day:today }}`; without a reference day the year is always there."""
    return "" if value is None else formats.day(value, reference=reference)


@register.filter
def short_day(value: date | None) -> str:
    """`Nov 27, 2026`, for dense tables."""
    return "" if value is None else formats.day(value, long=False)


@register.filter
def instant(at: datetime | None, zone: str = "UTC") -> str:
    """`{{ payment.submitted_at|instant:zone }}`."""
    return "" if at is None else formats.instant(at, zone=str(zone))
