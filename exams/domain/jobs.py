"""Names of the background jobs of the exam engine (pure)."""

from typing import Final

GRADE_TASK: Final = "exams.grade_attempt"
GRADE_QUEUE: Final = "grading"
PREVIEW_TASK: Final = "exams.preview_regrade"
APPLY_TASK: Final = "exams.apply_regrade"
