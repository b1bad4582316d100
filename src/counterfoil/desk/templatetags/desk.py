"""`{% load desk %}`: what dense tables need beside `{% load ui %}`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from counterfoil.core import format as core_format
from counterfoil.ui import formats

register = template.Library()


@register.filter
def when(at: datetime | None, zone: str) -> SafeString | str:
    """An instant on two short lines: the day with its year, and the time with its zone."""
    if at is None:
        return ""
    return format_html(
        '<time class="desk-when" datetime="{}">{} <span class="desk-note">{}</span></time>',
        at.isoformat(),
        formats.day(at.astimezone(ZoneInfo(zone)).date(), long=False),
        core_format.time_of_day(at, zone, formats.current_locale()),
    )
