"""Connections and cameras that went and came back while a candidate worked."""

from datetime import datetime

from django.db import transaction

from exams.selectors.attempts import facts_of
from proctoring import queries
from proctoring.domain.link import WORKING, Link
from proctoring.messages import LinkView
from proctoring.selectors import link_view
from realtime.publish import publish_state


@transaction.atomic
def note_link(attempt_id: int, link: Link, *, is_back: bool, at: datetime) -> LinkView | None:
    """Write one line for a loss or a return, and push it to the board.

    Several processes may notice the same change, and notice it again: only the first line is
    written. A return without a loss is none. Before the start and after the end people come and
    go as they like.

    Args:
        attempt_id: Whose; an unknown one is ignored.
        link: What went or came back.
        is_back: It came back.
        at: Since when.

    Returns:
        The new line; None when there is nothing new.
    """
    facts = facts_of([attempt_id]).get(attempt_id)
    if facts is None or facts.state not in WORKING:
        return None
    row_id = queries.insert_link_change(attempt_id, link, is_back=is_back, at=at)
    if row_id is None:
        return None
    view = link_view(row_id)
    publish_state(f"wall:{facts.sitting_id}", f"link:{row_id}", view)
    return view
