import uuid

from exams.domain.answer import QuestionKind
from exams.domain.content import ChoiceContent, ExamContent, PoolContent, QuestionContent
from exams.domain.images import Found, ImageFlaw, findings_in, pictures_of

IDS = [uuid.UUID(int=number) for number in range(1, 6)]


def picture(upload: uuid.UUID, words: str = "a tree") -> str:
    return f'<img src="/question-images/{upload}" alt="{words}">'


def exam(*pages: str) -> ExamContent:
    choice = ChoiceContent(key=1, match_key=1, text="c", html=pages[1], rejoinder_html=pages[2])
    question = QuestionContent(
        id=7,
        name="q",
        kind=QuestionKind.CHOICE,
        prompt="p",
        prompt_html=pages[0],
        help_html=pages[3],
        rejoinder_html=pages[4],
        choices=(choice,),
    )
    return ExamContent(
        name="",
        version_label="",
        subject="",
        passing_score=50,  # type: ignore[arg-type] # any number will do here
        pools=(PoolContent(id=1, name="", questions=(question,)),),
    )


def test_pictures_are_found_in_every_text_of_a_question() -> None:
    content = exam(*(f"<p>{picture(one)}</p>" for one in IDS))
    assert {upload for _question, upload, _words in pictures_of(content)} == set(IDS)


def test_each_picture_is_judged_by_what_the_scanner_says_and_by_its_words() -> None:
    pages = [
        picture(IDS[0]),
        picture(IDS[1]),
        picture(IDS[2]),
        picture(IDS[3]),
        picture(IDS[4], ""),
    ]
    known = {
        IDS[0]: Found.CLEAN,
        IDS[1]: Found.WAITING,
        IDS[2]: Found.REFUSED,
        IDS[3]: Found.OTHER,
    }
    flaws = [one.flaw for one in findings_in(pictures_of(exam(*pages)), known)]
    assert sorted(flaws) == sorted(
        [
            ImageFlaw.WAITING,
            ImageFlaw.REFUSED,
            ImageFlaw.NOT_A_PICTURE,
            ImageFlaw.UNKNOWN,
            ImageFlaw.WITHOUT_WORDS,
        ]
    )


def test_a_picture_that_no_scanner_will_ever_look_at_says_so() -> None:
    content = exam(picture(IDS[0]), "", "", "", "")
    (finding,) = findings_in(pictures_of(content), {IDS[0]: Found.UNSCANNED})
    assert finding.flaw is ImageFlaw.UNSCANNED
