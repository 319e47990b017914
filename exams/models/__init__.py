"""Tables of the exam engine, one file per subject (re-exported for Django and its type stubs)."""

from exams.models.accommodation import Accommodation
from exams.models.attempt import Answer, AnswerRevision, Attempt, Mark, Result, Submission
from exams.models.grading import (
    Criterion,
    GivenMark,
    KeyCorrection,
    Level,
    MarkChange,
    Marking,
    MarkingPlan,
    RegradeChange,
    RegradeRun,
    ResultVersion,
    Rubric,
)
from exams.models.imports import ImportFile
from exams.models.paper import Choice, Exam, Question, QuestionBank, QuestionPool
from exams.models.sitting import Candidate, GrantReceipt, Sitting, TimeGrant
from exams.models.timetable import Timetable, TimetableSitting

__all__ = [
    "Accommodation",
    "Answer",
    "AnswerRevision",
    "Attempt",
    "Candidate",
    "Choice",
    "Criterion",
    "Exam",
    "GivenMark",
    "GrantReceipt",
    "ImportFile",
    "KeyCorrection",
    "Level",
    "Mark",
    "MarkChange",
    "Marking",
    "MarkingPlan",
    "Question",
    "QuestionBank",
    "QuestionPool",
    "RegradeChange",
    "RegradeRun",
    "Result",
    "ResultVersion",
    "Rubric",
    "Sitting",
    "Submission",
    "TimeGrant",
    "Timetable",
    "TimetableSitting",
]
