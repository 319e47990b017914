"""Tables of the exam engine, one file per subject (re-exported for Django and its type stubs)."""

from exams.models.accommodation import Accommodation
from exams.models.attempt import Answer, AnswerRevision, Attempt, Mark, Result, Submission
from exams.models.paper import Choice, Exam, Question, QuestionBank, QuestionPool
from exams.models.sitting import Candidate, GrantReceipt, Sitting, TimeGrant

__all__ = [
    "Accommodation",
    "Answer",
    "AnswerRevision",
    "Attempt",
    "Candidate",
    "Choice",
    "Exam",
    "GrantReceipt",
    "Mark",
    "Question",
    "QuestionBank",
    "QuestionPool",
    "Result",
    "Sitting",
    "Submission",
    "TimeGrant",
]
