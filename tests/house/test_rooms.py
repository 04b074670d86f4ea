"""The house: files make no circles, and what is imported inside a function has its reason beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = ("engine", "widgets", "app")
LARGEST_CIRCLE = 3  # files that can only be understood together


class Import(NamedTuple):
    """One module of ours or of others, imported by a statement of a file."""

    module: str
    line: int
    end: int
    in_function: bool


def files_of(floor: str) -> dict[str, Path]:
    """Every module of a floor and its file."""
    found = {}
    for path in sorted((ROOT / floor).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imports_of(source: str, modules: set[str]) -> Iterator[Import]:
    """All imports of a source, those for type hints and those inside functions included."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules else node.module or "" for name in full]
        else:
            continue
        yield from (Import(name, node.lineno, node.end_lineno or 0, id(node) in inside) for name in names)


def circles(arrows: dict[str, set[str]]) -> list[set[str]]:
    """Groups of modules of which each leads to all others of its group."""
    reached = {name: _reached(arrows, name) for name in arrows}
    groups = {frozenset({name, *(other for other in reached[name] if name in reached.get(other, ()))})
              for name in arrows}
    return [set(group) for group in groups if len(group) > 1]


def _reached(arrows: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = arrows.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def unexplained(source: str) -> list[int]:
    """Lines of imports inside functions that have no comment, neither on the line nor on the one above.

    One comment is enough for imports that follow each other.
    """
    lines, found, explained = source.splitlines(), set[int](), 0
    for each in sorted(imports_of(source, set()), key=lambda each: each.line):
        if each.in_function:
            above = lines[each.line - 2].strip()
            follows = explained and not "".join(lines[explained : each.line - 1]).strip()
            if _reason(lines[each.line - 1]) or (above.startswith("#") and _reason(above)) or follows:
                explained = each.end
            else:
                found.add(each.line)
    return sorted(found)


def _reason(line: str) -> str:
    """The words of a line's comment, without what is meant for tools."""
    comment = line.partition("#")[2]
    return re.sub(r"noqa(: [A-Z]+\d+(, [A-Z]+\d+)*)?|type: ignore(\[[\w, -]*\])?", "", comment).strip(" #()")


@pytest.mark.parametrize("floor", FLOORS)
def test_no_circle_has_more_than_a_few_files(floor: str) -> None:
    files = files_of(floor)
    arrows = {name: {each.module for each in imports_of(path.read_text(encoding="utf-8"), set(files))} & files.keys()
              - {name} for name, path in files.items()}
    large = [sorted(circle) for circle in circles(arrows) if len(circle) > LARGEST_CIRCLE]
    assert not large


@pytest.mark.parametrize("floor", FLOORS)
def test_an_import_inside_a_function_has_its_reason_beside_it(floor: str) -> None:
    paths = {path.relative_to(ROOT).as_posix(): path for path in files_of(floor).values()}
    found = {name: lines for name, path in paths.items() if (lines := unexplained(path.read_text(encoding="utf-8")))}
    assert not found


# -- the checks themselves --------------------------------------------------------------------------------------------


def test_a_circle_is_found_whatever_way_it_goes() -> None:
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set(), "f": {"g", "a"}, "g": {"f"}}
    assert sorted(map(sorted, circles(arrows))) == [["a", "b", "c"], ["f", "g"]]


def test_imports_for_type_hints_and_inside_functions_count() -> None:
    source = ("from a.b import c\nif TYPE_CHECKING:\n    import a.d\n"
              "def f():\n    def g():\n        from a import e\n    import h\n")
    found = {each.module: each.in_function for each in imports_of(source, {"a.b", "a.d", "a.e"})}
    assert found == {"a.b": False, "a.d": False, "a.e": True, "h": True}


@pytest.mark.parametrize(("body", "lines"), [
    ("import a", [2]), ("import a  # seldom needed", []), ("# seldom needed\n    import a", []),
    ("import a  # noqa: F401", [2]), ("import a  # noqa: F401  (seldom needed)", []), ("import a  # type: ignore", [2]),
    ("import a  # seldom needed\n\n    from b import (\n        c,\n    )\n    import d", []),
    ("import a  # seldom needed\n    x = 1\n    import b", [4]), ("x = 1  # one\n    import a", [3]),
])  # fmt: skip
def test_a_reason_stands_beside_an_import(body: str, lines: list[int]) -> None:
    assert unexplained(f"def f():\n    {body}\n") == lines
