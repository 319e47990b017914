from pathlib import Path

from exams.domain.answer import QuestionKind
from exams.exchange import exam_xml_terms
from exams.exchange.exam_xml_terms import NEAREST, OWN, OWN_KINDS, SEED, own, seed, shown


def test_names_are_shown_with_their_usual_prefix() -> None:
    assert shown(seed("question")) == "question"
    assert shown(own("points")) == "inv:points"
    assert shown("{urn:other}x") == "{urn:other}x"


def test_every_kind_of_the_extension_has_a_plain_kind_beside_it() -> None:
    assert set(NEAREST) == OWN_KINDS
    assert not OWN_KINDS & set(NEAREST.values())


def test_the_schema_speaks_of_the_same_namespaces_and_kinds() -> None:
    schema = Path(exam_xml_terms.__file__).with_name("exam.rng").read_text()
    assert f'ns="{SEED}"' in schema
    assert f'xmlns:inv="{OWN}"' in schema
    for kind in QuestionKind:
        assert f"<value>{kind.value}</value>" in schema
