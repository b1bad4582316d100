"""A bound form field as our pages show it: label, hint, what is wrong, then the control."""

from __future__ import annotations

from dataclasses import dataclass, field

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from counterfoil.ui import formats
from counterfoil.ui.choices import Choice

DJANGO_ROWS = "10"  # what a Textarea asks for when nobody said anything

# The first that fits: radio buttons and groups of checkboxes are kinds of select to Django.
SHAPES: tuple[tuple[type[forms.Widget] | tuple[type[forms.Widget], ...], str], ...] = (
    ((forms.RadioSelect, forms.CheckboxSelectMultiple), "choices"),
    (forms.CheckboxInput, "check"),
    (forms.Select, "select"),
    (forms.Textarea, "area"),
    (forms.FileInput, "file"),
    (forms.DateInput, "date"),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One radio button or checkbox of a group, its control already drawn."""

    id: str
    control: SafeString
    choice: Choice


@dataclass(frozen=True, slots=True)
class FieldView:
    """All the field template needs. `shape` is one of line, money, date, code, file, check, choices, area, select."""

    id: str
    name: str
    shape: str
    label: str
    hint: str
    errors: tuple[str, ...]
    control: SafeString | None
    required: bool
    optional: bool
    multiple: bool = False
    hint_id: str = ""
    error_id: str = ""
    prefix: str = ""
    width: str = ""
    secret: bool = False
    card: bool = True
    hide_label: bool = False
    options: tuple[Option, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a page may ask of one field beyond what the form says."""

    label: str = ""
    hint: str | None = None
    kind: str = ""
    width: str = ""
    currency: str = "USD"
    optional: bool | None = None
    plain: bool = False
    hide_label: bool = False


def view(bound: BoundField, *, wishes: Wishes) -> FieldView:
    """Draw the control of a bound field and gather the words around it."""
    shape = wishes.kind or _shape(bound)
    base = bound.id_for_label or bound.auto_id or bound.html_name
    hint = str(bound.help_text or "") if wishes.hint is None else wishes.hint
    if not hint:
        bound.help_text = ""  # or Django ties the control to a text that is not on the page
    errors = tuple(str(message) for message in bound.errors)
    hint_id = f"{base}_hint" if hint else ""
    error_id = f"{base}_error" if errors else ""
    grouped = shape == "choices"
    label = wishes.label or str(bound.label or "")
    shown = str(bound.field.widget.attrs.get("placeholder", "")).lower()
    if shape == "code" or shown in {label.lower(), str(bound.label).lower()}:
        # The label says it already, and stays when one types.
        bound.field.widget.attrs.pop("placeholder", None)
    return FieldView(
        id=base,
        name=bound.html_name,
        shape=shape,
        label=label,
        hint=hint,
        errors=errors,
        control=None if grouped else _control(bound, shape=shape, described=f"{hint_id} {error_id}".strip()),
        required=bound.field.required,
        optional=_optional(bound, shape=shape, wish=wishes.optional),
        multiple=isinstance(bound.field.widget, forms.CheckboxSelectMultiple),
        hint_id=hint_id,
        error_id=error_id,
        prefix=formats.symbol(wishes.currency) if shape == "money" else "",
        width=wishes.width,
        secret=isinstance(bound.field.widget, forms.PasswordInput),
        card=not wishes.plain,
        hide_label=wishes.hide_label,
        options=_options(bound, described=error_id) if grouped else (),
    )


def anchor(bound: BoundField) -> str:
    """The id of the control that a link in the error summary leads to."""
    if isinstance(bound.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def _shape(bound: BoundField) -> str:
    widget = bound.field.widget
    asked = str(widget.attrs.get("data-ui", ""))
    if asked:
        return asked
    if widget.attrs.get("autocomplete") == "one-time-code":
        return "code"
    return next((shape for kinds, shape in SHAPES if isinstance(widget, kinds)), "line")


def _control(bound: BoundField, *, shape: str, described: str) -> SafeString:
    widget = bound.field.widget
    attrs: dict[str, str | bool] = {"class": f"{widget.attrs.get('class', '')} input".strip()}
    if shape == "check":
        attrs["class"] = "tick"
    if described:
        attrs["aria-describedby"] = described
    if shape == "area" and str(widget.attrs.get("rows")) == DJANGO_ROWS:
        attrs["rows"] = "4"
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if shape == "money":
        attrs.update({"inputmode": "decimal", "autocomplete": "off"})
        if isinstance(widget, forms.NumberInput):
            widget.input_type = "text"
    if shape == "code":
        attrs.update({"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"})
    if shape == "date" and isinstance(widget, forms.DateInput):
        widget.input_type = "date"
        widget.format = widget.format or "%Y-%m-%d"
    return bound.as_widget(attrs=attrs)


def _options(bound: BoundField, *, described: str) -> tuple[Option, ...]:
    found: list[Option] = []
    for part in bound.subwidgets:
        label: object = part.choice_label
        choice = label if isinstance(label, Choice) else Choice(title=str(label))
        part.data["attrs"]["class"] = "tick"
        if described:
            part.data["attrs"]["aria-describedby"] = described
        found.append(Option(id=part.id_for_label or "", control=part.tag(wrap_label=False), choice=choice))
    return tuple(found)


def _optional(bound: BoundField, *, shape: str, wish: bool | None) -> bool:
    if wish is not None:
        return wish
    return (
        not bound.field.required
        and not bound.field.disabled
        and shape in {"line", "money", "date", "area", "select", "file"}
    )
