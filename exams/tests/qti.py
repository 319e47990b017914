"""Documents of QTI for tests: small, in one version, each piece given by the test."""

import io
import zipfile
from collections.abc import Mapping

from exams.exchange.xml_parts import Element
from exams.exchange.xml_reader import read_xml

NAMESPACES = {
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
}
TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/"
MATCH = f'<responseProcessing template="{TEMPLATES}match_correct"/>'
MAP = f'<responseProcessing template="{TEMPLATES}map_response"/>'

CHOICES = """<choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">
<prompt>Which is a planet?</prompt>
<simpleChoice identifier="A">Saturn</simpleChoice>
<simpleChoice identifier="B">The <em>Moon</em></simpleChoice>
<simpleChoice identifier="C">Sirius</simpleChoice>
</choiceInteraction>"""


def declaration(
    *correct: str,
    base_type: str = "identifier",
    cardinality: str = "single",
    mapping: str = "",
    identifier: str = "RESPONSE",
) -> str:
    values = "".join(f"<value>{one}</value>" for one in correct)
    right = f"<correctResponse>{values}</correctResponse>" if correct else ""
    return (
        f'<responseDeclaration identifier="{identifier}" cardinality="{cardinality}" '
        f'baseType="{base_type}">{right}{mapping}</responseDeclaration>'
    )


def mapping(entries: Mapping[str, float | str], attributes: str = "") -> str:
    inner = "".join(f'<mapEntry mapKey="{k}" mappedValue="{v}"/>' for k, v in entries.items())
    return f"<mapping {attributes}>{inner}</mapping>"


def item(
    body: str = CHOICES,
    *,
    declared: str = "",
    processing: str = MATCH,
    beside: str = "",
    attributes: str = 'adaptive="false" timeDependent="false"',
    version: str = "2.1",
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentItem xmlns="{NAMESPACES[version]}" '
        f'identifier="i1" title="Planet" {attributes}>\n{declared}\n'
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>\n'
        f"<itemBody>\n{body}\n</itemBody>\n{processing}\n{beside}</assessmentItem>"
    ).encode()


def tree(text: str) -> Element:
    return read_xml(text.encode())


def package(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def manifest(*resources: tuple[str, str]) -> str:
    inner = "\n".join(
        f'<resource identifier="r{n}" type="{kind}" href="{href}"><file href="{href}"/></resource>'
        for n, (kind, href) in enumerate(resources)
    )
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m">\n'
        f"<organizations/><resources>\n{inner}\n</resources></manifest>"
    )
