from dataclasses import replace
from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.exchange.items import (
    MAX_REMARKS,
    Finding,
    Item,
    ItemCode,
    Preview,
    media_in,
    refusal_of,
    without_too_many_remarks,
)

PAIR = (
    ChoiceDraft("yes", fraction=Decimal(100)),
    ChoiceDraft("no", fraction=Decimal(0)),
)
DRAFT = QuestionDraft(name="q", kind=QuestionKind.CHOICE, prompt="Well?", choices=PAIR)


def test_an_item_without_a_draft_is_reported() -> None:
    seen = Preview((Item(1, "", DRAFT), Item(5, "", None)), (Finding(5, ItemCode.BAD_PAIR),))
    assert (seen.imported, seen.reported) == (1, 1)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (DRAFT, None),
        (replace(DRAFT, prompt=""), ItemCode.NOT_STORABLE),
        (replace(DRAFT, choices=(replace(PAIR[0], fraction=Decimal(50)), PAIR[1])), "unreachable"),
        (
            QuestionDraft(name="q", kind=QuestionKind.CHAR, prompt="p", text_regex="(?=x)"),
            ItemCode.BAD_PATTERN,
        ),
    ],
)
def test_a_draft_that_cannot_be_stored_says_why(draft: QuestionDraft, code: str | None) -> None:
    refusal = refusal_of(draft)
    assert (refusal and refusal[0]) == code


def test_remarks_have_a_limit_and_drops_have_none() -> None:
    remarks = [Finding(n, ItemCode.CASE_IGNORED) for n in range(1, MAX_REMARKS + 4)]
    drops = [Finding(n, ItemCode.BAD_PAIR, drops_item=True) for n in range(MAX_REMARKS * 2)]
    short = Preview(findings=(*drops, *remarks[:MAX_REMARKS]))
    assert without_too_many_remarks(short) is short
    seen = without_too_many_remarks(Preview(findings=(*remarks, *drops)))
    assert [one for one in seen.findings if one.drops_item] == drops
    assert len(seen.findings) == len(drops) + MAX_REMARKS + 1
    assert (seen.findings[-1].code, seen.findings[-1].text) == (ItemCode.MORE_REMARKS, "3")


def test_media_are_found_in_every_text() -> None:
    choice = replace(PAIR[0], rejoinder='<VIDEO src="x">')
    draft = replace(DRAFT, prompt="a < b <img>", choices=(choice, PAIR[1]))
    assert list(media_in(draft)) == ["img", "video"]
    assert list(media_in(DRAFT)) == []
