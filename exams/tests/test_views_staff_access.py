"""Who may open which staff page: every page for every person of the cast."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.models import Model
from django.test import Client

from accounts.models import ClassGroup, User
from accounts.roles import Role
from exams.models import (
    AnswerRevision,
    Candidate,
    Exam,
    Mark,
    Question,
    QuestionPool,
    Result,
    Sitting,
    TimeGrant,
)
from exams.selectors.attempts import attempt_of
from exams.selectors.sittings import sitting_view
from exams.services import attempts, authoring, grading, questions, sittings
from exams.tests.conftest import (
    Cast,
    Taking,
    begin,
    drafts,
    give_role,
    person,
    schedule,
    shift,
)
from exams.tests.pages import client_of, draft_exam, page_of, questions_of
from kernel import clock
from kernel.models import OutboxEntry

pytestmark = pytest.mark.django_db


@dataclass
class Site:
    """One of everything, and the addresses of every staff page."""

    cast: Cast
    taking: Taking
    exam_id: int
    pool_id: int
    bank_id: int
    bank_question_id: int
    planned_id: int
    newcomer_id: int

    def paths(self) -> dict[str, str]:
        exam, sitting = f"/exams/{self.exam_id}", f"/sittings/{self.taking.sitting_id}"
        return {
            "exams": "/exams/",
            "new exam": "/exams/new/",
            "exam": f"{exam}/",
            "header": f"{exam}/header/",
            "preview": f"{exam}/preview/",
            "new section": f"{exam}/sections/new/",
            "section": f"{exam}/sections/{self.pool_id}/",
            "copy": f"{exam}/sections/{self.pool_id}/copy/",
            "kinds": f"{exam}/sections/{self.pool_id}/questions/new/",
            "new question": f"{exam}/sections/{self.pool_id}/questions/new/?kind=choice",
            "question": f"/questions/{questions_of(self.exam_id)[0]}/",
            "import": f"{exam}/import/",
            "banks": "/banks/",
            "bank": f"/banks/{self.bank_id}/",
            "new bank question": f"/banks/{self.bank_id}/questions/new/?kind=text",
            "sittings": "/sittings/",
            "schedule": "/sittings/new/",
            "sitting": f"{sitting}/",
            "time": f"{sitting}/time/",
            "results": f"{sitting}/results/",
            "csv": f"{sitting}/results.csv",
            "xlsx": f"{sitting}/results.xlsx",
            "pdf": f"{sitting}/results.pdf",
            "statistics": f"{sitting}/statistics/",
            "paper": f"/attempts/{self.taking.attempt_id}/paper/",
        }

    def act(self, path: str, body: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Return an act's address and form with the ids of this site put in."""
        ids = {
            "exam": self.exam_id,
            "pool": self.pool_id,
            "question": questions_of(self.exam_id)[0],
            "bank_question": self.bank_question_id,
            "planned": self.planned_id,
            "newcomer": self.newcomer_id,
            "sitting": self.taking.sitting_id,
            "attempt": self.taking.attempt_id,
            "answer": self.taking.questions[-1],
        }
        return path.format(**ids), {name: text.format(**ids) for name, text in body.items()}


@pytest.fixture
def site(cast: Cast) -> Site:
    """A sitting that is over and graded, one that is planned, a draft and a bank.

    A late answer of the first one was accepted, so that it waits for nobody and can be rejected.
    """
    taking = begin(cast)
    attempts.force_submit(taking.attempt_id, actor_id=cast.ivo.pk, reason="End")
    shift(attempt_of(taking.sitting_id, cast.ben.pk), timedelta(hours=-3))
    attempts.expire_due()
    grading.grade_attempt(taking.attempt_id)
    sittings.move_due_sittings()
    AnswerRevision.objects.create(
        attempt_id=taking.attempt_id,
        question_id=taking.questions[-1],
        seq=9,
        value="late",
        late=True,
        held_for="ended",
        decision="accepted",
    )
    exam_id, pool_id = draft_exam(cast)
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    return Site(
        cast,
        taking,
        exam_id,
        pool_id,
        bank_id,
        bank_question_id=questions.add_bank_question(bank_id, drafts()[1]),
        planned_id=planned_sitting(cast, sitting_view(taking.sitting_id).exam_id),
        newcomer_id=newcomer(cast),
    )


def planned_sitting(cast: Cast, exam_id: int) -> int:
    hours = [clock.now() + timedelta(hours=hour) for hour in (1, 2, 3)]
    return schedule(cast, exam_id, lobby_opens_at=hours[0], starts_at=hours[1], closes_at=hours[2])


def newcomer(cast: Cast) -> int:
    """Return a student who joined the class after its sittings were scheduled."""
    late = person(cast.institution, "Newcomer")
    give_role(late, Role.STUDENT, cast.class_group)
    return int(late.pk)


AUTHORING = {
    "exams",
    "new exam",
    "exam",
    "header",
    "preview",
    "new section",
    "section",
    "copy",
    "kinds",
    "new question",
    "question",
    "import",
    "banks",
    "bank",
    "new bank question",
}
FILES = {"csv", "xlsx", "pdf"}
GRADING = FILES | {"results", "paper", "statistics"}
MAY = {
    "author": AUTHORING,
    "admin": AUTHORING | GRADING | {"sittings", "schedule", "sitting", "time"},
    "grader": GRADING | {"sittings", "sitting"},
    "ivo": {"sittings", "sitting"},
    "ana": set(),
}


