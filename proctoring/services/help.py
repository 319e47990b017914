"""Raised hands and their answers."""

from uuid import UUID

from django.db import transaction

from exams.selectors.attempts import attempt_facts
from kernel import clock
from proctoring.errors import HelpUnknown, HelpWaiting, ReasonMissing
from proctoring.messages import HelpReplied, HelpView
from proctoring.models import HelpRequest
from proctoring.selectors import help_view
from realtime.publish import publish, publish_state

MAX_HELP_CHARS = 1000
MAX_UNANSWERED = 3


@transaction.atomic
def ask_help(help_id: UUID, attempt_id: int, text: str) -> HelpView:
    """Raise a hand with the student's words; a repeated help_id changes nothing.

    Raises:
        HelpUnknown: The id belongs to another attempt.
        HelpWaiting: MAX_UNANSWERED hands of the attempt are raised; more would hide others'.
    """
    waiting = HelpRequest.objects.filter(attempt_id=attempt_id, answered_at=None)
    if waiting.exclude(pk=help_id).count() >= MAX_UNANSWERED:
        raise HelpWaiting(limit=MAX_UNANSWERED)
    request, _created = HelpRequest.objects.get_or_create(
        pk=help_id, defaults={"attempt_id": attempt_id, "text": text.strip()[:MAX_HELP_CHARS]}
    )
    if request.attempt_id != attempt_id:
        raise HelpUnknown(help=str(help_id))
    view = help_view(request)
    publish_state(f"wall:{attempt_facts(attempt_id).sitting_id}", f"help:{help_id}", view)
    return view


@transaction.atomic
def answer_help(help_id: UUID, sitting_id: int, reply: str, *, actor_id: int) -> HelpView:
    """Answer a raised hand. A second answer replaces the first; the student sees each.

    Raises:
        HelpUnknown: There is none with this id in this sitting.
        ReasonMissing: The reply is empty.
    """
    if not reply.strip():
        raise ReasonMissing(field="reply")
    changed = HelpRequest.objects.filter(pk=help_id, attempt__sitting_id=sitting_id).update(
        reply=reply.strip()[:MAX_HELP_CHARS], answered_by_id=actor_id, answered_at=clock.now()
    )
    if not changed:
        raise HelpUnknown(help=str(help_id))
    view = help_view(HelpRequest.objects.get(pk=help_id))
    publish_state(f"wall:{sitting_id}", f"help:{help_id}", view)
    publish(f"watch:{view.attempt}", HelpReplied(help=view))
    return view
