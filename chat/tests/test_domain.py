import unicodedata

import pytest
from hypothesis import given
from hypothesis.strategies import booleans, sampled_from, text

from chat.domain import MAX_BODY_CHARS, MAX_SLUG_CHARS, RoomKind, clean_body, slug_of
from chat.errors import MessageRefused

WIDE = "".join(chr(ord(char) + 0xFEE0) for char in "KLASSE") + "\u300010 a"  # full-width letters


class TestSlug:
    def test_spelling_makes_no_difference(self) -> None:
        spellings = ["Klasse 10 A", "klasse 10 a", "  KLASSE\u00a010\tA ", WIDE]
        assert {slug_of("Demo", code, RoomKind.CLASS) for code in spellings} == {"demo/klasse-10-a"}

    def test_a_persian_class_keeps_its_name(self) -> None:
        assert slug_of("demo", "کلاس دهم", RoomKind.CLASS) == "demo/کلاس-دهم"

    def test_a_name_of_signs_is_not_empty(self) -> None:
        assert slug_of("demo", "§§", RoomKind.CLASS) not in {"demo/", "demo/x"}

    def test_the_staff_room_has_a_name_of_its_own(self) -> None:
        assert slug_of("demo", "10a", RoomKind.STAFF) == "demo/10a/staff"

    @given(text(), text(), sampled_from(RoomKind))
    def test_any_codes_give_a_stable_short_name(self, one: str, two: str, kind: RoomKind) -> None:
        one, two = (part.replace("\ud800", "") for part in (one, two))
        slug = slug_of(one, two, kind)
        assert 0 < len(slug) <= MAX_SLUG_CHARS
        assert slug == slug_of(one.casefold().casefold(), unicodedata.normalize("NFKC", two), kind)


class TestBody:
    def test_text_is_composed_and_trimmed(self) -> None:
        assert clean_body("  cafe\u0301\r\nau lait \n", has_attachment=False) == "café\nau lait"

    def test_persian_spelling_stays(self) -> None:
        assert clean_body("می\u200cشود", has_attachment=False) == "می\u200cشود"

    @pytest.mark.parametrize(
        "raw", ["", "  \n\t", "\u200b\u200c\u200d", "\u2066\u2069", "\x00\x07", "\ufeff"]
    )
    def test_nothing_visible_is_nothing(self, raw: str) -> None:
        with pytest.raises(MessageRefused) as refused:
            clean_body(raw, has_attachment=False)
        assert refused.value.data["reason"] == "empty"
        assert clean_body(raw, has_attachment=True) == ""

    def test_the_limit_is_on_what_is_kept(self) -> None:
        assert (
            len(clean_body(" " * 9 + "x" * MAX_BODY_CHARS, has_attachment=False)) == MAX_BODY_CHARS
        )
        with pytest.raises(MessageRefused) as refused:
            clean_body("x" * (MAX_BODY_CHARS + 1), has_attachment=False)
        assert refused.value.data["reason"] == "too_long"

    @given(text(max_size=300), booleans())
    def test_what_is_kept_has_no_control_characters_and_is_kept_as_it_is(
        self,
        raw: str,
        has_attachment: bool,  # noqa: FBT001 drawn by hypothesis
    ) -> None:
        try:
            kept = clean_body(raw, has_attachment=has_attachment)
        except MessageRefused:
            return
        assert not any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in kept)
        assert clean_body(kept, has_attachment=True) == kept
