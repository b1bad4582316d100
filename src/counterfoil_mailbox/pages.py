"""The mailbox's pages as HTML. Whatever came from a message is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from counterfoil_mailbox.messages import LINK, TRAILING, Message

KINDS = {"mail": "E-mail", "sms": "Text message"}


def listing(found: Sequence[Message], *, to: str) -> str:
    """Return the page with all messages, or with those for one recipient."""
    rows = "".join(_row(message) for message in found)
    if rows:
        content = f'<ol class="messages">{rows}</ol>'
    elif to:
        content = f'<p class="empty">No message for “{escape(to)}” yet.</p>'
    else:
        content = '<p class="empty">No messages yet. Whatever the demo sends arrives here.</p>'
    clear = (
        '<form method="post" action="/delete"><button class="quiet">Delete all messages</button></form>'
        if found and not to
        else ""
    )
    return _page(
        "Messages",
        f"""<div class="bar"><h1>Messages</h1>
<form method="get" action="/" role="search"><label for="to">Recipient</label>
<input id="to" name="to" value="{escape(to)}" autocomplete="off"><button>Show</button></form></div>
{content}
<div class="foot"><a href="/">Look for new messages</a>{clear}</div>""",
    )


def message(shown: Message) -> str:
    """Return the page of one message."""
    title = shown.subject or f"{KINDS[shown.kind]} to {', '.join(shown.to)}"
    return _page(
        title,
        f"""<p><a href="/">All messages</a></p>
<h1>{escape(title)}</h1>
<dl class="facts"><div><dt>To</dt><dd>{escape(", ".join(shown.to))}</dd></div>
<div><dt>From</dt><dd>{escape(shown.sender) or "-"}</dd></div>
<div><dt>Caught</dt><dd>{_time(shown.at)}</dd></div>
<div><dt>Kind</dt><dd>{KINDS[shown.kind]}</dd></div></dl>
{_attachments(shown)}{_html(shown)}{_text(shown)}
<p class="foot"><a href="/messages/{shown.id}/source">Show the source</a></p>""",
    )


def not_found() -> str:
    """Return the page for an address that leads nowhere."""
    return _page(
        "No such page",
        '<h1>No such page</h1><p>The message may have been deleted. <a href="/">All messages</a></p>',
    )


def _row(row: Message) -> str:
    files = f'<span class="files">{len(row.attachments)} attached</span>' if row.attachments else ""
    title = row.subject or row.text[:90] or "(no subject)"
    return (
        f'<li><a href="/messages/{row.id}"><span class="subject">{escape(title)}</span>'
        f'<span class="to">{escape(", ".join(row.to))}</span>'
        f'<span class="kind">{KINDS[row.kind]}</span>{files}'
        f'<span class="at">{_time(row.at)}</span></a></li>'
    )


def _attachments(shown: Message) -> str:
    if not shown.attachments:
        return ""
    items = "".join(
        f'<li><a href="/messages/{shown.id}/attachments/{number}">{escape(file.name)}</a>'
        f" <span>{escape(file.type)}, {_size(len(file.content))}</span></li>"
        for number, file in enumerate(shown.attachments, start=1)
    )
    return f'<h2>Attachments</h2><ul class="attachments">{items}</ul>'


def _html(shown: Message) -> str:
    if not shown.html:
        return ""
    # The sandbox lets links open in a new tab and nothing else: no script, no form, no cookie.
    return (
        f'<h2>As a mail program shows it</h2><iframe src="/messages/{shown.id}/html" title="The message as a'
        ' mail program shows it" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def _text(shown: Message) -> str:
    if not shown.text:
        return ""
    return f'<h2>As plain text</h2><div class="text">{_linked(shown.text.strip())}</div>'


def _linked(text: str) -> str:
    pieces, at = [], 0
    for found in LINK.finditer(text):
        address = found.group().rstrip(TRAILING)
        pieces.append(escape(text[at : found.start()]))
        pieces.append(f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>')
        at = found.start() + len(address)
    pieces.append(escape(text[at:]))
    return "".join(pieces)


def _time(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%b} {at.day}, {at:%Y %H:%M:%S} UTC</time>'


def _size(count: int) -> str:
    return f"{count / 1024:.0f} kB" if count >= 1024 else f"{count} bytes"


def _page(title: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Demo Mailbox</title><link rel="stylesheet" href="/style.css"></head>
<body><header><a href="/">Demo Mailbox</a> <span>catches what this demo sends; nothing leaves this machine</span>
</header><main>{content}</main></body></html>"""
