"""What is wrong inside the questions of a draft: texts, formulas, pictures."""

from dataclasses import dataclass

from exams.domain.draft import QuestionDraft, findings_of
from exams.domain.images import ImageFinding, pictures_of
from exams.domain.texts import bad_formulas
from exams.errors import ExamUnknown
from exams.models import Exam
from exams.selectors.contents import content_of_rows
from exams.selectors.exams import drafts_of_exam
from exams.selectors.images import findings_of_content


@dataclass(frozen=True, slots=True)
class DraftFindings:
    """Everything to mend inside of questions.

    Attributes:
        incomplete: Names of the questions that contradict themselves or lack something.
        bad_formulas: Name of the question, and the formula as it was typed.
        has_pictures: Whether there is any picture.
        pictures: What is wrong with them.
    """

    incomplete: tuple[str, ...] = ()
    bad_formulas: tuple[tuple[str, str], ...] = ()
    has_pictures: bool = False
    pictures: tuple[ImageFinding, ...] = ()


NOTHING = DraftFindings()


def draft_findings(exam_id: int) -> DraftFindings:
    """Return what is wrong inside the questions of an exam as its rows stand now.

    Raises:
        ExamUnknown: There is none.
    """
    exam = Exam.objects.defer("content").filter(pk=exam_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    drafts = list(drafts_of_exam(exam_id).values())
    content = content_of_rows(exam)
    return DraftFindings(
        incomplete=tuple(draft.name for draft in drafts if findings_of(draft)),
        bad_formulas=tuple(
            (draft.name, formula) for draft in drafts for formula in _bad_formulas(draft)
        ),
        has_pictures=any(True for _picture in pictures_of(content)),
        pictures=tuple(findings_of_content(content, exam.institution_id)),
    )


def _bad_formulas(draft: QuestionDraft) -> list[str]:
    texts = [(text, draft.format) for text in (draft.prompt, draft.help_text, draft.rejoinder)]
    for choice in draft.choices:
        texts += [(text, choice.format) for text in (choice.text, choice.match, choice.rejoinder)]
    return [formula for text, written in texts for formula in bad_formulas(text, written)]
