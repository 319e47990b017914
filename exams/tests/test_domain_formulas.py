"""Formulas are drawn, bad ones stay as typed, and nothing an author writes becomes markup."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st

from exams.domain import formulas
from exams.domain.formulas import ATTRIBUTES, ELEMENTS, MAX_FORMULA, to_mathml
from exams.domain.texts import TextFormat, bad_formulas, clean_html, to_html

MARKDOWN = TextFormat.MARKDOWN


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("$$\\frac{a}{b}$$", 'display="block"'),
        ("\\(a<b\\)", "<mo>&lt;</mo>"),
        ("\\[\\sum_{i} i\\]", 'display="block"'),
        ("$$\na + b\n$$", 'display="block"'),
        ("$\\sqrt[3]{x}$", "<mroot>"),
        ("$\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}$", "<mtable>"),
    ],
)
def test_formulas_of_markdown_become_mathml(typed: str, drawn: str) -> None:
    page = to_html(f"Is {typed} so?" if "\n" not in typed else typed, MARKDOWN)
    assert drawn in page
    assert page.count("<math") == 1
    assert "$" not in page
    assert bad_formulas(typed, MARKDOWN) == []


@pytest.mark.parametrize(
    "text", ["costs $5 and $6", "3$ or 4$", "`$x$`", "a \\( b", "$", "\\$x\\$"]
)
def test_money_and_code_are_no_formulas(text: str) -> None:
    assert "<math" not in to_html(text, MARKDOWN)


@pytest.mark.parametrize(
    "text", ["$\\foo{x}$", "$x_$", "$\\frac{1}$", "$\\left( x$", "\\(^\\)", "$" + "x" * 1001 + "$"]
)
def test_a_bad_formula_stays_as_typed_with_a_finding(text: str) -> None:
    page = to_html(f"See {text}.", MARKDOWN)
    assert "<math" not in page
    assert text in page
    assert bad_formulas(text, MARKDOWN) == [text]


def test_formulas_of_html_are_drawn_in_its_texts_only() -> None:
    html = "<p>Is \\(x &lt; 3\\) and $$y$$?</p><code>\\(z\\)</code>"
    page = to_html(html, TextFormat.HTML)
    assert page.count("<math") == 2
    assert "<code>\\(z\\)</code>" in page
    assert "<math" in to_html("\\(x\\)", TextFormat.MOODLE)
    assert "<math" not in to_html("\\(x\\)", TextFormat.PLAIN)
    assert bad_formulas("<p>\\(x_\\)</p>", TextFormat.HTML) == ["\\(x_\\)"]
    assert bad_formulas("\\(x_\\)", TextFormat.PLAIN) == []


def test_mathml_of_an_author_is_kept_without_what_acts_or_hides() -> None:
    page = to_html(
        "<math><semantics><mrow><mi href='javascript:alert(1)' onclick='x' style='color:red'>x</mi>"
        "<maction actiontype='toggle'>y</maction></mrow>"
        "<annotation encoding='TeX'>x</annotation>"
        "<annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml>"
        "</semantics></math>",
        TextFormat.HTML,
    )
    assert page == "<math><mrow><mi>x</mi>y</mrow></math>"


VECTORS = [
    "$\\text{<script>alert(1)</script>}$",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\text{&lt;img src=x onerror=alert(1)&gt;}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{background:url(x)}{x}$",
    "$\\class{evil}{x}$",
    '$\\color{red" onmouseover="alert(1)}{x}$',
    "$\\unicode{60}script$",
    "$x</mi><script>alert(1)</script>$",
    '$\\begin{array}{c"onload="x}1\\end{array}$',
    "<math><mtext></mtext><script>alert(1)</script></math>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">x</mi></math>',
    '<math href="javascript:alert(1)">x</math>',
    '<math><annotation-xml encoding="text/html"><svg onload=alert(1)></annotation-xml></math>',
    "<svg><math><mtext><style><img src=x onerror=alert(1)></style></mtext></math></svg>",
    "\\(<img src=x onerror=alert(1)>\\)",
    "$$<iframe src=javascript:alert(1)>$$",
]


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def is_harmless(page: str) -> bool:
    for tag, attributes in Elements(page).found:
        names = {name for name, _value in attributes}
        if tag in {"script", "img", "svg", "style", "iframe", "maction", "annotation-xml"}:
            return False
        if tag in ELEMENTS and names - ATTRIBUTES:
            return False
        if any(name.startswith("on") or name == "style" for name in names):
            return False
        if any("javascript:" in (value or "") for _name, value in attributes):
            return False
    return True


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("text_format", [TextFormat.MARKDOWN, TextFormat.HTML, TextFormat.MOODLE])
def test_no_vector_becomes_markup_that_acts(vector: str, text_format: TextFormat) -> None:
    page = to_html(vector, text_format)
    assert is_harmless(page), page
    assert clean_html(page) == page, "what was written is read the same way again"


@given(st.text(alphabet="\\{}[]()^_&$<>\"'=ab1 lefrightxsqopn", max_size=120))
def test_whatever_stands_between_dollars_is_harmless_and_ends(latex: str) -> None:
    page = to_html(f"${latex}$ $$\n{latex}\n$$", MARKDOWN)
    assert is_harmless(page), page
    assert is_harmless(to_html(f"\\({latex}\\)", TextFormat.HTML))


@given(st.text(max_size=200))
def test_a_formula_has_only_elements_of_the_list(latex: str) -> None:
    made = to_mathml(latex) or ""
    assert {tag for tag, _attributes in Elements(made).found} <= set(ELEMENTS)


HOSTILE = [
    "{" * 500 + "}" * 500,
    "^" * MAX_FORMULA,
    "x_{" * 300 + "}" * 300,
    "\\sqrt[" * 160,
    "\\begin{matrix}" * 60,
    "\\begin{matrix}" + "&" * 970 + "\\end{matrix}",
    "\\\\" * 500,
]


def test_hostile_formulas_and_many_of_them_take_bounded_time() -> None:
    started = time.process_time()
    for latex in HOSTILE:
        to_mathml(latex)
    to_html(" ".join(f"$x_{{{number}}}$" for number in range(900)), MARKDOWN)
    for text in ("$\n" * 50_000, "\\(" * 20_000, "$$" * 50_000, "$a " * 20_000):
        to_html(text, MARKDOWN)
        to_html(text, TextFormat.HTML)
    assert time.process_time() - started < 10


def test_what_is_beyond_the_bound_stays_as_typed() -> None:
    text = " ".join(["$x$"] * (formulas.MAX_FORMULAS + 3))
    assert to_html(text, MARKDOWN).count("<math") == formulas.MAX_FORMULAS
    assert to_html(text, MARKDOWN).count("$x$") == 3
