from uuid import uuid4

import pytest

from exams.errors import ImportUnknown
from exams.selectors.imports import import_bytes, import_card
from exams.services.imports import keep_import
from exams.tests.conftest import Cast

pytestmark = pytest.mark.django_db


def test_a_file_is_read_by_who_sent_it_only(cast: Cast) -> None:
    import_id = keep_import(
        owner_id=cast.author.pk,
        institution_id=cast.institution.pk,
        data=b"\x00bytes",
        file_format="gift",
        name="q.gift",
    )
    assert import_card(import_id, owner_id=cast.author.pk).name == "q.gift"
    assert import_bytes(import_id) == b"\x00bytes"
    with pytest.raises(ImportUnknown):
        import_card(import_id, owner_id=cast.olga.pk)
    with pytest.raises(ImportUnknown):
        import_bytes(uuid4())
