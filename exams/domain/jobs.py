"""Names of the background jobs of the exam engine (pure)."""

from typing import Final

GRADE_TASK: Final = "exams.grade_attempt"
GRADE_QUEUE: Final = "grading"
