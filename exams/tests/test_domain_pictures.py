import uuid

import pytest

from exams.domain.pictures import kept_source, pictures_in
from exams.domain.texts import TextFormat, clean_html, to_html

ID = "0b6c7f0e-7d61-4a53-9d7e-1f2e3d4c5b6a"
PLACE = f"/question-images/{ID}"


def test_a_picture_that_was_uploaded_is_shown_from_this_site_with_its_words() -> None:
    page = to_html(f"See ![a tree](upload:{ID}).", TextFormat.MARKDOWN)
    assert f'<img src="{PLACE}" alt="a tree">' in page
    assert pictures_in(page) == [(uuid.UUID(ID), "a tree")]
    assert clean_html(page) == page
    html = to_html(f'<img src="upload:{ID}" alt="x > y" onload="z">', TextFormat.HTML)
    assert pictures_in(html) == [(uuid.UUID(ID), "x > y")]
    assert "onload" not in html


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/x.png)",
        "![x](data:image/png;base64,AAAA)",
        "![x](//evil.example/x.png)",
        "![x](/question-images/../admin)",
        "![x](upload:not-an-id)",
        "![x](upload:)",
        "![x](/uploads/0b6c7f0e-7d61-4a53-9d7e-1f2e3d4c5b6a/file)",
        '<img src="http://evil.example/a" alt="> src=&quot;upload:x&quot;">',
        '<img srcset="http://evil.example/a 2x">',
    ],
)
@pytest.mark.parametrize("text_format", [TextFormat.MARKDOWN, TextFormat.HTML])
def test_any_other_picture_is_left_out(text: str, text_format: TextFormat) -> None:
    page = to_html(text, text_format)
    assert "<img" not in page
    assert pictures_in(page) == []


def test_nothing_links_to_an_upload() -> None:
    assert "upload:" not in to_html(f"[x](upload:{ID})", TextFormat.MARKDOWN)


def test_only_an_id_makes_a_source() -> None:
    assert kept_source(f"upload:{ID.upper()}") == PLACE
    assert kept_source(PLACE) == PLACE
    assert kept_source(f"{PLACE}?x") is None
    assert kept_source(ID) is None
    assert kept_source("") is None
