"""One family of line icons, drawn on a 24 by 24 grid with a stroke of 1.75 and round ends."""

from __future__ import annotations

import functools

from django.utils.html import format_html
from django.utils.safestring import SafeString

PATHS: dict[str, str] = {
    "home": "M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
    "card": (
        "M3.5 5.5h17a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-17a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM2.5 10h19M6.5 15h3.5"
    ),
    "bank": "M3 9.5 12 4l9 5.5zM5.5 12.5v5M10 12.5v5M14 12.5v5M18.5 12.5v5M3 20.5h18",
    "wallet": (
        "M19 8V6a1 1 0 0 0-1-1H5a2 2 0 0 0 0 4h15a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a2 2 0 0 1-2-2V7"
        "M16.5 14.5h.01"
    ),
    "check": "m5 12.5 4.5 4.5L19 7.5",
    "check-circle": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.5l2.8 2.8L16 9.8",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2",
    "alert": "M12 4 2.8 19.5a.7.7 0 0 0 .6 1h17.2a.7.7 0 0 0 .6-1zM12 10v4.5M12 17.4h.01",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.8h.01",
    "x": "M6 6l12 12M18 6 6 18",
    "x-circle": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6",
    "minus-circle": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12h8",
    "calendar": (
        "M4.5 5.5h15a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM3.5 10.5h17"
        "M8 3v4.5M16 3v4.5"
    ),
    "file": (
        "M13.5 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7.5zM13.5 3v4.5H18M9 12.5h6M9 16.5h6"
    ),
    "receipt": "M6 3.5v17l2-1.5 2 1.5 2-1.5 2 1.5 2-1.5 2 1.5v-17zM9 8.5h6M9 12.5h6",
    "download": "M12 4v11M7.5 11 12 15.5l4.5-4.5M4.5 19.5h15",
    "upload": "M12 15.5V4.5M7.5 9 12 4.5 16.5 9M4.5 19.5h15",
    "print": (
        "M7 8V3.5h10V8M7 17H4.5a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H17"
        "M7 13.5h10v7H7z"
    ),
    "menu": "M4 7h16M4 12h16M4 17h16",
    "dots": "M5.5 12h.01M12 12h.01M18.5 12h.01",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
    "users": (
        "M9 12a3.75 3.75 0 1 0 0-7.5A3.75 3.75 0 0 0 9 12zM2.5 20a6.5 6.5 0 0 1 13 0"
        "M16 4.9a3.75 3.75 0 0 1 0 6.8M18 14.4a6.5 6.5 0 0 1 3.5 5.6"
    ),
    "search": "M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM15.6 15.6 20.5 20.5",
    "chevron-down": "m6 9.5 6 6 6-6",
    "chevron-up": "m6 14.5 6-6 6 6",
    "chevron-left": "m14.5 6-6 6 6 6",
    "chevron-right": "m9.5 6 6 6-6 6",
    "plus": "M12 5v14M5 12h14",
    "phone": (
        "M5 4h3.6l1.7 4.3-2.1 1.6a12 12 0 0 0 5.9 5.9l1.6-2.1 4.3 1.7V19a1.5 1.5 0 0 1-1.6 1.5A16 16 0"
        " 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z"
    ),
    "mail": "M4 5.5h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM3.5 7l8.5 6 8.5-6",
    "lock": (
        "M6.5 11h11a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1V12a1 1 0 0 1 1-1z"
        "M8 11V8a4 4 0 0 1 8 0v3M12 15v2"
    ),
    "globe": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
    "text-size": "m2.5 18.5 5-13 5 13M4.2 14.5h6.6M14 18.5l3.7-9.5 3.8 9.5M15.3 15.5h4.9",
    "arrow-left": "M19.5 12h-15M11 5.5 4.5 12l6.5 6.5",
    "arrow-right": "M4.5 12h15M13 5.5l6.5 6.5-6.5 6.5",
    "return": "M8.5 5.5 4 10l4.5 4.5M4 10h10.5a5 5 0 0 1 0 10H11",
    "repeat": "M4 11V9.5a3 3 0 0 1 3-3h12.5M16.5 3.5l3 3-3 3M20 13v1.5a3 3 0 0 1-3 3H4.5M7.5 20.5l-3-3 3-3",
    "settings": (
        "M4 7h9M19 7h1M4 17h1M11 17h9M16 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
        "M8 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    ),
    "link": (
        "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8"
        "M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1"
    ),
    "key": "M8 19a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM11.2 11.3 19 3.5M16 6.5l3 3",
    "filter": "M4 5.5h16l-6.2 7.3V19l-3.6 1.5v-7.7z",
    "edit": "M4.5 19.5 5.6 15 16.3 4.3a1.5 1.5 0 0 1 2.1 0l1.3 1.3a1.5 1.5 0 0 1 0 2.1L9 18.4z",
    "eye": (
        "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
        "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"
    ),
    "log-out": "M14.5 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8.5M10 12h10.5M17 8.5l3.5 3.5-3.5 3.5",
    "chart": "M4 20.5h16M6.5 17v-5M12 17V5.5M17.5 17V9",
    "folder": "M3.5 6.5a1 1 0 0 1 1-1h5l2 2.5h8a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1z",
    "message": "M4.5 4.5h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H11l-5 4v-4H4.5a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1z",
    "shield": "M12 3.5 4.5 6v6c0 4.5 3.2 7.3 7.5 8.5 4.3-1.2 7.5-4 7.5-8.5V6zM8.8 12l2.3 2.3 4.1-4.3",
}


def svg(name: str, *, label: str = "", size: int = 20) -> SafeString:
    """The icon `name` as inline SVG, `size` CSS pixels wide before scaling with the text.

    Without a label it is decoration and hidden from assistive technology: words stand beside it.
    Raises KeyError for a name that was never drawn.
    """
    return _svg(name, str(label), int(size))


@functools.lru_cache(maxsize=512)
def _svg(name: str, label: str, size: int) -> SafeString:
    hidden = SafeString('aria-hidden="true"')
    role = format_html('role="img" aria-label="{}"', label) if label else hidden
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="{}" height="{}" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>'
        '<path d="{}"/></svg>',
        size,
        size,
        role,
        PATHS[name],
    )
