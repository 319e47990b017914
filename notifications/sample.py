"""Notices of a plausible exam week, for the demo; they go the ordinary way, nothing is staged."""

from datetime import timedelta
from typing import Final

from kernel import clock
from notifications.domain.notice import Audience, AudienceKind
from notifications.presets import PRESETS
from notifications.services import notices
from notifications.services.notices import NoticeDraft

BEFORE_START: Final = timedelta(seconds=60)


def write_notices(
    *, actor_id: int, institution_id: int, class_id: int, past_class_id: int, sitting_id: int
) -> None:
    """Schedule three notices and leave a draft.

    Args:
        actor_id: Who may send to the whole institution.
        institution_id: Where.
        class_id: The class that takes the coming sitting.
        past_class_id: The class that has taken one already.
        sitting_id: The coming sitting.
    """
    this_class = Audience(AudienceKind.CLASS, institution_id, class_id=class_id)
    that_class = Audience(AudienceKind.CLASS, institution_id, class_id=past_class_id)
    candidates = Audience(AudienceKind.SITTING, institution_id, sitting_id=sitting_id)
    for draft in (_last_call(candidates), _papers(that_class), _oral_exam(this_class)):
        notice_id = notices.save_draft(actor_id=actor_id, draft=draft)
        notices.schedule(notice_id, actor_id=actor_id)
    notices.save_draft(actor_id=actor_id, draft=_results(candidates))


def _last_call(candidates: Audience) -> NoticeDraft:
    """Return the reminder of the coming sitting, a minute before it starts."""
    starts_at = notices.start_of(candidates)
    send_at = starts_at - BEFORE_START if starts_at else None
    if send_at is not None and send_at <= clock.now():
        send_at = None  # a slow machine: at once, rather than never
    return NoticeDraft(
        title="The exam starts in a minute",
        audience=candidates,
        text_en=PRESETS["reminder"].text_en,
        text_fa=PRESETS["reminder"].text_fa,
        send_at=send_at,
        wakes=True,
    )


def _papers(past_class: Audience) -> NoticeDraft:
    return NoticeDraft(
        title="Mid-term papers can be collected",
        audience=past_class,
        text_en="{name}, your mid-term paper can be collected in room 2 until Friday.",
        text_fa="{name}، برگهٔ میان‌ترم شما تا جمعه در اتاق ۲ قابل دریافت است.",
        wakes=True,
    )


def _oral_exam(class_: Audience) -> NoticeDraft:
    return NoticeDraft(
        title="Exam tomorrow, 09:00",
        audience=class_,
        text_en="{name}, the oral exam of {class} is tomorrow at 09:00.",
        text_fa="{name}، آزمون شفاهی {class} فردا ساعت ۹ است.",
        send_at=(clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0),
    )


def _results(candidates: Audience) -> NoticeDraft:
    return NoticeDraft(
        title="Results",
        audience=candidates,
        text_en=PRESETS["results"].text_en,
        text_fa=PRESETS["results"].text_fa,
    )
