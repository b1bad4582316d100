"""A choice that has more to say than one line, for radio buttons shown as cards."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Choice:
    """Give it as the label of a form field's choice: `(value, Choice("Visa ending in 4242", aside="No fee"))`.

    `note` stands under the title, `aside` at the end of the line, `icon` is a name of the icon family.
    """

    title: str | Promise
    note: str | Promise = ""
    aside: str | Promise = ""
    icon: str = ""

    def __str__(self) -> str:
        return str(self.title)
