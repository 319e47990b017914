"""Every way a text is marked is found, and what cannot be translated is refused."""

import pytest

from web.catalogue.sources import (
    NotLiteral,
    Text,
    browser_texts,
    folders,
    python_texts,
    script_texts,
    server_texts,
    template_texts,
)


def pairs(texts: object) -> list[tuple[str, str]]:
    return [(text.singular, text.plural) for text in texts]  # type: ignore[attr-defined] # an iterator of Text


def test_python_calls() -> None:
    source = '_("one")\ngettext_lazy("two")\nngettext("%(n)s day", "%(n)s days", n)\nother("no")\n_("a" "b")\n'
    assert pairs(python_texts(source, "x.py")) == [
        ("one", ""),
        ("two", ""),
        ("%(n)s day", "%(n)s days"),
        ("ab", ""),
    ]


def test_a_context_keeps_two_meanings_apart() -> None:
    assert list(python_texts('pgettext("time", "second")', "x.py")) == [
        Text("second", "", "x.py", "time")
    ]
    assert list(template_texts('{% translate "second" context "time" %}', "x.html")) == [
        Text("second", "", "x.html", "time")
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "It\'s you" %}', ("It's you", "")),
        ("{% trans 'plain' as x %}", ("plain", "")),
        ('{% include "x.html" with label=_("Import") %}', ("Import", "")),
        ('{{ x|default:_("nobody") }}', ("nobody", "")),
        (
            "{% blocktranslate with name=user.full_name %}Hello {{ name }}{% endblocktranslate %}",
            ("Hello %(name)s", ""),
        ),
        (
            "{% blocktranslate count n=x %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
            ("%(n)s row", "%(n)s rows"),
        ),
        ('<p>don\'t</p>{% translate "50% off" %}', ("50%% off", "")),
        (
            "{% blocktranslate trimmed %}\n  two\n  lines\n{% endblocktranslate %}",
            ("two lines", ""),
        ),
    ],
)
def test_template_tags(source: str, expected: tuple[str, str]) -> None:
    assert pairs(template_texts(source, "x.html")) == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('t("Save")', [("Save", "")]),
        ("<p>don't {t('It\\'s saved')}</p>", [("It's saved", "")]),
        ("t(`Plain`)", [("Plain", "")]),
        (
            'tn("%(count)s answer", "%(count)s answers", n)',
            [("%(count)s answer", "%(count)s answers")],
        ),
        ('tn(\n  "a",\n  "b",\n  n,\n)', [("a", "b")]),
        ('t("a\\u00e9\\n\\x41")', [("aé\nA", "")]),
        ('format("no"); at("no"); x.t("no"); set("no")', []),
        ('cond ? t("yes") : t("no")', [("yes", ""), ("no", "")]),
    ],
)
def test_script_calls(source: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(script_texts(source, "x.svelte")) == expected


@pytest.mark.parametrize(
    "source", ["t(message)", "t(`Hello ${name}`)", 'tn("one", n)', "t('a' + b, ", "t()"]
)
def test_a_text_made_at_run_time_is_refused_with_its_place(source: str) -> None:
    if source.startswith("t('a'"):
        assert pairs(script_texts(source, "x.ts")) == [("a", "")]
        return
    with pytest.raises(NotLiteral, match=r"x\.ts"):
        list(script_texts(f"\n{source}", "x.ts"))


def test_the_whole_project_is_read() -> None:
    names = {folder.name for folder in folders()}
    assert {"web", "accounts", "exams", "chat", "proctoring", "scanner", "notifications"} <= names
    places = {text.place for text in server_texts()}
    assert "platform/web/templates/web/home.html" in places
    assert "platform/accounts/texts.py" in places
    assert not [place for place in places if "/tests/" in place or "site-packages" in place]
    assert "platform/web/ui/toast.ts" in {text.place for text in browser_texts()}
