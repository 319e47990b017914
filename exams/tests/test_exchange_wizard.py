"""A file of each foreign format through the pages: recognised, shown with what is left out, written."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from exams.exchange.formats import parse, sniff
from exams.selectors.exams import pools_of_exam
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of
from exams.tests.test_exchange_moodle_xml import FILE
from exams.tests.test_exchange_qti import WHOLE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "data", "said", "sections"),
    [
        (
            "course.zip",
            WHOLE,
            ("items/alone.xml", "There is no question of this kind here."),
            ["Sky", "Earth"],
        ),
        (
            "export.xml",
            FILE.read_bytes(),
            ("multianswer", "Units are not asked for"),
            ["Sky", "Numbers / sums", "Old / Sky"],
        ),
    ],
    ids=["qti", "moodle"],
)
def test_a_foreign_file_is_shown_and_written(
    cast: Cast, name: str, data: bytes, said: tuple[str, ...], sections: list[str]
) -> None:
    exam_id, _pool = draft_exam(cast, questions=False)
    client = client_of(cast.author)
    sent = client.post(f"/exams/{exam_id}/import/", {"file": SimpleUploadedFile(name, data)})
    preview = sent.headers["Location"]
    page = page_of(client.get(preview))
    for words in said:
        assert words in page
    assert [pool.name for pool in pools_of_exam(exam_id)] == ["Part one"]
    client.post(f"{preview}commit/", follow=True)
    pools = pools_of_exam(exam_id)
    assert [pool.name for pool in pools][-len(sections) :] == sections
    assert sum(len(pool.questions) for pool in pools) == parse(sniff(name, data), data).imported
