from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from exams.domain.outline_diff import ImportMode
from exams.forms_import import CommitForm, ImportForm, NewExamForm


def test_an_import_reads_the_file_first_and_one_byte_beyond_the_limit() -> None:
    form = ImportForm(
        {"text": "pasted"}, MultiValueDict({"file": [SimpleUploadedFile("q.txt", b"0123456789")]})
    )
    assert form.is_valid()
    assert form.data_bytes(4) == b"01234"
    pasted = ImportForm({"text": "ماه"})
    assert pasted.is_valid()
    assert pasted.data_bytes(4) == "ماه".encode()
    assert not ImportForm({"text": " "}).is_valid()


def test_who_chooses_nothing_writes_only_what_is_new() -> None:
    form = CommitForm({})
    assert form.is_valid()
    assert form.cleaned_data["mode"] is ImportMode.NEW
    assert not CommitForm({"mode": "everything"}).is_valid()


def test_a_new_exam_needs_a_name() -> None:
    assert not NewExamForm({"name": " ", "version_label": "1"}).is_valid()
    assert NewExamForm({"name": "Colours", "version_label": "1"}).is_valid()
