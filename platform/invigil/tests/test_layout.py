"""The house rules hold in this working copy, and each of them finds what is planted against it."""

from pathlib import Path

import pytest

from invigil.launch import layout
from invigil.launch.layout import find_broken_rules, report_layout, sources
from invigil.launch.place import here

GLOSSARY = """# Glossary

| we say | meaning | not |
|---|---|---|
| **Exam** | the definition | gizmo |
| **Invigilator** | the person | gadget (as a person), watcher |
"""
LOGIC = "def choose(x: int) -> int:\n    return 1 if x else 2\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small working copy in which every rule is kept."""
    write(tmp_path, "docs/glossary.md", GLOSSARY)
    write(tmp_path, "exams/domain/paper.py", LOGIC)
    write(tmp_path, "exams/tests/test_domain_paper.py", "def test_paper() -> None: ...\n")
    write(tmp_path, "platform/kernel/clock.py", "NOW = 1\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_this_working_copy_keeps_every_rule() -> None:
    assert find_broken_rules(here().root) == []


def test_a_tree_that_keeps_every_rule_passes(tree: Path) -> None:
    assert find_broken_rules(tree) == []
    assert report_layout(tree) == 0


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("exams/long.py", "x = 1\n" * 401, "exams/long.py: 401 lines, at most 400"),
        ("exams/ui/Long.svelte", "<p>\n" * 401, "exams/ui/Long.svelte: 401 lines"),
        ("exams/wide.py", "def f() -> None:\n" + "    x = 1\n" * 40, "f has 41 lines, at most 40"),
        ("exams/utils.py", "x = 1\n", "exams/utils.py: the name says nothing"),
        ("exams/ui/helpers.ts", "", "exams/ui/helpers.ts: the name says nothing"),
        ("exams/paper_part2.py", "x = 1\n", "exams/paper_part2.py: the name says nothing"),
        ("exams/services/grading.py", LOGIC, "exams/services/grading.py: has logic and no test"),
        ("platform/kernel/outbox.py", LOGIC, "platform/kernel/outbox.py: has logic and no test"),
        ("platform/__init__.py", "", "shadows the standard library's platform"),
        ("exams/words.py", "A = 'start the gizmo'\n", "exams/words.py:1: 'gizmo' is not our word"),
        ("exams/templates/x.html", "<p>Gizmos</p>", "'Gizmos' is not our word"),
        ("docs/tour.md", "The watcher sees\n", "'watcher' is not our word"),
        ("docs/setup.md", ("see https://py" "pi.org/x\n"), "docs/setup.md:1: names the host"),
        ("package.json", ("https://registry.n" "pmjs.org/x"), "package.json:1: names the host"),
        ("deploy/run.sh", ("cd /ho" "me/somebody/invigil\n"), "names a folder of one machine"),
        ("deploy/run.sh", ("cd /ro" "ot/invigil\n"), "names a folder of one machine"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(tree: Path, name: str, text: str, complaint: str) -> None:
    write(tree, name, text)
    broken = find_broken_rules(tree)
    assert any(complaint in line for line in broken), broken
    assert report_layout(tree) == 1


def test_a_missing_column_of_words_is_found(tree: Path) -> None:
    write(tree, "docs/glossary.md", "# Glossary\n")
    assert any("lists no word" in line for line in find_broken_rules(tree))


def test_words_in_other_senses_are_allowed(tree: Path) -> None:
    write(tree, "docs/glossary.md", GLOSSARY.replace("gizmo", "gizmo, violation, quiz"))
    write(tree, "exams/faults.py", "# UniqueViolation, a CSP violation, a Moodle quiz\n")
    assert find_broken_rules(tree) == []


@pytest.mark.parametrize(
    "test",
    ["exams/tests/test_services_grading.py", "exams/services/tests/test_grading.py", "exams/tests/test_grading_marks.py"],
)  # fmt: skip
def test_a_test_may_be_named_in_several_ways(tree: Path, test: str) -> None:
    write(tree, "exams/services/grading.py", LOGIC)
    write(tree, test, "")
    assert find_broken_rules(tree) == []


def test_a_test_of_another_app_does_not_count(tree: Path) -> None:
    write(tree, "exams/services/grading.py", LOGIC)
    write(tree, "chat/tests/test_services_grading.py", "")
    assert any("has logic and no test" in line for line in find_broken_rules(tree))


@pytest.mark.parametrize("name", ["exams/models.py", "exams/models/paper.py"])
def test_tables_need_no_test_unless_a_function_of_theirs_decides(tree: Path, name: str) -> None:
    rows = "STATES = [state for state in 'ab']\n\n\ndef __str__(self: str) -> str:\n    return self or '-'\n"
    write(tree, name, rows)
    assert find_broken_rules(tree) == []
    write(tree, name, rows + LOGIC)
    assert any(f"{name}: has logic and no test" in line for line in find_broken_rules(tree))


def test_files_of_tools_and_data_are_not_ours(tree: Path) -> None:
    for folder in ("node_modules", ".venv", "var", "platform/web/dist"):
        write(tree, f"{folder}/utils.py", "x = 1\n" * 500)
    assert find_broken_rules(tree) == []
    assert not any("utils" in file.name for file in sources(tree))


def test_a_file_that_does_not_parse_does_not_stop_the_rules(tree: Path) -> None:
    write(tree, "exams/broken.py", "def (:\n")
    write(tree, "exams/utils.py", "")
    assert any("exams/utils.py" in line for line in find_broken_rules(tree))


def test_every_rule_says_what_it_wants() -> None:
    assert all(rule.__doc__ for rule in layout.RULES)
