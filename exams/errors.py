"""What the exam engine refuses: stable codes; texts are made at the edge."""

from kernel.errors import DomainError


class SignedOut(DomainError):
    """Nobody is signed in; the page must ask for the password and try again."""

    code = "signed_out"
    http_status = 401


class ExamUnknown(DomainError):
    """There is no such exam, pool, question or bank in this institution."""

    code = "exam_unknown"
    http_status = 404


class SittingUnknown(DomainError):
    """There is no such sitting."""

    code = "sitting_unknown"
    http_status = 404


class AttemptUnknown(DomainError):
    """There is no such attempt, or it belongs to somebody else."""

    code = "attempt_unknown"
    http_status = 404


class ResultUnknown(DomainError):
    """There is no such result, or it has not been released."""

    code = "result_unknown"
    http_status = 404


class ExamFrozen(DomainError):
    """The exam is in review or approved; make a new version to change it."""

    code = "exam_frozen"
    http_status = 409


class ExamNotApproved(DomainError):
    """Only an approved exam can be scheduled."""

    code = "exam_not_approved"
    http_status = 409


class ExamIncomplete(DomainError):
    """The exam cannot go to review yet; `finding` says why."""

    code = "exam_incomplete"
    http_status = 422


class NameTaken(DomainError):
    """An exam version or bank of this name exists already."""

    code = "name_taken"
    http_status = 409


class JumpInvalid(DomainError):
    """A pool or choice leads to `target`, which does not come after it in the same exam."""

    code = "jump_invalid"
    http_status = 422


class BankNotEmpty(DomainError):
    """The bank holds questions; only an empty one can be deleted."""

    code = "bank_not_empty"
    http_status = 409


class ImportUnknown(DomainError):
    """There is no such import of this person, or it was too old."""

    code = "import_unknown"
    http_status = 404


class ImportOver(DomainError):
    """The import is being written or done; `state` says which."""

    code = "import_over"
    http_status = 409


class SecondPersonNeeded(DomainError):
    """Who wrote or sent an exam to review cannot approve it."""

    code = "second_person_needed"
    http_status = 403


class ReviewOutdated(DomainError):
    """What is to be approved is not what the approver has seen: it was changed since."""

    code = "review_outdated"
    http_status = 409


class QuestionInvalid(DomainError):
    """The question contradicts itself; `field` and `fault` say where and how."""

    code = "question_invalid"
    http_status = 422


class PolicyInvalid(DomainError):
    """The sitting's policy does not follow its schema."""

    code = "policy_invalid"
    http_status = 422


class TimesInvalid(DomainError):
    """The times of the sitting are not in order, or the duration is not positive."""

    code = "times_invalid"
    http_status = 422


class StartPassed(DomainError):
    """The new start lies in the past."""

    code = "start_passed"
    http_status = 422


class SittingHasOpened(DomainError):
    """Only a sitting that has not opened can be moved; `state` says where it stands."""

    code = "sitting_opened"
    http_status = 409


class NotAStudent(DomainError):
    """This person is not a student of the sitting's class."""

    code = "not_a_student"
    http_status = 422


class AlreadyRegistered(DomainError):
    """This student is a candidate of the sitting already."""

    code = "already_registered"
    http_status = 409


class NotOpen(DomainError):
    """The sitting has not begun."""

    code = "not_open"
    http_status = 409


class TooLate(DomainError):
    """The time to start has passed."""

    code = "too_late"
    http_status = 409


class LeaseLost(DomainError):
    """Another tab or device has taken over; this one may no longer write.

    `saved` and `held` name the questions of which the server has what came: as the answer, or kept
    for a decision.
    """

    code = "lease_lost"
    http_status = 409


class AttemptOver(DomainError):
    """The attempt has ended; `state` says how.

    `saved` and `held` name the questions of which the server has what came: as the answer, or kept
    for a decision.
    """

    code = "attempt_ended"
    http_status = 409


class AttemptIsPaused(DomainError):
    """The attempt is paused: keep the answers and send them again when it runs."""

    code = "paused"
    http_status = 423


