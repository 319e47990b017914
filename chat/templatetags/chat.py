"""Template tags of the chat's pages: `{% load chat %}`."""

from django import template

from chat.home import unread_text

register = template.Library()


@register.simple_tag
def unread_words(count: int) -> str:
    """Return `3 new`, or `99+ new`."""
    return unread_text(count)
