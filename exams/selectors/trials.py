"""A question that is still being written, as its candidate would see it and as it would be marked.

Nothing is read or stored; the keys of its choices are their places, which only its author sees.
"""

from decimal import Decimal
from typing import Final

from exams.domain import paper as papers
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.texts import to_html
from exams.selectors.contents import paper_view
from exams.wire import PaperQuestion

_SAME: Final = (
    "xml_id",
    "label",
    "value",
    "text_response",
    "next_question_pool",
    "end_question_pool",
    "end_exam",
)


def content_of_draft(draft: QuestionDraft) -> QuestionContent:
    """Return the question as it would be frozen, every text rendered."""
    matches: dict[str, int] = {}
    return QuestionContent(
        id=1,
        name=draft.name,
        kind=draft.kind,
        prompt=draft.prompt,
        prompt_html=to_html(draft.prompt, draft.format),
        help_html=to_html(draft.help_text, draft.format),
        rejoinder_html=to_html(draft.rejoinder, draft.format),
        points=draft.points,
        required=draft.required,
        shuffle_choices=False,
        min_answers=draft.min_answers,
        max_answers=draft.max_answers,
        min_value=draft.min_value,
        max_value=draft.max_value,
        min_length=draft.min_length,
        max_length=draft.max_length,
        text_regex=draft.text_regex,
        accept=draft.accept,
        choices=tuple(
            _choice(choice, key, matches.setdefault(choice.match.strip(), key))
            for key, choice in enumerate(draft.choices, start=1)
        ),
        xml_id=draft.xml_id,
        widget=draft.widget,
        all_or_nothing=draft.all_or_nothing,
        text_response=draft.text_response,
        text_response_label=draft.text_response_label,
    )


def _choice(choice: ChoiceDraft, key: int, match_key: int) -> ChoiceContent:
    return ChoiceContent(
        key=key,
        text=choice.text,
        html=to_html(choice.text, choice.format, inline=True),
        match_key=match_key,
        match=choice.match,
        match_html=to_html(choice.match, choice.format, inline=True),
        fraction=choice.fraction,
        tolerance=choice.tolerance,
        rejoinder_html=to_html(choice.rejoinder, choice.format, inline=True),
        **{name: getattr(choice, name) for name in _SAME},
    )


def question_on_paper(question: QuestionContent) -> PaperQuestion:
    """Return one question as a candidate sees it."""
    pool = PoolContent(id=1, name="", questions=(question,))
    content = ExamContent(
        name="", version_label="", subject="", passing_score=Decimal(50), pools=(pool,)
    )
    return paper_view(content, papers.draw(content, "preview"))[0]
