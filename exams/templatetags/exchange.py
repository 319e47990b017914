"""Words of imports in templates: `{% load exchange %}`."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from exams.domain.outline_diff import Change
from exams.texts_exchange import CHANGES, FIELDS
from web.templatetags.web import chip, digits

register = template.Library()


@register.filter
def change_chip(change: str) -> SafeString:
    """Draw what would happen to a section or a question."""
    return chip(*CHANGES[Change(change)])


@register.filter
def change_word(change: str) -> str:
    """Return what would happen as a word."""
    return str(CHANGES[Change(change)][0])


@register.filter
def field_name(field: str) -> str:
    """Return what a field is called: `choices.2.text` is the text of choice 3."""
    first, _dot, rest = field.partition(".")
    if first != "choices":
        return str(FIELDS.get(field, field))
    index, _dot, name = rest.partition(".")
    choice = _("Choice %(n)s") % {"n": digits(int(index) + 1)}
    return f"{choice}: {FIELDS[name]}" if name else choice
