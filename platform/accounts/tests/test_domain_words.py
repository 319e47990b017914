"""What people type comes into one form."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from accounts.domain.words import clean_code, clean_email, clean_text, to_latin_digits


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("۱۲۳۴۵۶۷۸۹۰", "1234567890"), ("٠١٢٣٤٥٦٧٨٩", "0123456789"), ("A۱b", "A1b"), ("", "")],
)
def test_persian_and_arabic_digits_become_latin(typed: str, meant: str) -> None:
    assert to_latin_digits(typed) == meant


def test_directional_marks_and_spaces_go() -> None:
    assert clean_text("\u202a  Ana \u200e  Moreno\u202c\ufeff ") == "Ana Moreno"


def test_a_joiner_stays_in_a_name_and_goes_from_a_number() -> None:
    assert clean_text("علی\u200cرضا") == "علی\u200cرضا"
    assert clean_code("۲۰\u200c۱") == "201"


def test_letters_are_composed() -> None:
    assert clean_text("Jose\u0301") == unicodedata.normalize("NFC", "José")


def test_an_address_is_kept_in_lower_case() -> None:
    assert clean_email(" Ana@Example.ORG\u200f ") == "ana@example.org"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_code(clean_code(text)) == clean_code(text)
