"""Phone numbers as people type them, and as they are kept: in the form of their country's own books."""

from __future__ import annotations

from typing import Final

import phonenumbers
from django.utils.translation import gettext as _

from counterfoil.core import errors

HOME: Final = "US"
# Seven digits without an area code are possible too, within the place where somebody stands.
IS_POSSIBLE: Final = phonenumbers.ValidationResult.IS_POSSIBLE


def normal(typed: str, *, field: str = "phone") -> str:
    """Return a number in its usual form: (312) 555-0142; from abroad +44 20 7946 0958. Empty stays empty.

    Its length and country code are looked at, not whether somebody has it: new area codes are nobody's mistake.

    :raises errors.Invalid: it cannot be a phone number.
    """
    if not typed.strip():
        return ""
    try:
        number = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or phonenumbers.is_possible_number_with_reason(number) != IS_POSSIBLE:
        raise errors.Invalid(
            _("Enter a phone number with its area code, such as (312) 555-0142."), field=field
        )
    at_home = number.country_code == phonenumbers.country_code_for_region(HOME)
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, form)
