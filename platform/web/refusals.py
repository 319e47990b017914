"""What a person reads for each refusal: the codes of every app, translated at this one edge."""

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

Value = str | int | float | bool | list[int] | None
Data = Mapping[str, Value]

TITLES: Mapping[int, Promise] = {
    400: _("That did not work"),
    401: _("Please sign in"),
    403: _("You may not do this"),
    404: _("Nothing here"),
    405: _("That did not work"),
    409: _("Something has changed"),
    413: _("The file is too large"),
    415: _("This kind of file is not taken"),
    422: _("Something is missing or wrong"),
    423: _("Paused"),
    429: _("Too many tries"),
    500: _("Our mistake"),
    503: _("Please try again in a moment"),
    507: _("No room to store this"),
}

COMMON: Mapping[str, Promise] = {
    "bad_request": _("The request was not understood. Go back, reload the page and try again."),
    "invalid_request": _("The request does not follow its documented shape; `faults` says where."),
    "bad_message": _("The request was not understood. Reload the page and try again."),
    "refused": _("This is not possible now."),
    "forbidden": _("Your role does not include this. If you need it, ask your administrator."),
    "not_allowed": _(
        "Your role does not include this here. If you need it, ask your administrator."
    ),
    "form_expired": _(
        "This page was open for too long. Go back, reload it and send the form again."
    ),
    "not_found": _("This page does not exist, or it is not for you. Check the address."),
    "illegal_move": _(
        "This is not possible in the current state. Reload the page to see what changed."
    ),
    "too_many": _("There were too many tries in a short time. Wait a minute, then try again."),
    "rate_limited": _("That was too much at once. Wait a moment, then try again."),
    "busy": _("There is no room for this right now. Try again in a moment."),
    "server_error": _("Something went wrong on our side and was written to the log. Try again."),
    "unavailable": _("The server is not ready right now. Try again in a moment."),
    "try_again": _("Something changed at the same moment. Try again."),
    "unknown_topic": _("This does not exist, or it is not for you."),
    "unknown_call": _("This page is older than the server. Reload it."),
    "not_subscribed": _("The connection was renewed. Try again."),
    "realtime_refused": _("This is not possible now."),
    "signed_out": _("You are signed out. Sign in again."),
    "sign_in_needed": _("You are signed out. Sign in again."),
}

EXAMS: Mapping[str, Promise] = {
    "exam_unknown": _("This exam does not exist, or it belongs to another institution."),
    "sitting_unknown": _("This sitting does not exist, or it is not for you."),
    "attempt_unknown": _("This attempt does not exist, or it belongs to somebody else."),
    "result_unknown": _("There is no result here yet."),
    "exam_frozen": _("This exam is in review or approved. Make a new version to change it."),
    "exam_not_approved": _("Only an approved exam can be scheduled."),
    "exam_incomplete": _("This exam is not complete yet. Its checklist says what is missing."),
    "bank_not_empty": _("This bank holds questions. Move or delete them first."),
    "jump_invalid": _("A section can only lead to one that comes after it in the same exam."),
    "name_taken": _("This name is taken. Choose another one."),
    "second_person_needed": _("Somebody else has to approve this exam."),
    "review_outdated": _("This was changed after you opened it. Read it again, then go on."),
    "question_invalid": _("This question contradicts itself. Check its fields."),
    "policy_invalid": _("These rules of the sitting do not fit together."),
    "times_invalid": _("The times are not in order."),
    "start_passed": _("This start has passed. Choose one that is to come."),
    "sitting_opened": _(
        "This sitting has opened, or it is over. Only one that has not opened can be moved."
    ),
    "not_a_student": _("This person is not a student of the class."),
    "already_registered": _("This student is registered already."),
    "not_open": _("The sitting has not begun."),
    "too_late": _("The time to start has passed. Ask your invigilator."),
    "lease_lost": _("This exam was opened in another tab or on another device. Go on there."),
    "attempt_ended": _("This attempt has ended."),
    "paused": _("This attempt is paused. Your answers are kept."),
    "not_started": _("This attempt has not been started."),
    "answers_missing": _("Some answers have not arrived yet. They are being sent again."),
    "answers_required": _("Answer the required questions of this page first."),
    "retake_refused": _("You cannot take this exam again now."),
    "last_page": _("This was the last page. You can hand in now."),
    "exam_session_already_finished": _("This attempt has been finished."),
    "invalid_response": _("This question was not asked here."),
    "response_already_received": _("This answer stands: its page has been closed."),
    "exam_session_not_finished": _("This attempt has not been finished."),
    "reason_needed": _("Say why."),
    "grant_invalid": _("Give between one second and one day."),
    "still_grading": _("Grading is not finished."),
    "import_unknown": _("This import does not exist, or it is too old. Send the file again."),
    "import_over": _("This import is being written, or it is done. Reload the page."),
    "mark_invalid": _("These points are outside of what the question carries."),
    "timetable_unknown": _("This timetable does not exist, or it is not for you."),
    "document_invalid": _("This document does not follow its form. Nothing was changed."),
    "accommodation_unknown": _("There is no such accommodation, or it has been ended."),
    "accommodation_invalid": _("This accommodation does not fit. Check its numbers and days."),
    "result_final": _("A released result changes only by a regrade that somebody else approves."),
    "two_markers_needed": _("Two people mark this answer. Mark it in the queue."),
    "answer_claimed": _("Somebody else is marking this answer. Take the next one."),
    "marking_begun": _("Marking has begun. How it is done stays as it is."),
    "regrade_unknown": _("There is no such regrade."),
    "regrade_under_way": _("A regrade of this sitting is under way. Finish or reject it first."),
    "regrade_stale": _("Marks have changed since the preview. Compute it again, then decide."),
    "regrade_invalid": _("This regrade changes nothing, or does not fit the exam."),
}

