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
    reminder, results = PRESETS["reminder"], PRESETS["results"]
    this_class = Audience(AudienceKind.CLASS, institution_id, class_id=class_id)
    that_class = Audience(AudienceKind.CLASS, institution_id, class_id=past_class_id)
    candidates = Audience(AudienceKind.SITTING, institution_id, sitting_id=sitting_id)
    starts_at = notices.start_of(candidates)
    last_call = starts_at - BEFORE_START if starts_at else None
    if last_call is not None and last_call <= clock.now():
        last_call = None  # a slow machine: at once, rather than never
    _schedule(
        actor_id,
        NoticeDraft(
            title="The exam starts in a minute",
            audience=candidates,
            text_en=reminder.text_en,
            text_fa=reminder.text_fa,
            send_at=last_call,
            wakes=True,
        ),
    )
    _schedule(
        actor_id,
        NoticeDraft(
            title="Mid-term papers can be collected",
            audience=that_class,
            text_en="{name}, your mid-term paper can be collected in room 2 until Friday.",
            text_fa="{name}، برگهٔ میان‌ترم شما تا جمعه در اتاق ۲ قابل دریافت است.",
            wakes=True,
        ),
    )
    _schedule(
        actor_id,
        NoticeDraft(
            title="Exam tomorrow, 09:00",
            audience=this_class,
            text_en="{name}, the oral exam of {class} is tomorrow at 09:00.",
            text_fa="{name}، آزمون شفاهی {class} فردا ساعت ۹ است.",
            send_at=(clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0),
        ),
    )
    draft = NoticeDraft(
        title="Results", audience=candidates, text_en=results.text_en, text_fa=results.text_fa
    )
    notices.save_draft(actor_id=actor_id, draft=draft)


def _schedule(actor_id: int, draft: NoticeDraft) -> None:
    notice_id = notices.save_draft(actor_id=actor_id, draft=draft)
    notices.schedule(notice_id, actor_id=actor_id)
