"""Template tags of notices: `{% load notices %}`."""

from django import template
from django.utils.safestring import SafeString

from notifications.pages import NOTICE_WORDS
from notifications.selectors import NoticeCard
from web.templatetags.web import chip

register = template.Library()


@register.simple_tag
def notice_chip(card: NoticeCard) -> SafeString:
    """Draw the state of a notice."""
    word, tone = NOTICE_WORDS[card.state]
    return chip(word, tone)