PROCTORING: Mapping[str, Promise] = {
    "reason_missing": _("Say why: the student will read it."),
    "command_unknown": _("There is no such instruction."),
    "incident_unknown": _("There is no such incident in this sitting."),
    "incident_decided": _("This has been decided. Ask for help if something is missing."),
    "statement_full": _("That is as much as can be kept. Ask for help to say more."),
    "help_unknown": _("There is no such request for help."),
    "help_waiting": _("Your raised hands are on the board. Wait for an answer first."),
    "too_much_time": _("This is more time than your role may give. Ask the chief invigilator."),
    "not_an_invigilator": _(
        "This person does not invigilate for the class, or is a candidate of this sitting."
    ),
    "last_invigilator": _(
        "This is the only invigilator of a sitting that is under way. Assign somebody else first."
    ),
    "media_unavailable": _("The video server does not answer. Try again in a moment."),
    "media_busy": _("The video server is at its limit. Try again in a moment."),
    "offer_refused": _("Your browser's video settings are not supported."),
    "peer_unknown": _("The video connection is gone. It will be made again."),
    "media_forbidden": _("This picture is not for you."),
}

FILES: Mapping[str, Promise] = {
    "upload_not_allowed": _("You may not upload a file here."),
    "upload_not_found": _("This file does not exist, or it is not for you."),
    "upload_aborted": _("The connection ended before the whole file arrived. Send it again."),
    "file_refused": _("This kind of file is not taken here."),
    "file_too_large": _("The file is too large. Send a smaller one."),
    "too_many_waiting": _(
        "Several of your files still wait for their check. Wait for those first."
    ),
    "too_much_today": _("You have sent as many files as one person may within a day."),
    "upload_not_clean": _("This file has not passed the virus check and cannot be opened."),
    "check_unavailable": _("The virus check does not answer. Try again in a few minutes."),
    "file_unreadable": _(
        "This file cannot be read at the moment. It is not lost: try again in a few minutes."
    ),
    "storage_failed": _("The file could not be stored. Nothing was kept; send it again."),
}

PEOPLE: Mapping[str, Promise] = {
    "person_unknown": _("This person does not exist, or belongs to another institution."),
    "institution_unknown": _("This institution does not exist."),
    "class_unknown": _("This class does not exist, or belongs to another institution."),
    "email_taken": _("Somebody has this e-mail address already."),
    "registration_taken": _("Somebody in this institution has this registration number already."),
    "password_weak": _("This password is too easy to guess."),
    "phone_invalid": _(
        "This is not a phone number. Write it with the country code: +44 20 7946 0958."
    ),
    "roster_changed": _("The file or the people changed since the preview. Look at it again."),
    "roster_has_errors": _("Nothing was imported: some rows have errors."),
    "class_code_taken": _("This institution has a class of this code already."),
    "membership_unknown": _("This role was changed meanwhile. Reload the page."),
    "roster_unknown": _("This class list was imported already, or it is too old. Upload it again."),
    "roster_unreadable": _("This file cannot be read as a class list."),
    "last_admin": _("This is the only administrator. Name another one first."),
    "own_account": _("Nobody closes their own account. Ask another administrator."),
}

CHAT: Mapping[str, Promise] = {
    "room_not_found": _("This room does not exist, or you do not belong to its class."),
    "message_not_found": _("This message does not exist."),
    "chat_locked": _("The chat is locked while an exam runs."),
    "post_not_allowed": _("You may read in this room, but not write."),
    "message_refused": _("The message is empty or too long."),
    "attachment_refused": _("This file cannot be attached."),
    "moderation_not_allowed": _("Only staff of the class may do this."),
    "history_not_empty": _("Somebody has written in this room already."),
}

NOTICES: Mapping[str, Promise] = {
    "notice_unknown": _("This notice does not exist, or it belongs to another institution."),
    "notice_text_refused": _("This text cannot be sent as it is."),
    "notice_time_refused": _("This time is missing or past."),
    "notice_audience_refused": _("Nobody would receive this. Choose who it is for."),
    "callback_refused": _("The report is not signed by the provider."),
}

TEXTS: Mapping[str, Promise] = {
    **COMMON,
    **EXAMS,
    **PROCTORING,
    **FILES,
    **PEOPLE,
    **CHAT,
    **NOTICES,
}


def text_of(code: str, data: Data | None = None) -> str:
    """Return the translated sentence for a code, filled from the refusal's data."""
    text = str(TEXTS.get(code) or TEXTS["refused"])
    if "%(" not in text:
        return text
    return text % defaultdict(str, {name: str(value) for name, value in (data or {}).items()})


def title_of(status: int) -> str:
    """Return the heading of an error page."""
    if status in TITLES:
        return str(TITLES[status])
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else gettext("That did not work")
