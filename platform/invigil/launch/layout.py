"""House rules that no tool knows: sizes, places, names, words. Each rule names what it found."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from invigil.launch.report import say

MOST_LINES = 400
MOST_FUNCTION_LINES = 40
SKIPPED_FOLDERS = {"node_modules", "dist", "__pycache__", "static-build", "htmlcov", "var"}
GENERATED = {"platform/web/ui/wire.ts"}  # as long as there are messages
SIZED = {".py", ".ts", ".svelte", ".css", ".html"}
WORDED = SIZED | {".md", ".toml", ".json", ".yml", ".yaml", ".txt", ".conf", ".sh", ".gift", ""}
BANNED_STEMS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "data",
    "info",
    "process",
    "misc",
    "stuff",
}
WITHOUT_TEST = {"__init__", "__main__", "apps", "urls", "admin", "wsgi", "asgi", "conftest"}
TEST_LIKE = {"tests", "journeys", "bench", "migrations"}
LOGIC = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.Try,
    ast.Match,
    ast.BoolOp,
    ast.comprehension,
)
GLOSSARY = "docs/glossary.md"
WITHOUT_WORD_RULE = {  # these name the words in order to find them
    GLOSSARY,
    "LICENSE",
    "platform/invigil/launch/layout.py",
    "platform/invigil/tests/test_layout.py",
}
# The documented interface speaks the words of the founding documents: docs/adr/0018.
FOUNDING_WORDS = ("exams/api/", "exams/tests/test_api_", "docs/adr/0018", "platform/invigil/api.py")
ALLOWED_PHRASES = re.compile(
    r"(csp|content security policy|unique|integrity|constraint|foreign key|exclusion|check)[ _-]?violation"
    r"|securitypolicyviolation|\[\"violations\"\]|moodle[ _-]?quiz|code execution|task execution"
    r"|\"quiz\"|</?quiz>",  # the root of Moodle's XML
    re.IGNORECASE,
)
# Written in pieces, so that this file keeps its own rule.
HOSTS = re.compile(
    r"py" r"pi\.(org|python)|python" r"hosted\.|registry\.n" r"pm|(deb|security)\.deb" r"ian\.org"
)
MACHINE_PATHS = re.compile(r"(?<![\w.$}~:/-])/(home|Users|root|work|workspace)/[\w.-]")


@dataclass(frozen=True)
class Source:
    """One file of the working copy."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """Its path from the top, with forward slashes."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file name from the top."""
        return self.path.relative_to(self.root).parts

    @cached_property
    def text(self) -> str:
        """Its content; bytes that are no text are replaced."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree; an empty one for a file that does not parse, which other checks name."""
        try:
            return ast.parse(self.text)
        except SyntaxError:
            return ast.Module([], [])


Rule = Callable[[Path, Sequence[Source]], Iterator[str]]


def report_layout(root: Path) -> int:
    """Show every broken rule; return 1 when there is one."""
    broken = find_broken_rules(root)
    for line in broken:
        say(line)
    return int(bool(broken))


def find_broken_rules(root: Path) -> list[str]:
    """Return one line for each broken rule: the file, then what is wrong."""
    files = list(sources(root))
    return [line for rule in RULES for line in rule(root, files)]