@pytest.mark.parametrize("who", sorted(MAY))
def test_each_person_opens_exactly_the_pages_of_their_roles(site: Site, who: str) -> None:
    client = client_of(getattr(site.cast, who))
    opened = set()
    for name, path in site.paths().items():
        response = client.get(path)
        assert response.status_code in {200, 403}, (name, response.status_code)
        if response.status_code == 200:
            opened.add(name)
            if name in FILES:
                assert b"".join(iter(response))
            else:
                page_of(response)
    assert opened == MAY[who]


def test_an_outsider_of_another_institution_learns_of_nothing(site: Site) -> None:
    client = client_of(site.cast.olga)
    for name, path in site.paths().items():
        status = client.get(path).status_code
        own_lists = {"sittings"}
        assert status in ({200} if name in own_lists else {403, 404}), (name, status)
        if name in {"exam", "sitting", "results", "paper", "question", "bank"}:
            assert status == 404, name
    assert "Chemistry" not in page_of(client.get("/sittings/"))


def test_a_visitor_is_sent_to_the_login_page(site: Site) -> None:
    for path in [*site.paths().values(), "/results/"]:
        response = Client().get(path)
        assert response.status_code == 302, path
        assert response.headers["Location"].startswith("/accounts/login/")


POSTS = [
    ("author", "/exams/{exam}/delete/", {}),
    ("author", "/exams/{exam}/review/", {"act": "send"}),
    ("author", "/exams/{exam}/sections/new/", {"name": "x"}),
    ("author", "/exams/{exam}/sections/{pool}/delete/", {}),
    ("author", "/exams/{exam}/sections/{pool}/copy/", {"question": "{bank_question}"}),
    ("author", "/exams/{exam}/version/", {"version_label": "2"}),
    ("author", "/questions/{question}/delete/", {}),
    ("author", "/questions/{question}/move/", {"order": "2"}),
    ("admin", "/sittings/{planned}/move/", {"act": "cancel", "reason": "x"}),
    ("admin", "/sittings/{planned}/register/", {"student_id": "{newcomer}", "extra_percent": "0"}),
    ("grader", "/sittings/{sitting}/release/", {}),
    ("admin", "/sittings/{planned}/time/", {"to": "all", "minutes": "5", "reason": "x"}),
    ("grader", "/attempts/{attempt}/grade/", {}),
    ("grader", "/attempts/{attempt}/late/{answer}/", {"reason": "x"}),
    ("grader", "/attempts/{attempt}/paper/{answer}/", {"points": "1"}),
]
TABLES: tuple[type[Model], ...] = (
    AnswerRevision,
    Candidate,
    Exam,
    Mark,
    OutboxEntry,
    Question,
    QuestionPool,
    Result,
    Sitting,
    TimeGrant,
)


def stored() -> dict[str, list[tuple[object, ...]]]:
    """Return every row that an act of the staff may change."""
    return {
        table.__name__: list(table._default_manager.order_by("pk").values_list())
        for table in TABLES
    }


@pytest.mark.parametrize(("allowed", "path", "body"), POSTS)
def test_acts_are_refused_to_everybody_else_and_change_nothing(
    site: Site, allowed: str, path: str, body: dict[str, str]
) -> None:
    where, given = site.act(path, body)
    before = stored()
    others: list[User] = [site.cast.ana, site.cast.ivo, site.cast.olga]
    others += [site.cast.grader] if allowed == "author" else [site.cast.author]
    for other in others:
        assert client_of(other).post(where, given).status_code in {403, 404}, other
    assert stored() == before


@pytest.mark.parametrize(("allowed", "path", "body"), POSTS)
def test_acts_are_carried_out_for_whom_they_are_meant(
    site: Site, allowed: str, path: str, body: dict[str, str]
) -> None:
    where, given = site.act(path, body)
    before = stored()
    assert client_of(getattr(site.cast, allowed)).post(where, given).status_code == 302
    assert stored() != before


def test_acts_are_not_carried_out_by_a_mere_link(site: Site) -> None:
    client = client_of(site.cast.admin)
    for path in (f"/exams/{site.exam_id}/delete/", f"/sittings/{site.taking.sitting_id}/release/"):
        assert client.get(path).status_code == 405


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(site.cast.admin, backend="accounts.backends.InvigilBackend")
    assert client.post(f"/exams/{site.exam_id}/delete/").status_code == 403


def test_the_institution_of_an_operator_without_one_is_the_first(site: Site) -> None:
    operator = User.objects.create(email="op@example.org", full_name="Op", is_superuser=True)
    assert page_of(client_of(operator).get("/exams/"))
    lost = User.objects.create(email="lost@example.org", full_name="Lost")
    assert client_of(lost).get("/exams/").status_code == 403


def test_an_invigilator_of_another_class_does_not_see_the_sitting(site: Site) -> None:
    group = ClassGroup.objects.create(institution=site.cast.institution, code="10B", name="10B")
    kim = person(site.cast.institution, "Kim")
    give_role(kim, Role.INVIGILATOR, group)
    assert client_of(kim).get(f"/sittings/{site.taking.sitting_id}/").status_code == 403
    assert "Chemistry" not in page_of(client_of(kim).get("/sittings/"))


def test_the_attempt_of_the_matrix_is_the_candidates(site: Site) -> None:
    assert attempt_of(site.taking.sitting_id, site.cast.ana.pk) == site.taking.attempt_id
    paper = page_of(client_of(site.cast.grader).get(site.paths()["paper"]))
    assert "Ana" in paper
    assert "Ben" not in paper
