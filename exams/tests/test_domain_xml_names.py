import pytest
from hypothesis import given, strategies as st
from lxml import etree

from exams.domain.xml_names import is_xml_name

SCHEMA = etree.RelaxNG(
    etree.fromstring(
        '<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"'
        ' datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">'
        '<attribute name="id"><data type="ID"/></attribute></element>'
    )
)


@pytest.mark.parametrize("name", ["a", "_1", "Größe-2.b", "پرسش۱", "вопрос", "問題"])
def test_letters_of_many_scripts_make_a_name(name: str) -> None:
    assert is_xml_name(name)


@pytest.mark.parametrize("name", ["", "1a", "-a", ".a", "a b", "a:b", "a" * 256, "ª", "a\n"])
def test_what_xml_does_not_take_is_no_name(name: str) -> None:
    assert not is_xml_name(name)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4))
def test_every_name_is_an_id_for_a_schema_processor(name: str) -> None:
    if is_xml_name(name):
        assert SCHEMA.validate(etree.Element("a", id=name))
