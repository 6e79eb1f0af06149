"""Forms as components: label above, hint, error beside the field, a summary at the top that jumps to the field."""

import uuid
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.forms.forms import BaseForm
from django.template import Context
from django.utils.safestring import SafeString

from lending.templatetags.drawing import render

register = template.Library()

# The hidden field that makes sending a money form twice the same as sending it once.
KEY = "key"
# Widgets that are several controls under one legend.
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.simple_tag(takes_context=True)
def form_fields(context: Context, form: BaseForm) -> SafeString:
    """The summary of what is wrong, then every visible field, then the hidden ones."""
    return render(context, "form_fields", form=form)


@register.simple_tag(takes_context=True)
def form_errors(context: Context, form: BaseForm) -> SafeString:
    """What is wrong, at the top of the form, each line jumping to its field. Nothing when nothing is wrong."""
    fields = [(field.label, error, _target(field)) for field in form.visible_fields() for error in field.errors]
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return render(context, "form_errors", fields=fields, others=[*form.non_field_errors(), *hidden])


def _target(field: BoundField) -> str:
    """The id that a line of the summary jumps to: the control, or the first of a group."""
    return f"{field.auto_id}_0" if isinstance(field.field.widget, GROUPS) else field.id_for_label


@register.simple_tag(takes_context=True)
def form_field(
    context: Context, field: BoundField, prefix: str = "", suffix: str = "", hint: str | None = None
) -> SafeString:
    """One field. prefix and suffix stand beside its box ($, %, months); hint replaces the form's help text."""
    widget = _adjusted(field)
    hint = str(field.help_text) if hint is None else hint
    name = field.auto_id
    described = " ".join([f"{name}_helptext"] * bool(hint) + [f"{name}_error"] * bool(field.errors))
    group = isinstance(widget, GROUPS)
    # A placeholder vanishes when one types and is too pale to read: the label and the hint say it instead.
    attributes: dict[str, Any] = {"placeholder": False}
    if not group:
        attributes |= {"class": f"{widget.attrs.get('class', '')} {_look(field)}".strip()}
        attributes |= {"aria-describedby": described} if described else {}
    return render(
        context,
        "form_field",
        field=field,
        control=field.as_widget(attrs=attributes),
        name=name,
        hint=hint,
        described=described,
        prefix=prefix,
        suffix=suffix,
        group=group,
        tick=isinstance(widget, forms.CheckboxInput),
    )


def _adjusted(field: BoundField) -> Any:
    """The field's widget: a date is picked, and a figure is typed as text, so that 1,234.50 can be pasted."""
    widget = field.field.widget
    if isinstance(widget, forms.DateInput) and widget.input_type == "text":
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    if isinstance(field.field, forms.DecimalField) and isinstance(widget, (forms.TextInput, forms.NumberInput)):
        widget.input_type = "text"
        for bound in ("min", "max", "step"):
            widget.attrs.pop(bound, None)
        widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "data-figure": True}
    return widget


def _look(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control lw-figure" if isinstance(field.field, forms.DecimalField) else "form-control"


def key_of(form: BaseForm | None) -> str:
    """The key a bound form was sent with, so that sending it again is the same act; else a new one."""
    sent = form.data.get(form.add_prefix(KEY), "") if form is not None and form.is_bound else ""
    return sent or (form[KEY].value() if form is not None and KEY in form.fields else "") or str(uuid.uuid4())


@register.simple_tag(takes_context=True)
def idempotency_key(context: Context, form: BaseForm | None = None) -> SafeString:
    """The hidden field `key`: new for a fresh form, the same again for one that comes back with an error."""
    return render(context, "idempotency_key", name=form.add_prefix(KEY) if form else KEY, value=key_of(form))


@register.simple_tag(takes_context=True)
def amount_button(
    context: Context, verb: str, field: BoundField | None = None, amount: str = "", rest: str = "", key: str = ""
) -> SafeString:
    """The button that says the act and the amount: Take $312.40. It follows the field as one types.

    verb: "Take"; field: the form's amount; amount: a fixed one written by `dollars`; rest: words after the amount.
    """
    return render(
        context,
        "amount_button",
        verb=verb,
        follows=field.id_for_label if field is not None else "",
        typed=field.value() if field is not None else "",
        amount=amount,
        rest=rest,
        key=key,
    )


@register.simple_block_tag(takes_context=True)
def money_form(context: Context, content: str, form: BaseForm, url: str, verb: str, **options: Any) -> SafeString:
    """A form that moves money: fields at the left, at the right its effect, which it encloses and which follows typing.

    options: effect_url (POSTed on every change with the form's values; answers with the effect as a fragment),
    amount (the name of the field on the button, by default "amount"), rest (words after the amount), id (by default
    "money-form"), cancel_url, seen (the last event that the page shows, sent with the form), plain=True to send it as
    an ordinary form instead of swapping it with htmx.
    """
    options.setdefault("id", "money-form")
    name = options.pop("amount", "amount")
    return render(
        context,
        "money_form",
        content=content,
        form=form,
        url=url,
        verb=verb,
        amount=form[name] if name in form.fields else None,
        fields=form.visible_fields(),
        hidden=[field for field in form.hidden_fields() if field.name != KEY],
        money_fields=[field.name for field in form if _is_money(field)],
        **options,
    )


def _is_money(field: BoundField) -> bool:
    return isinstance(field.field, forms.DecimalField) and field.field.decimal_places == 2
