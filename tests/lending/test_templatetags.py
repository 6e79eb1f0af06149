"""Figures and components are written the same everywhere."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from lending.templatetags import figures
from lending.templatetags.forms import key_of
from lending.templatetags.loanwright import with_parameters
from lending.templatetags.meanings import BUCKETS, MEANINGS, STATES, bucket_of

D = Decimal
DEC_31 = date(2008, 12, 31)


def drawn(source: str, query: str = "", **values: object) -> str:
    """The template rendered, its white space collapsed."""
    request = RequestFactory().get(f"/loans{query}")
    return " ".join(Template(source).render(Context({"request": request, **values})).split())


# --- figures --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "written"),
    [
        (D("1234.5"), "1,234.50"),
        (D("-312.40"), "\u2212312.40"),
        (D("0"), "0.00"),
        (D("-0.00"), "0.00"),
        (0, "0.00"),
        (D("0.005"), "0.01"),
        ("9999999999999999.99", "9,999,999,999,999,999.99"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_money_has_two_decimals_thousands_and_a_true_minus(value, written):
    assert figures.money(value) == written


@pytest.mark.parametrize(
    "write", [figures.money, figures.dollars, figures.change, figures.count, figures.rate, figures.share]
)
@pytest.mark.parametrize("value", [1.5, 0.0, True, [], D("NaN"), D("Infinity")])
def test_no_filter_writes_a_float_or_what_is_no_number(write, value):
    with pytest.raises(TypeError):
        write(value)


def test_money_in_a_sentence_puts_the_minus_before_the_dollar():
    assert figures.dollars(D("-1312.4")) == "\u2212$1,312.40"
    assert figures.dollars(D("312.4")) == "$312.40"


def test_a_difference_says_its_direction():
    assert [figures.change(D(n)) for n in ("12", "-12", "0")] == ["+12.00", "\u221212.00", "0.00"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("7.25", "7.250\u00a0%"),
        ("0", "0.000\u00a0%"),
        ("12", "12.000\u00a0%"),
        ("7.123456", "7.123456\u00a0%"),
        ("-0.5", "\u22120.500\u00a0%"),
        ("1E+1", "10.000\u00a0%"),
    ],
)
def test_a_rate_has_three_decimals_and_loses_none(value, written):
    assert figures.rate(D(value)) == written


def test_counts_terms_shares_and_lengths_of_time():
    assert figures.count(2101) == "2,101"
    assert [figures.term(84), figures.term(1), figures.term(None)] == ["84 months", "1 month", "–"]
    assert [figures.days(0), figures.days(1)] == ["0 days", "1 day"]
    assert figures.share(D("12.345")) == "12.3\u00a0%"
    assert [figures.minutes(timedelta(minutes=15)), figures.minutes(timedelta(seconds=61))] == [
        "15 minutes",
        "2 minutes",
    ]
    with pytest.raises(TypeError):
        figures.count(D("1.5"))


def test_days_and_moments():
    assert figures.day(DEC_31) == "31 Dec 2008"
    assert figures.weekday(DEC_31) == "Wed 31 Dec 2008"
    with timezone.override("America/New_York"):
        assert figures.moment(datetime(2009, 1, 1, 2, 5, tzinfo=UTC)) == "31 Dec 2008, 21:05"
        assert figures.day(datetime(2009, 1, 1, 2, 5, tzinfo=UTC)) == "31 Dec 2008"
    assert figures.day(None) == "–"


# --- states ---------------------------------------------------------------------------------------------------------
def test_a_state_is_a_word_a_shape_and_a_colour():
    html = drawn("{% state 'charged_off' %}")
    assert "Charged off" in html
    assert "lw-problem" in html
    assert "<svg" in html


def test_an_unknown_state_is_neutral_and_called_by_its_own_name():
    assert "lw-neutral" in drawn("{% state 'some_new_state' %}")
    assert "Some new state" in drawn("{% state 'some_new_state' %}")


def test_every_state_has_one_of_the_five_meanings():
    assert {meaning for _, meaning in STATES.values()} <= set(MEANINGS)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (0, "current"),
        (1, "1-29"),
        (29, "1-29"),
        (30, "30-59"),
        (59, "30-59"),
        (60, "60-89"),
        (90, "90-119"),
        (119, "90-119"),
        (120, "120+"),
        (4000, "120+"),
    ],
)
def test_days_past_due_fall_into_their_bucket(days, code):
    assert bucket_of(days) == code


def test_a_bucket_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        bucket_of("31-60")
    with pytest.raises(KeyError):
        bucket_of(-1)


def test_the_worst_bucket_has_the_last_colour():
    assert "lw-bucket-5" in drawn("{% bucket 120 %}")
    assert len(BUCKETS) == 6


# --- object pages ---------------------------------------------------------------------------------------------------
def test_what_cannot_be_done_is_disabled_and_says_why():
    html = drawn("{% action 'Charge off' '/x' key='c' why_not='It is 45 days late.' %}")
    assert "disabled" in html
    assert "It is 45 days late." in html
    assert "/x" not in html
    assert "data-key" not in html


def test_what_can_be_done_shows_its_key():
    html = drawn("{% action 'Take a payment' '/x' key='p' primary=True %}")
    assert 'href="/x"' in html
    assert 'data-key="p"' in html
    assert '<kbd aria-hidden="true">p</kbd>' in html


def test_an_object_header_escapes_what_people_typed():
    html = drawn(
        "{% object_header kind='Loan' title=title figure=owed figure_label='Owed' %}"
        "{% facts %}{% fact 'Rate' None %}{% endfacts %}{% endobject_header %}",
        title="<b>Ana</b>",
        owed=D("10"),
    )
    assert "&lt;b&gt;Ana&lt;/b&gt;" in html
    assert "<b>Ana" not in html
    assert "10.00" in html
    assert "<dd> – </dd>" in html


def test_an_event_says_when_it_counts_and_when_it_was_recorded():
    html = drawn(
        "{% event 'Payment' effective_on=on recorded_at=at by='Otto Perez' amount=amount %}more{% endevent %}",
        on=DEC_31,
        at=datetime(2009, 1, 2, 9, 0, tzinfo=UTC),
        amount=D("-5"),
    )
    assert 'Effective <time datetime="2008-12-31">31 Dec 2008</time>' in html
    assert "2 Jan 2009, 09:00</time> by Otto Perez" in html
    assert "\u22125.00" in html
    assert "more" in html


def test_sums_add_up():
    html = drawn("{% sums rows total='Payment' %}", rows=[("Fees", D("25.00")), ("Interest", D("40.10"))])
    assert '<th scope="row">Payment</th> <td class="lw-figure">65.10</td>' in html


# --- lists ----------------------------------------------------------------------------------------------------------
def test_a_sorted_column_turns_round_and_forgets_the_page():
    html = drawn("{% column 'Owed' sort='owed' %}", query="?sort=owed&page=3&state=active")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-owed&amp;state=active"' in html


def test_a_chip_takes_its_own_filter_away_and_keeps_the_others():
    html = drawn(
        "{% chips chips %}", query="?state=active&q=ana&page=2", chips=[("state", "State", "Active"), ("q", "Name", "")]
    )
    assert 'href="?q=ana"' in html
    assert "State: Active" in html
    assert "Name" not in html


def test_the_pager_says_which_rows_and_keeps_the_filters():
    page = Paginator(range(2101), 50).page(2)
    html = drawn("{% pager page 'loan' 'loans' %}", query="?q=ana&page=2", page=page)
    assert "51–100 of 2,101 loans" in html
    assert 'href="?q=ana&amp;page=1"' in html
    assert 'href="?q=ana&amp;page=3"' in html


def test_the_pager_of_one_row_says_it_in_the_singular():
    page = Paginator(range(1), 50).page(1)
    assert "1–1 of 1 loan</span>" in drawn("{% pager page 'loan' 'loans' %}", page=page)


def test_parameters_are_encoded():
    assert with_parameters(QueryDict("a=1"), a=None, q="x&y") == "?q=x%26y"


# --- forms ----------------------------------------------------------------------------------------------------------
class PaymentForm(forms.Form):
    amount = forms.DecimalField(max_digits=18, decimal_places=2, help_text="In dollars.")
    effective_on = forms.DateField(initial=DEC_31)
    note = forms.CharField(required=False)
    how = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    key = forms.CharField(widget=forms.HiddenInput)


def test_an_error_stands_beside_its_field_and_in_a_summary_that_jumps_to_it():
    html = drawn("{% form_fields form %}", form=PaymentForm({"amount": "x", "key": "k"}))
    assert '<a href="#id_amount">Amount: Enter a number.</a>' in html
    assert '<a href="#id_how_0">How: This field is required.</a>' in html
    assert 'id="id_how_0"' in html
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'id="id_amount_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_form_without_errors_has_no_summary():
    assert "data-error-summary" not in drawn("{% form_fields form %}", form=PaymentForm())


def test_a_date_is_picked_and_an_amount_is_typed_as_text():
    html = drawn("{% form_fields form %}", form=PaymentForm())
    assert '<input type="date" name="effective_on" value="2008-12-31"' in html
    assert 'type="number"' not in html
    assert 'inputmode="decimal"' in html
    assert "(optional)" in html


def test_the_key_of_a_form_is_new_once_and_comes_back_with_it():
    first, second = key_of(PaymentForm()), key_of(PaymentForm())
    assert first != second
    assert key_of(PaymentForm({"key": "sent-1"})) == "sent-1"


def test_a_money_form_names_its_amount_sends_its_key_once_and_follows_typing():
    html = drawn(
        "{% money_form form url='/pay' verb='Take' effect_url='/effect' %}Nothing yet{% endmoney_form %}",
        form=PaymentForm({"amount": "312.40", "key": "sent-1"}),
    )
    assert html.count('name="key"') == 1
    assert 'name="key" value="sent-1"' in html
    assert 'data-amount-from="id_amount"' in html
    assert 'hx-post="/effect"' in html
    assert 'hx-post="/pay"' in html
    assert "Nothing yet" in html


# --- what is said ---------------------------------------------------------------------------------------------------
def test_progress_asks_again_only_while_there_is_something_left():
    assert "hx-get" in drawn("{% progress 'Boarding' 5 10 '/status' %}")
    assert "hx-get" not in drawn("{% progress 'Boarding' 10 10 '/status' %}")
    assert "5 of 10 loans" in drawn("{% progress 'Boarding' 5 10 noun='loans' %}")


def test_the_bar_of_the_two_dates_appears_only_for_another_day():
    assert drawn("{% two_dates %}", business_date=DEC_31, as_of=DEC_31, known_on=None) == ""
    html = drawn("{% two_dates %}", query="?as_of=2008-11-30&q=x", business_date=DEC_31, as_of=date(2008, 11, 30))
    assert "Shown as of <strong>Sun 30 Nov 2008</strong>" in html
    assert 'href="?q=x"' in html


def test_the_steps_say_which_one_is_now():
    html = drawn("{% steps 'One,Two,Three' 2 %}")
    assert html.count("aria-current") == 1
    assert html.index('aria-current="step"') < html.index("Two")


def test_a_chart_keeps_its_figures_exact_and_shows_them_as_a_table():
    data = {"kind": "stacked", "x": ["Dec"], "series": [{"name": "Late", "bucket": "120+", "data": [D("0.10")]}]}
    html = drawn("{% chart data 'Title' unit='USD' %}", data=data)
    assert "&quot;data&quot;: [&quot;0.10&quot;]" in html
    assert '<td class="lw-figure">0.10</td>' in html


def test_the_shell_stands_without_any_context():
    html = drawn("{% extends 'base.html' %}{% block title %}T{% endblock %}{% block content %}C{% endblock %}")
    assert "<title>T</title>" in html
    assert '<main class="lw-main" id="content"' in html
    assert "lw-environment" not in html


def test_the_shell_says_where_one_is():
    html = drawn(
        "{% extends 'base.html' %}",
        tenant="Harbor Street Lending",
        business_date=DEC_31,
        environment="sandbox",
        navigation=[{"label": "Loans", "url": "/loans/", "icon": "file-text", "active": True, "key": "l"}],
    )
    assert "Harbor Street Lending" in html
    assert "Wed 31 Dec 2008" in html
    assert "lw-environment-sandbox" in html
    assert '<a href="/loans/" aria-current="page" data-key="l">' in html
