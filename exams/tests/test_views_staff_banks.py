import pytest

from exams.selectors.banks import bank_view
from exams.services import authoring
from exams.services.questions import add_bank_question
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import client_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(cast: Cast) -> int:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Algebra")
    for draft in drafts():
        add_bank_question(bank_id, draft)
    return bank_id


def test_a_bank_is_searched_by_words_and_by_kind(cast: Cast, bank: int) -> None:
    client = client_of(cast.author)
    assert "canary-name-one" in page_of(client.get(f"/banks/{bank}/"))
    page = page_of(client.get(f"/banks/{bank}/?q=PROMPT-TWO"))
    assert "canary-name-two" in page
    assert "canary-name-one" not in page
    page = page_of(client.get(f"/banks/{bank}/?kind=text"))
    assert "canary-name-four" in page
    assert "canary-name-two" not in page
    assert "Nothing fits" in page_of(client.get(f"/banks/{bank}/?kind=date"))
    assert "canary-name-one" in page_of(client.get(f"/banks/{bank}/?kind=riddle"))
    assert "canary-name-one" in page_of(client.get(f"/banks/{bank}/?page=99999999999999"))


def test_a_bank_is_renamed_and_an_empty_one_deleted(cast: Cast, bank: int) -> None:
    client = client_of(cast.author)
    client.post(f"/banks/{bank}/name/", {"name": "Numbers"})
    assert bank_view(bank).name == "Numbers"
    empty = authoring.create_bank(institution_id=cast.institution.pk, name="Empty")
    taken = client.post(f"/banks/{empty}/name/", {"name": "numbers"}, follow=True)
    assert "of this name already" in page_of(taken)
    assert client.post(f"/banks/{bank}/delete/").status_code == 409
    assert client.post(f"/banks/{empty}/delete/").headers["Location"] == "/banks/"


def test_an_outsider_sees_and_changes_no_bank(cast: Cast, bank: int) -> None:
    for who, status in ((cast.olga, 404), (cast.ana, 403)):
        client = client_of(who)
        assert client.get(f"/banks/{bank}/").status_code == status
        for act in ("name", "delete"):
            assert client.post(f"/banks/{bank}/{act}/", {"name": "x"}).status_code == status
    assert bank_view(bank).name == "Algebra"
