"""The form of a configuration says its document, and shows it again; a document comes either way."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict

from exams.domain.configuration import Configuration, configuration_of, faults_of, to_json
from exams.domain.documents import MAX_BYTES
from exams.forms_configuration import ConfigurationForm, DocumentForm, configuration_as_given
from exams.tests.test_domain_configuration import FULL


@pytest.mark.parametrize("document", [FULL, to_json(Configuration())])
def test_what_is_shown_and_sent_back_is_the_same(document: dict[str, Any]) -> None:
    shown = configuration_as_given(configuration_of(document))
    form = ConfigurationForm({name: value for name, value in shown.items() if value is not False})
    assert form.is_valid(), form.errors
    assert form.document() == document
    assert not faults_of(form.document())


def test_a_rule_that_there_is_not_is_refused() -> None:
    shown = configuration_as_given(Configuration())
    for wrong in ({"navigation": "backwards"}, {"grace_s": 601}, {"pause_limit": 0}):
        assert not ConfigurationForm({**shown, **wrong}).is_valid()


def test_a_file_comes_before_the_text_and_no_more_of_it_is_read_than_is_taken() -> None:
    file: UploadedFile[Any] = SimpleUploadedFile("a.json", b"x" * (MAX_BYTES + 10))
    form = DocumentForm({"text": "{}"}, MultiValueDict({"file": [file]}))
    assert form.is_valid()
    assert len(form.raw()) == MAX_BYTES + 1
    pasted = DocumentForm({"text": "{}"})
    assert pasted.is_valid()
    assert pasted.raw() == b"{}"
    assert not DocumentForm({"text": "  "}).is_valid()
