"""Results in Chromium by keyboard alone: marked, released, regraded, taken out; read by a student."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, expect

from accounts.models import User
from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.regrade import RegradeState
from exams.domain.rubric import CriterionContent, LevelContent, RubricContent
from exams.domain.states import ResultState, SittingState
from exams.models import GivenMark, RegradeRun, Result, Sitting
from exams.services import authoring, grading, markings, pools, questions, review, rubrics, sittings
from exams.services.markings import GivenPoints
from exams.services.regrade_apply import apply_regrade
from exams.services.regrade_preview import compute_preview
from exams.tests.conftest import Cast, shift_sitting
from exams.tests.marked import Marked, right_or_wrong, take
from exams.tests.pages import client_of
from exams.tests.stops import Reader
from kernel.models import AuditEntry
from kernel.tests.browsers import chromium_beside_database

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.whole_stack,
    pytest.mark.timeout(300),
]

PASSWORD: Final = "by-Keyboard-42"
SOON: Final = 15_000
ROWS: Final = [("right", "wrong", "One."), ("wrong", "wrong", "Two."), ("wrong", "right", None)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_beside_database() as started:
        yield started


@dataclass
class Desk:
    """Where people sit down without a mouse; what the pages' scripts complain of is kept."""

    browser: Browser
    base: str
    complaints: list[str]

    def open(self, address: str, who: User | None = None) -> Reader:
        """Open a page in a new window; the only address that is typed in it."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 820}, locale="en-GB")
        if who:
            cookie = client_of(who).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])
        page = context.new_page()
        page.set_default_timeout(SOON)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.base + address)
        return Reader(page)

    def sign_in(self, who: User) -> Reader:
        """Sign in, by keyboard too."""
        who.set_password(PASSWORD)
        who.save()
        reader = self.open("/accounts/login/")
        reader.tour()
        reader.fill("[name=institution]", "HOME")
        reader.fill("[name=login]", who.registration_number)
        reader.fill("[name=password]", PASSWORD)
        with reader.page.expect_navigation():
            reader.press("Enter")
        return reader


@pytest.fixture
def desk(browser: Browser, live_server: Any) -> Iterator[Desk]:
    made = Desk(browser, live_server.url, [])
    yield made
    for context in browser.contexts:
        context.close()
    assert made.complaints == []


def criterion(name: str, *points: int) -> CriterionContent:
    levels = tuple(LevelContent(points=Decimal(n), text=f"{name}, level {n}") for n in points)
    return CriterionContent(name=name, levels=levels)


RUBRIC: Final = RubricContent(criteria=(criterion("Idea", 0, 1, 3), criterion("Style", 0, 1)))


@pytest.fixture
def marked(cast: Cast) -> Marked:
    """A sitting that is over: two of three papers hold an essay that waits for a person."""
    exam_id = authoring.create_exam(
        institution_id=cast.institution.pk, name="Planets", actor_id=cast.author.pk
    )
    pool_id = pools.add_pool(exam_id, name="Section")
    for name in ("first", "second"):
        questions.add_question(pool_id, right_or_wrong(name))
    draft = QuestionDraft(name="essay", kind=QuestionKind.TEXT, prompt="Why?", points=Decimal(4))
    rubrics.write_rubric(questions.add_question(pool_id, draft), RUBRIC)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    sitting = take(cast, ROWS, exam_id=exam_id, title="Planets, Tuesday")
    shift_sitting(sitting.sitting_id, -(Sitting.objects.get().duration * 4))
    sittings.move_due_sittings()
    return sitting


@pytest.fixture
def released(marked: Marked) -> Marked:
    """All is marked with remarks and released."""
    picked = GivenPoints(
        levels={0: 1, 1: 1}, remarks={0: "Half of it"}, comment="Read chapter two again"
    )
    while marking_id := markings.claim_next(marked.sitting_id, actor_id=marked.cast.grader.pk):
        markings.give_mark(marking_id, picked, actor_id=marked.cast.grader.pk)
    grading.release_results(marked.sitting_id, actor_id=marked.cast.grader.pk)
    return marked


def test_graders_mark_release_and_regrade_by_keyboard_alone(desk: Desk, marked: Marked) -> None:
    reader = desk.sign_in(marked.cast.grader)
    reader.tour()
    reader.go('.mainnav [href="/sittings/"]')
    reader.tour()
    reader.go(f'[href="/sittings/{marked.sitting_id}/"]')
    reader.go('.actions [href$="/results/"]')
    reader.tour()
    look_at_marking(reader, marked)
    mark_the_essays(reader)
    better_one_on_its_paper(reader, marked)
    look_at_figures(reader)
    take_everything_out(reader)
    release_them(reader, marked)
    propose_a_regrade(reader, marked)
    approve_it(desk, marked)


def look_at_marking(reader: Reader, marked: Marked) -> None:
    """The list of the queue is drawn anew while one is on it: the focus stays where it is."""
    reader.go('.tabs [href$="/marking/"]')
    met = reader.tour()
    assert {"Mark the next answer", "Mark question 3", "blind"} <= {*met}
    button = reader.page.locator(f'[name=question][value="{marked.questions[2].id}"]')
    reader.to(button)
    with reader.page.expect_response("**/marking/"):
        reader.page.evaluate(
            "htmx.ajax('GET', location.pathname, {target: document.querySelector('[hx-get]')})"
        )
    expect(button).to_be_focused()
    reader.go(button)


def mark_the_essays(reader: Reader) -> None:
    page = reader.page
    for remark in ("Half of it", "Nearly"):
        expect(page.get_by_role("heading", name="Points")).to_be_visible()
        reader.tour()
        reader.to("#id_level-0_0")
        reader.press("ArrowDown")
        reader.fill("#id_remark-0", remark)
        reader.push("#id_level-1_0", "Space")
        reader.go(page.get_by_role("button", name="Save and go to the next"))
    expect(page.get_by_text("There is nothing more here that you can mark now.")).to_be_visible()
    connections.close_all()
    given = GivenMark.objects.order_by("pk").values_list("levels", flat=True)
    assert [levels["0"] for levels in given] == [
        {"level": 1, "comment": "Half of it"},
        {"level": 1, "comment": "Nearly"},
    ]
    assert not Result.objects.filter(needs_person=True).exists()


def better_one_on_its_paper(reader: Reader, marked: Marked) -> None:
    reader.go('.tabs [href$="/late/"]')
    reader.tour()
    reader.go('.tabs [href$="/results/"]')
    reader.go(f'[href="/attempts/{marked.attempt_ids[0]}/paper/"]')
    reader.tour()
    essay = f"#question-{marked.questions[2].id}"
    reader.push(f"{essay} summary:has-text('Change the points')", "Space")
    reader.fill(f"{essay} [name=points]", "3.5")
    with reader.page.expect_navigation():
        reader.press("Enter")
    expect(reader.page.locator(essay).get_by_text("3.5 of 4 points")).to_be_visible()
    reader.go(reader.page.locator(".crumbs").get_by_role("link", name="Planets, Tuesday"))


def look_at_figures(reader: Reader) -> None:
    page = reader.page
    reader.push("summary:has-text('Distribution as a table')", "Space")
    expect(page.locator("details[open] table")).to_be_visible()
    reader.go('[href$="/statistics/"]')
    reader.tour()
    expect(page.locator(".figures > figure svg")).to_have_count(2)
    expect(page.locator(".figures > figure + .table-wrap table")).to_have_count(2)
    reader.push("summary:has-text('What the figures mean')", "Space")
    expect(page.locator("main details[open]")).to_be_visible()
    reader.go("tbody th a >> nth=0")
    reader.tour()
    expect(page.locator("figure + .table-wrap table")).to_be_visible()
    reader.go(page.locator(".crumbs").get_by_role("link", name="Planets, Tuesday"))


def take_everything_out(reader: Reader) -> None:
    table = reader.download('[href$="/results.csv"]').decode("utf-8-sig")
    assert table.count("\n") == 1 + len(ROWS)
    assert reader.download('[href$="/results.xlsx"]').startswith(b"PK")
    assert reader.download('[href$="/results.pdf"]').startswith(b"%PDF")
    connections.close_all()
    taken = AuditEntry.objects.filter(action="results.exported").order_by("pk")
    assert [one.data["form"] for one in taken] == ["csv", "xlsx", "pdf"]


def release_them(reader: Reader, marked: Marked) -> None:
    """The question that is asked first keeps the focus, and gives it back."""
    opener = reader.page.get_by_role("button", name="Release the results")
    dialog = reader.page.locator("#release")
    reader.push(opener)
    expect(dialog.get_by_role("button", name="Not yet")).to_be_focused()
    reader.press("Escape")
    expect(opener).to_be_focused()
    reader.press("Enter")
    reader.go(dialog.get_by_role("button", name="Release"))
    expect(reader.page.get_by_text("3 results were released.")).to_be_visible()
    reader.tour()
    connections.close_all()
    assert Result.objects.filter(state=ResultState.RELEASED).count() == len(ROWS)
    assert Sitting.objects.get(pk=marked.sitting_id).state == SittingState.PUBLISHED


def propose_a_regrade(reader: Reader, marked: Marked) -> None:
    page = reader.page
    reader.go('.tabs [href$="/regrades/"]')
    reader.fill("[name=reason]", "Two were right")
    reader.go(page.get_by_role("button", name="Open it"))
    reader.tour()
    reader.go(f'[href$="/questions/{marked.questions[1].id}/"]')
    reader.tour()
    reader.to("[name=remedy] >> nth=0")
    while not page.locator("[name=remedy][value=full]").is_checked():
        reader.press("ArrowDown")
    reader.go(page.get_by_role("button", name="Propose it"))
    reader.go(page.get_by_role("button", name="Compute the preview"))
    connections.close_all()
    run = RegradeRun.objects.get()
    compute_preview(run.pk, run.edition)
    expect(page.get_by_role("heading", name="Who changes")).to_be_visible()
    assert "Reject" in reader.tour()
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()


def approve_it(desk: Desk, marked: Marked) -> None:
    """Somebody else approves it."""
    run = RegradeRun.objects.get()
    reader = desk.open(f"/regrades/{run.pk}/", marked.cast.admin)
    reader.tour()
    reader.push(reader.page.get_by_role("button", name="Approve"))
    reader.go(reader.page.locator("#approve").get_by_role("button", name="Approve"))
    connections.close_all()
    assert RegradeRun.objects.get().state == RegradeState.APPROVED
    apply_regrade(run.pk)
    scores = Result.objects.order_by("attempt_id").values_list("score", flat=True)
    assert list(scores) == [Decimal(score) for score in ("91.67", "33.33", "16.67")]


def test_students_read_their_released_result_by_keyboard_alone(
    desk: Desk, released: Marked
) -> None:
    reader = desk.sign_in(released.students[0])
    page = reader.page
    reader.tour()
    reader.go('.mainnav [href="/results/"]')
    reader.tour()
    reader.go(page.get_by_role("link", name="Planets, Tuesday", exact=True))
    met = reader.tour()
    assert [word.split()[0] for word in met if word[:1].isdigit()] == ["1", "2", "3"]
    read_the_last_question(reader)
    sheet = reader.download('[href$="/sheet.pdf"]')
    assert sheet.startswith(b"%PDF")
    reader.go(page.locator(".crumbs").get_by_role("link", name="My results"))
    reader.go('[href$="/receipt/"]')
    reader.tour()


def read_the_last_question(reader: Reader) -> None:
    """A jump leads under the bar at the top, and reading goes on from there."""
    reader.push('[href="#q3"]')
    heading = reader.page.locator("#q3")
    expect(heading).to_be_in_viewport(ratio=1)
    top = heading.evaluate("(node) => node.getBoundingClientRect().top")
    bar = reader.page.locator(".topbar").evaluate("(node) => node.getBoundingClientRect().bottom")
    assert top >= bar
    expect(reader.page.get_by_role("row", name="Idea, level 1")).to_contain_text("Half of it")
    expect(reader.page.get_by_text("Read chapter two again")).to_be_visible()
