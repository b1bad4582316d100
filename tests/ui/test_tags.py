"""Each component as HTML: what it says, what it links, and that it escapes what people typed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from counterfoil.ui import charts
from counterfoil.ui.choices import Choice


def render(source: str, **values: object) -> str:
    return " ".join(Template("{% load ui %}" + source).render(Context(values)).split())


class PayForm(forms.Form):
    amount = forms.CharField(label="Payment Amount", widget=forms.TextInput(attrs={"data-ui": "money"}))
    note = forms.CharField(label="Note", required=False, help_text="Only you see it.")
    method = forms.ChoiceField(
        label="From",
        choices=[("m1", Choice("Visa <4242>", note="Expires 08/2028", aside="No fee", icon="card"))],
        widget=forms.RadioSelect,
    )
    pay_on = forms.DateField(label="Pay on", initial=date(2026, 12, 1))
    agree = forms.BooleanField(label="I agree")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_button_submits_and_says_the_amount() -> None:
    html = render('{% ui_button "Submit Payment" aside="$5.00" once="Sending" name="go" %}')
    assert html == (
        '<button class="btn btn-primary" name="go" type="submit" data-once="Sending">'
        '<span>Submit Payment</span><span class="btn-aside num">$5.00</span></button>'
    )


def test_button_with_an_address_is_a_link() -> None:
    html = render('{% ui_button "Pay" kind="secondary" href="/pay/" data_ui_window=True hx_get="" %}')
    assert html == '<a class="btn btn-secondary" href="/pay/" data-ui-window><span>Pay</span></a>'


def test_button_of_no_kind_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="no kind 'shiny'"):
        render('{% ui_button "Pay" kind="shiny" %}')


def test_what_people_typed_is_escaped() -> None:
    assert "<b>" not in render(
        "{% ui_button text %}{% ui_row text text %}{% ui_event text %}", text="<b>x</b>"
    )


def test_menu_names_its_row_and_posts_with_a_token() -> None:
    html = render(
        '{% ui_menu "Options" about="Visa" %}{% ui_menu_item "Edit" href="/e/" %}'
        '{% ui_menu_item "Disable" action="/d/" %}{% endui_menu %}',
        csrf_token="abc",
    )
    assert '<span class="sr-only"> Visa</span>' in html
    assert '<a class="menu-item" href="/e/">Edit</a>' in html
    assert 'action="/d/"><input type="hidden" name="csrfmiddlewaretoken" value="abc">' in html


def test_status_has_a_word_and_a_mark() -> None:
    html = render('{% ui_status "partly_paid" %}')
    assert "Partly paid" in html
    assert "<svg" in html


def test_an_unknown_status_is_shown_in_its_own_words() -> None:
    assert "Sent to print" in render('{% ui_status "sent_to_print" %}')


def test_field_stands_as_label_hint_error_control() -> None:
    html = render("{% ui_field form.amount hint='You owe $5.00.' %}", form=PayForm({"amount": ""}))
    places = [html.index(part) for part in ("<label", "You owe $5.00.", "This field is required.", "<input")]
    assert places == sorted(places)
    assert 'aria-describedby="id_amount_hint id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'inputmode="decimal"' in html


def test_field_that_may_be_left_out_says_so() -> None:
    assert "(optional)" in render("{% ui_field form.note %}", form=PayForm())
    assert "(optional)" not in render("{% ui_field form.amount %}", form=PayForm())


def test_radio_buttons_are_cards_in_a_named_group() -> None:
    html = render("{% ui_field form.method %}", form=PayForm({"method": ""}))
    assert "<legend>From</legend>" in html
    assert "Visa &lt;4242&gt;" in html
    assert "Expires 08/2028" in html
    assert "No fee" in html
    assert 'aria-describedby="id_method_error"' in html


def test_date_is_asked_for_with_the_date_control() -> None:
    html = render("{% ui_field form.pay_on %}", form=PayForm())
    assert 'type="date"' in html
    assert 'value="2026-12-01"' in html


def test_all_fields_bring_the_hidden_ones() -> None:
    html = render("{% ui_fields form %}", form=PayForm())
    assert '<input type="hidden" name="token"' in html
    assert html.count("<label") == 5


def test_error_summary_links_to_each_control_and_takes_the_focus() -> None:
    form = PayForm({"amount": "", "method": ""})
    form.add_error(None, "Someone paid this a minute ago.")
    html = render("{% ui_errors form %}", form=form)
    assert 'role="alert"' in html
    assert "autofocus" in html
    assert '<a href="#id_amount">' in html
    assert '<a href="#id_method_0">' in html
    assert "<li>Someone paid this a minute ago.</li>" in html


def test_error_summary_is_empty_when_nothing_is_wrong() -> None:
    assert render("{% ui_errors form %}", form=PayForm()) == ""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{% ui_alert "warn" "Careful" %}<p>x</p>{% endui_alert %}', '<p class="alert-title">Careful</p>'),
        ('{% ui_card title="Summary" id="s" %}x{% endui_card %}', '<h2 id="s-title">Summary</h2>'),
        ('{% ui_steps 1 3 "Select Method" %}', "Step 1 of 3: <strong>Select Method</strong>"),
        ('{% ui_progress 3 4 "Sent" %}', 'aria-valuenow="3"'),
        ('{% ui_progress 0 0 "Sent" %}', '<rect class="meter-fill" width="0"'),
        (
            '{% ui_tabs "Billing" %}{% ui_tab "Invoices" "/i/" current=True %}{% endui_tabs %}',
            'aria-current="page"',
        ),
        (
            '{% ui_table "Invoices" %}<tbody></tbody>{% endui_table %}',
            '<caption class="sr-only">Invoices</caption>',
        ),
        ('{% ui_empty "No bills" %}<p>x</p>{% endui_empty %}', '<p class="empty-title">No bills</p>'),
        ('{% ui_pagination older="?before=5" %}', 'rel="next" href="?before=5"'),
        ('{% ui_window title="Make a Payment" back="/b/" %}x{% endui_window %}', 'href="/b/" data-ui-close'),
        ('{% ui_window title="Add" back="/b/" alone=True %}x{% endui_window %}', 'data-ui-window="page"'),
        ('{% ui_spinner "Asking" %}', 'role="status"'),
        ('{% ui_summary %}{% ui_row "Total" "$5.00" total=True %}{% endui_summary %}', "sum-total"),
        ('{% ui_timeline %}{% ui_event "Paid" ahead=True %}{% endui_timeline %}', "event-ahead"),
        ('{% icon "card" "Card" %}', 'role="img" aria-label="Card"'),
    ],
)
def test_component(source: str, said: str) -> None:
    assert said in render(source)


def test_chart_shows_its_figures_and_never_hides_a_small_bar() -> None:
    chart = charts.build(
        title="Paid",
        label_head="Month",
        value_head="Paid",
        bars=[
            charts.Bar("May", 100_000, "$1,000.00"),
            charts.Bar("June", 1, "$0.01"),
            charts.Bar("July", 0, "$0.00"),
        ],
    )
    assert [placed.share for placed in chart.bars] == [100, 1, 0]
    assert "$0.01" in render("{% ui_chart chart %}", chart=chart)


def test_money_and_days_read_as_people_read_them() -> None:
    day, today = date(2026, 11, 27), date(2026, 11, 21)
    assert render('{{ 123400|money:"USD" }} {{ none|money }}', none=None) == "$1,234.00"
    assert render("{{ day|day:today }}", day=day, today=today) == "Friday, November 27"
    assert render("{{ day|day }}", day=day) == "Friday, November 27, 2026"
    assert render("{{ day|short_day }}", day=day) == "Nov 27, 2026"
    assert render("{% ui_day day %}", day=day, today=date(2027, 1, 2)) == (
        '<time datetime="2026-11-27">Friday, November 27, 2026</time>'
    )


def test_an_instant_names_its_zone() -> None:
    at = datetime(2026, 11, 21, 21, 5, tzinfo=UTC)
    html = render("{% ui_instant at %}", at=at, zone="America/Chicago", today=date(2026, 11, 21))
    assert "Saturday, November 21, 3:05 PM CST" in html


def test_spanish_keeps_dollars_as_they_are_written_here() -> None:
    with translation.override("es"):
        assert render('{{ 123400|money:"USD" }}') == "$1,234.00"
        assert "viernes, 27 de noviembre" in render("{{ d|day:d }}", d=date(2026, 11, 27))