class NotStarted(DomainError):
    """The attempt has not been started."""

    code = "not_started"
    http_status = 409


class TryAgain(DomainError):
    """The attempt moved while the request ran; the same request may succeed now."""

    code = "try_again"
    http_status = 503


class AnswersMissing(DomainError):
    """The server does not hold every answer the client wants to hand in."""

    code = "answers_missing"
    http_status = 409

    def __init__(self, missing: list[int]) -> None:
        super().__init__(missing=missing)


class AnswersRequired(DomainError):
    """The page cannot be closed: `questions` have to be answered first."""

    code = "answers_required"
    http_status = 409


class LastPage(DomainError):
    """No page follows; the attempt can be handed in."""

    code = "last_page"
    http_status = 409


class RetakeRefused(DomainError):
    """No further attempt; `why` is closed, passed, grading, ended_by_staff or none_left."""

    code = "retake_refused"
    http_status = 409


class ExamSessionAlreadyFinished(DomainError):
    """The attempt has been finished before. Number 66 of seed 002."""

    code = "exam_session_already_finished"
    http_status = 409


class InvalidResponse(DomainError):
    """The question was not sent in this attempt. Number 69 of seed 002."""

    code = "invalid_response"
    http_status = 409


class ResponseAlreadyReceived(DomainError):
    """A response to this question stands and cannot change any more. Number 71 of seed 002."""

    code = "response_already_received"
    http_status = 409


class ExamSessionNotFinished(DomainError):
    """The attempt has not been finished. Number 90 of seed 002."""

    code = "exam_session_not_finished"
    http_status = 409


class ReasonNeeded(DomainError):
    """This act needs a reason."""

    code = "reason_needed"
    http_status = 422


class GrantInvalid(DomainError):
    """The time granted is zero or larger than a day."""

    code = "grant_invalid"
    http_status = 422


class StillGrading(DomainError):
    """The result is not complete: grading runs, or marks wait for a person."""

    code = "still_grading"
    http_status = 409


class MarkInvalid(DomainError):
    """The points are outside of what the question carries."""

    code = "mark_invalid"
    http_status = 422


class ResultFinal(DomainError):
    """A released result changes only by a regrade that a second person approves."""

    code = "result_final"
    http_status = 409


class AccommodationUnknown(DomainError):
    """There is no such accommodation in this institution, or it has been ended."""

    code = "accommodation_unknown"
    http_status = 404


class AccommodationInvalid(DomainError):
    """It gives nothing, is out of range, or another one stands; `fault` says which."""

    code = "accommodation_invalid"
    http_status = 422


class DocumentInvalid(DomainError):
    """A document does not follow its schema; `faults` say where and how, `path: what`."""

    code = "document_invalid"
    http_status = 422


class TwoMarkersNeeded(DomainError):
    """Two people mark this answer; a third one reconciles them when they differ."""

    code = "two_markers_needed"
    http_status = 409


class AnswerClaimed(DomainError):
    """Somebody else is marking this answer, or has marked it meanwhile."""

    code = "answer_claimed"
    http_status = 409


class RegradeUnknown(DomainError):
    """There is no such regrade."""

    code = "regrade_unknown"
    http_status = 404


class RegradeUnderWay(DomainError):
    """A regrade of this sitting is under way; `run` is its id."""

    code = "regrade_under_way"
    http_status = 409


class RegradeStale(DomainError):
    """Marks or the proposal have changed since the preview; it has to be computed again."""

    code = "regrade_stale"
    http_status = 409


class RegradeInvalid(DomainError):
    """The proposal contradicts the exam or changes nothing; `fault` says how."""

    code = "regrade_invalid"
    http_status = 422


class MarkingBegun(DomainError):
    """Points were given already: how the sitting is marked stays as it is."""

    code = "marking_begun"
    http_status = 409


class TimetableUnknown(DomainError):
    """There is no such timetable in this institution."""

    code = "timetable_unknown"
    http_status = 404
