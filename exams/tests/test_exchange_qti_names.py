from exams.exchange.qti_names import read_qti
from exams.exchange.xml_parts import words
from exams.exchange.xml_reader import line_of


def test_version_3_is_read_under_the_names_of_version_2() -> None:
    root = read_qti(
        b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" '
        b'time-dependent="false" data-x-y="1" aria-label="a">\n'
        b'<qti-item-body><p class="x">a</p><qti-choice-interaction max-choices="1"/>'
        b"</qti-item-body></qti-assessment-item>"
    )
    assert root.tag == "assessmentItem"
    assert sorted(map(str, root.attrib)) == ["aria-label", "data-x-y", "timeDependent"]
    assert [one.tag for one in root.iter()] == [
        "assessmentItem",
        "itemBody",
        "p",
        "choiceInteraction",
    ]
    assert root[0][1].get("maxChoices") == "1"
    assert line_of(root[0]) == 2


def test_formulas_keep_their_names_and_what_is_foreign_is_only_text() -> None:
    root = read_qti(
        b'<assessmentItem xmlns="urn:q" xmlns:m="http://www.w3.org/1998/Math/MathML" '
        b'xmlns:s="http://www.w3.org/2010/10/synthesis" xmlns:h="http://www.w3.org/1999/xhtml">'
        b'<m:math/><s:sub alias="x">Dr.</s:sub><h:b xml:lang="fa">c</h:b></assessmentItem>'
    )
    assert [one.tag for one in root] == ["math", "span", "b"]
    assert root[2].get("lang") == "fa"
    assert words(root) == "Dr.c"
