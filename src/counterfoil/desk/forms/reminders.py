"""On which days and in which hours payers are reminded."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LEFT_OUT = _("0 leaves it out.")


class Reminders(forms.Form):
    """Days before and after the due date, and hours of the biller's day. The settings say what cannot be."""

    due_soon_days = forms.IntegerField(label=_("Days before the due date: due soon"), help_text=LEFT_OUT)
    overdue_1_days = forms.IntegerField(
        label=_("Days after the due date: first reminder"), help_text=LEFT_OUT
    )
    overdue_2_days = forms.IntegerField(
        label=_("Days after the due date: second reminder"), help_text=LEFT_OUT
    )
    overdue_3_days = forms.IntegerField(
        label=_("Days after the due date: third reminder"), help_text=LEFT_OUT
    )
    from_hour = forms.IntegerField(
        label=_("Not before this hour of the day"), help_text=_("Between 8 and 19.")
    )
    until_hour = forms.IntegerField(label=_("Not from this hour on"), help_text=_("At most 20."))
