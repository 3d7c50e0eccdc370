"""README, CONTRIBUTING and the guides name only commands, files and options that exist."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from .guide import blocks

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "migration_guides" / "first-endpoint.md"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "migration_guides").glob("*.md")),
]
APPS = {"cqrs_write", "cqrs_read", "cqrs_routing"}
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SHELL = {"&&", "&", ";", "|", "||"}

# They are the same whatever database the tests run on.
pytestmark = pytest.mark.sqlite
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def shell_commands(line: str) -> Iterator[list[str]]:
    """The commands of a shell line, each as a list of words."""
    words: list[str] = []
    for word in shlex.split(line, comments=True):
        if word not in SHELL:
            words.append(word)
        elif words:
            yield words
            words = []
    if words:
        yield words


def lines_of(document: Path) -> Iterator[str]:
    """The commands in console blocks, with a prompt or without, and those in the text in backquotes."""
    for block in blocks(document):
        if block.words[0] == "console":
            yield from [shown.command for shown in block.commands] or block.body.splitlines()
    for span in re.findall(r"`([^`\n]+)`", FENCED.sub("", document.read_text())):
        if span.startswith(("make ", ".venv/bin/")):
            yield span


def complaint(words: list[str]) -> str:
    """What is wrong with a command; empty if nothing is, or nobody knows its program."""
    match words:
        case ["make", *arguments]:
            done = subprocess.run(
                ["make", "-n", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
            )
            return done.stderr if done.returncode else ""
        case ["pip", "install", package]:
            return "" if package == project_name() else f"the package is called {project_name()}"
        case ["python" | ".venv/bin/python", "manage.py", name, *arguments]:
            return complaint_of_django(name, arguments)
        case [".venv/bin/python", "-m", "legacy_app.servers", *rest]:
            return complaint(rest[1:]) if rest else ""
        case [".venv/bin/python", script, *_]:
            return "" if (ROOT / script).exists() else f"there is no {script}"
        case [".venv/bin/pytest", *arguments]:
            paths = [word for word in arguments if word.startswith("tests")]
            return ", ".join(f"there is no {path}" for path in paths if not (ROOT / path).exists())
    return ""


def complaint_of_django(name: str, arguments: list[str]) -> str:
    if name not in get_commands():
        return f"there is no command {name}"
    app = get_commands()[name]
    parser = load_command_class(app, name).create_parser("manage.py", name)
    try:
        parser.parse_args(arguments)
    except CommandError as error:
        return str(error)
    return ""


def project_name() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]


@every_document
def test_every_command_exists_and_takes_its_options(document):
    wrong = [
        f"{line}: {problem}"
        for line in lines_of(document)
        for words in shell_commands(line)
        if (problem := complaint(words))
    ]
    assert not wrong, f"correct {document.name}: {wrong}"


@every_document
def test_every_toolkit_command_in_the_text_exists(document):
    named = set(re.findall(r"`(?:manage\.py )?(cqrs_[a-z]+)(?=[ `])", document.read_text()))
    assert named <= APPS | set(get_commands()), f"correct {document.name}"


@every_document
def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@every_document
def test_every_link_within_leads_to_a_heading(document):
    text = document.read_text()
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_the_snippets_of_the_readme_are_lines_of_the_guide_which_is_executed():
    executed = {line for block in blocks(GUIDE) if block.is_run for line in block.body.splitlines()}
    shown = [
        line
        for block in blocks(DOCUMENTS[0])
        if block.words[0] == "python"
        for line in block.body.splitlines()
    ]
    assert [line for line in shown if line not in executed] == [], "take them from first-endpoint.md"


def test_only_what_needs_an_index_is_left_out_of_the_guide():
    left_out = [shown.command for block in blocks(GUIDE) if not block.is_run for shown in block.commands]
    assert left_out == ["python -m venv .venv && . .venv/bin/activate", f"pip install {project_name()}"]