def sources(root: Path) -> Iterator[Source]:
    """Yield every file of ours: hidden folders, built files and data are left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and (not name.startswith(".") or name == ".ci")
        )
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix in WORDED and not name.endswith((".lock", "package-lock.json")):
                yield Source(root, path)


def too_long_files(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """A file has at most 400 lines."""
    del root
    for file in files:
        lines = len(file.text.splitlines())
        is_free = "migrations" in file.parts or file.name in GENERATED
        if file.path.suffix in SIZED and lines > MOST_LINES and not is_free:
            yield f"{file.name}: {lines} lines, at most {MOST_LINES} (split it by subject)"


def too_long_functions(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """A function has at most 40 lines."""
    del root
    for file in _python(files):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    yield f"{file.name}:{node.lineno}: {node.name} has {lines} lines, at most {MOST_FUNCTION_LINES}"


def banned_names(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """A file is named after its subject."""
    del root
    for file in files:
        stem = file.path.name.split(".")[0].lower()
        silent = stem in BANNED_STEMS or re.search(r"_part_?\d+$", stem)
        if silent and file.path.suffix in {".py", ".ts", ".svelte"}:
            yield f"{file.name}: the name says nothing about the subject"


def untested_sources(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """A Python source with logic has a test file of its name.

    Tables (`models.py`, `models/*.py`) count only by what their functions do: the constraints of
    their classes and `__str__` are exercised by the tests of the services that write the rows.
    """
    del root
    tests = {file.name for file in files if file.path.name.startswith("test_")}
    for file in _python(files):
        if not _needs_test(file):
            continue
        if not any(_is_test_of(test, file) for test in tests):
            wanted = max(_test_names(file), key=len)
            yield f"{file.name}: has logic and no test, for example tests/{wanted}.py"


def _needs_test(file: Source) -> bool:
    if TEST_LIKE & set(file.parts) or file.path.stem in WITHOUT_TEST or len(file.parts) == 1:
        return False
    return any(isinstance(node, LOGIC) for part in _tested_parts(file) for node in ast.walk(part))


def _tested_parts(file: Source) -> Iterator[ast.AST]:
    if "models" not in {file.path.stem, file.path.parent.name}:
        yield file.tree
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "__str__":
            yield node


def _test_names(file: Source) -> set[str]:
    """Return the names that a test of this file may have: the file's, with folders in front."""
    stems = [*file.parts[:-1], file.path.stem]
    return {f"test_{'_'.join(stems[start:])}" for start in range(len(stems))}


def _is_test_of(test: str, file: Source) -> bool:
    folder, _, name = test.rpartition("/")
    home = folder.rpartition("/tests")[0] if "/tests" in folder else folder
    stem = name.removesuffix(".py")
    names = _test_names(file)
    return file.name.startswith(f"{home}/") and any(
        stem == one or stem.startswith(f"{one}_") for one in names
    )


def shadowed_platform(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """`platform/` stays a folder, so that `import platform` gives the standard library's."""
    del files
    if (root / "platform" / "__init__.py").exists():
        yield "platform/__init__.py: shadows the standard library's platform; remove it"
    asked = "import platform; print(platform.__file__); platform.system()"
    path = os.pathsep.join([str(root), str(root / "platform")])
    env = {**os.environ, "PYTHONPATH": path}
    shown = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode != 0 or str(root) in shown.stdout.replace(str(root / ".venv"), ""):
        yield f"platform/: `import platform` gives {shown.stdout.strip() or 'nothing'}, not the standard library's"


def banned_words(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """Words of the glossary's last column are not used."""
    words = glossary_words(root / GLOSSARY)
    if not words:
        yield f"{GLOSSARY}: its table lists no word that is not used"
        return
    banned = re.compile(rf"\b({'|'.join(map(re.escape, words))})(e?s)?\b", re.IGNORECASE)
    for file in files:
        if file.name not in WITHOUT_WORD_RULE and not file.name.startswith(FOUNDING_WORDS):
            for number, line in enumerate(file.text.splitlines(), 1):
                if hit := banned.search(ALLOWED_PHRASES.sub("", line)):
                    yield f"{file.name}:{number}: {hit[0]!r} is not our word, see {GLOSSARY}"


def glossary_words(glossary: Path) -> list[str]:
    """Return the words of the glossary's last column; remarks in brackets are left out."""
    rows = [
        line.strip().strip("|").split("|")
        for line in glossary.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    cells = (re.sub(r"\(.*?\)", "", row[-1]) for row in rows[2:])
    return [word.strip() for cell in cells for word in cell.split(",") if word.strip()]


def foreign_names(root: Path, files: Sequence[Source]) -> Iterator[str]:
    """No file names the host of a package registry or a folder of somebody's machine."""
    del root
    for file in files:
        for number, line in enumerate(file.text.splitlines(), 1):
            if HOSTS.search(line):
                yield f"{file.name}:{number}: names the host of a package registry"
            if hit := MACHINE_PATHS.search(line):
                yield f"{file.name}:{number}: names a folder of one machine ({hit[0]}…)"


def _python(files: Sequence[Source]) -> Iterator[Source]:
    return (file for file in files if file.path.suffix == ".py")


RULES: tuple[Rule, ...] = (
    too_long_files,
    too_long_functions,
    banned_names,
    untested_sources,
    shadowed_platform,
    banned_words,
    foreign_names,
)
