"""Does the suite bite? One small fault at a time is put into the code, and the tests that run that line must notice.

    make mutants    200 faults or more, seed 12, a table by room; coverage.py is installed beside the project
    python tests/mutants/mutants.py --room engine/reading --count 40 --seed 3 --show

Faults: a comparison, ``and``/``or``, ``+``/``-``, ``*``/``/``, ``min``/``max``, ``any``/``all`` turned round; ``not``
dropped or added; True for False, 0 for 1; a statement left out; a returned value replaced by None. Left alone are
docstrings, type hints, what is only logged, and calls that set a distance or a name on a widget.
The code is changed in a copy of the tree. Which tests run a line is measured once and kept in ``.mutants``.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".mutants"
FLOORS = ("engine", "widgets", "app")
LEAST = 7  # faults in the smallest room
FEW_TESTS = 20  # tried first
ENOUGH = 60.0  # seconds of tests for one fault: those of its room first, the quickest of each file before the others
PATIENCE = 400  # seconds for the tests of one fault; a fault that makes them hang is noticed
COSMETIC = {
    "setContentsMargins", "setSpacing", "setHorizontalSpacing", "setVerticalSpacing", "addSpacing", "addStretch",
    "setObjectName", "setAccessibleName", "setAccessibleDescription", "setProperty", "setToolTip", "setCursor",
    "setMargin", "setIconSize", "setFixedHeight", "setFixedWidth", "setMinimumWidth", "setMinimumHeight",
    "setMaximumWidth", "setRenderHint", "setAttribute", "warning", "exception", "deleteLater", "freeze",
}  # fmt: skip
EQUIVALENT = ("strict", "allow_nan")  # arguments that only guard against one's own mistakes
COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
            ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
           ast.Mod: ast.Mult}  # fmt: skip
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Fault:
    """One change of one line."""

    file: str
    line: int
    what: str
    source: str  # of the whole file, with the fault in it

    @property
    def room(self) -> str:
        """``engine/reading``; files that stand on a floor itself count as the floor."""
        parts = self.file.split("/")
        return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


# -- making faults --------------------------------------------------------------------------------------------------


def faults_of(file: str) -> Iterator[tuple[int, str, Callable[[], str]]]:
    """Every place where the file can be given a fault: its line, what it is, and the source with it."""
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = text.split("\n")
    for node, changes in _places(ast.parse(text)):
        for what, new in changes:
            start = _offset(lines, node.lineno, node.col_offset)
            end = _offset(lines, node.end_lineno, node.end_col_offset)
            yield node.lineno, what, lambda start=start, end=end, new=new: text[:start] + new + text[end:]


def _offset(lines: list[str], line: int | None, column: int | None) -> int:
    """From ast's line and column (in bytes) to a place in the text."""
    assert line is not None and column is not None
    before = sum(len(each) + 1 for each in lines[: line - 1])
    return before + len(lines[line - 1].encode()[:column].decode())


def _places(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, list[tuple[str, str]]]]:
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for statement in function.body:
                yield from _within(statement)


def _within(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, list[tuple[str, str]]]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assert,
                         ast.JoinedStr)) or _is_quiet(node):
        return
    changes = list(_changes(node))
    if changes and isinstance(node, (ast.expr, ast.stmt)):
        yield node, changes
    if isinstance(node, (ast.If, ast.While)) and isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):
        yield node.test, [("not added", f"(not {ast.unparse(node.test)})")]
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns") and getattr(node, "arg", "") not in EQUIVALENT:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _within(child)


def _is_quiet(node: ast.AST) -> bool:
    """A docstring, or a call that only sets a distance or a name."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    if not isinstance(node, ast.Expr):
        return False
    call = node.value
    return isinstance(call, ast.Constant) or (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in COSMETIC)


def _changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What the node could be instead, each with a few words."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        yield "comparison", _unparsed(ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and/or", _unparsed(ast.BoolOp(other, node.values))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", _unparsed(node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in COUNTED and not _is_text(node):
        yield "arithmetic", _unparsed(ast.BinOp(node.left, COUNTED[type(node.op)](), node.right))
    elif isinstance(node, ast.Constant) and (isinstance(node.value, bool) or (
            isinstance(node.value, int) and node.value in (0, 1))):
        yield "constant", repr(not node.value if isinstance(node.value, bool) else 1 - node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLED:
        yield "call", _unparsed(ast.Call(ast.Name(CALLED[node.func.id]), node.args, node.keywords))
    elif isinstance(node, ast.IfExp):
        yield "not added", _unparsed(ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse))
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "returns None", "return None"
    elif isinstance(node, (ast.Expr, ast.AugAssign)) and not isinstance(getattr(node, "value", None), ast.Yield):
        yield "left out", "pass"


def _unparsed(node: ast.expr) -> str:
    return f"({ast.unparse(ast.fix_missing_locations(ast.Expression(node)))})"


def _is_text(node: ast.BinOp) -> bool:
    return any(isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
               for side in (node.left, node.right))


def chosen(rooms: list[str], count: int, seed: int) -> list[Fault]:
    """``count`` faults: each room has a share by its size, and at least ``LEAST`` where it has so many places."""
    places = defaultdict(list)
    for file in _files():
        room = Fault(file, 0, "", "").room
        places[room] += [(file, line, what, make) for line, what, make in faults_of(file)]
    wanted = sorted(rooms or places)
    total = sum(len(places[room]) for room in wanted)
    found = []
    for room in wanted:
        chance = random.Random(f"{seed} {room}")
        share = max(LEAST, round(count * len(places[room]) / total))
        for file, line, what, make in chance.sample(places[room], min(share, len(places[room]))):
            found.append(Fault(file, line, what, make()))
    return found


def _files() -> list[str]:
    patterns = [f"{floor}/*.py" for floor in FLOORS]
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, text=True, check=True, capture_output=True)
    return listed.stdout.split()


# -- which tests run a line -----------------------------------------------------------------------------------------

Lines = dict[str, dict[str, list[str]]]  # file, line: tests


def tests_by_line(again: bool) -> Lines:
    """For each file and line the tests that run it; measured once for each state of the tree."""
    state = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True, check=True, capture_output=True)
    kept = KEPT / f"{state.stdout.strip()}.json"
    if again or not kept.exists():
        KEPT.mkdir(exist_ok=True)
        print("measuring which tests run which lines (some minutes) …", flush=True)
        with Copy() as tree:
            kept.write_text(json.dumps(_measured(tree)))
    found: Lines = json.loads(kept.read_text())
    return found


PARTS = (["tests", "--ignore=tests/engine"], ["tests/engine"])  # measured beside each other


def _measured(tree: Path) -> Lines:
    found: dict[str, defaultdict[str, dict[str, float]]] = {}
    with ThreadPoolExecutor(len(PARTS)) as pool:
        for lines in pool.map(lambda number: _run(tree, number), range(len(PARTS))):
            for file, by_line in lines.items():
                for line, tests in by_line.items():
                    found.setdefault(file, defaultdict(dict))[line].update(tests)
    return {file: {line: _ordered(tests, str(Path("tests", file).parent)) for line, tests in by_line.items()}
            for file, by_line in found.items()}


def _run(tree: Path, number: int) -> dict[str, dict[str, dict[str, float]]]:
    """For each file and line the tests of one part that run it, and the seconds each takes."""
    settings, data, times = (KEPT / f"{name}-{number}" for name in ("coveragerc", "coverage", "times.xml"))
    settings.write_text(f"[run]\nsource = {','.join(FLOORS)}\ndata_file = {data}\nconcurrency = thread\n")
    command = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", "-p",
               "tests.mutants.coverage_contexts", "-p", "no:cacheprovider", f"--junitxml={times}", "-o",
               "junit_family=xunit1", "--timeout", "900", *PARTS[number]]
    subprocess.run(command, cwd=tree, check=False, env={**os.environ, **_environment(tree)},
                   stdout=(KEPT / f"tests-{number}.log").open("w"))
    return _read(data, tree, times)


def _read(data: Path, tree: Path, times: Path) -> dict[str, dict[str, dict[str, float]]]:
    from coverage import CoverageData  # not one of the project's dependencies

    took = {f"{case.get('file')}::{case.get('name')}": float(case.get("time", 0))
            for case in ElementTree.parse(times).iter("testcase")}
    kept = CoverageData(str(data))
    kept.read()
    found: dict[str, dict[str, dict[str, float]]] = {}
    for path in kept.measured_files():
        found[str(Path(path).relative_to(tree))] = {
            str(line): {test: took.get(test, 1.0) for test in contexts if test}
            for line, contexts in kept.contexts_by_lineno(path).items()}
    return found


def _ordered(tests: dict[str, float], room: str) -> list[str]:
    """Those of the room first; one of each file by turns, the quickest first; no more than ``ENOUGH``."""
    quickest = sorted(tests, key=lambda test: tests[test])
    found, seconds = [], 0.0
    for test in [*_mixed(test for test in quickest if test.startswith(room)),
                 *_mixed(test for test in quickest if not test.startswith(room))]:
        seconds += tests[test]
        if found and seconds > ENOUGH:
            break
        found.append(test)
    return found


def _mixed(tests: Iterable[str]) -> list[str]:
    files: dict[str, list[str]] = {}
    for test in tests:
        files.setdefault(test.split("::")[0], []).append(test)
    return [test for each in zip_longest(*files.values()) for test in each if test is not None]


# -- judging --------------------------------------------------------------------------------------------------------


class Copy:
    """The tree as it is committed, in a folder of its own beside it (tests look for data there)."""

    def __enter__(self) -> Path:
        self.path = ROOT.parent / f"{ROOT.name}-mutants-{os.getpid()}-{time.monotonic_ns()}"
        subprocess.run(["git", "clone", "-q", "--shared", str(ROOT), str(self.path)], check=True)
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


PRELOADED = ["pytest", "hypothesis", "PySide6.QtWidgets", "PySide6.QtTest", "pyqtgraph", "torch", "torch.fx", "pandas",
             "scipy.io", "sklearn.linear_model", "rich.console", "safetensors.torch"]
FORKS = get_context("forkserver")  # what others wrote is loaded once for all faults


def _environment(tree: Path) -> dict[str, str]:
    return {"PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "steady", "PYTHONPATH": _python_path(tree)}


def _python_path(tree: Path) -> str:
    return os.pathsep.join(filter(None, (str(tree), os.environ.get("PYTHONPATH"))))


def noticed(fault: Fault, tests: list[str], tree: Path) -> str:
    """What noticed the fault: the first failing test, “hangs” or “exit”; empty: nothing did."""
    place = tree / fault.file
    was = place.read_text(encoding="utf-8")
    place.write_text(fault.source, encoding="utf-8")
    said = tree / "said.txt"
    try:
        run = FORKS.Process(target=_run_tests, args=(tree, tests, said))
        run.start()
        run.join(PATIENCE)
        if run.is_alive():
            run.kill()
            return "hangs"
    finally:
        place.write_text(was, encoding="utf-8")
    if run.exitcode == pytest.ExitCode.OK:
        return ""
    lines = said.read_text().splitlines()
    gone = {line.partition("not found: ")[2].removeprefix(f"{tree}/") for line in lines if "not found: " in line}
    if run.exitcode == pytest.ExitCode.USAGE_ERROR and gone:  # the fault changes which cases a test has
        left = [test for test in tests if test not in gone and test.split("[")[0] not in gone]
        return noticed(fault, left, tree) if left and len(left) < len(tests) else ""
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else f"exit {run.exitcode}"


def _run_tests(tree: Path, tests: list[str], said: Path) -> None:
    """In a process of its own: the tests against the tree, up to the first that fails."""
    os.chdir(tree)
    os.environ.update(_environment(tree))
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in (str(ROOT), str(Path(__file__).parent), ""))]
    sys.dont_write_bytecode = True
    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout", "120", "--tb=no",
                            *tests])
        sys.stdout.flush()
    atexit._run_exitfuncs()  # a process that is forked leaves without them
    os._exit(int(code))


def judged(fault: Fault, by_line: Lines, also: list[str], tree: Path) -> str:
    """What noticed the fault: of the tests that run its line first a few, then the others; empty: nothing did.

    A line may also run where it is not traced, in another process or thread of Qt's: at last the tests of its room.
    """
    tests = [*also, *by_line.get(fault.file, {}).get(str(fault.line), [])]
    for some in (tests[:FEW_TESTS], tests[FEW_TESTS:], _of_room(fault, bool(tests))):
        by = noticed(fault, some, tree) if some else ""
        if by:
            return by
    return ""


def _of_room(fault: Fault, is_traced: bool) -> list[str]:
    """The tests that are named like the file; where no test is known to run the line, all of its room."""
    room = Path("tests", fault.file).parent
    named = [room / f"test_{Path(fault.file).stem}.py"]
    rooms = [room, Path("tests/app/terminal")] if fault.file.startswith("app/") else [room]
    return [str(path) for path in (named if is_traced else rooms) if (ROOT / path).exists()]


def judge(faults: list[Fault], by_line: Lines, also: list[str], jobs: int, show: bool) -> bool:
    """Try every fault and print the table; whether enough were noticed."""
    trees: SimpleQueue[Path] = SimpleQueue()
    copies = [Copy() for _ in range(jobs)]
    for copy in copies:
        trees.put(copy.__enter__())

    def one(fault: Fault) -> tuple[Fault, str]:
        tree = trees.get()
        try:
            by = judged(fault, by_line, also, tree)
        finally:
            trees.put(tree)
        if show or not by:
            print(f"{'noticed' if by else 'SURVIVED':9} {fault.file}:{fault.line}  {fault.what}  {by}", flush=True)
        return fault, by

    try:
        with ThreadPoolExecutor(jobs) as pool:
            results = list(pool.map(one, faults))
    finally:
        for copy in copies:
            copy.__exit__()
    return _table(results)


def _table(results: list[tuple[Fault, str]]) -> bool:
    rooms: dict[str, list[bool]] = defaultdict(list)
    for fault, by in results:
        rooms[fault.room].append(bool(by))
    for room, kills in sorted(rooms.items()):
        print(f"{room:24} {sum(kills):4} of {len(kills):4}  {100 * sum(kills) / len(kills):5.1f} %")
    kills = [bool(by) for _, by in results]
    share = sum(kills) / len(kills)
    print(f"{'all':24} {sum(kills):4} of {len(kills):4}  {100 * share:5.1f} %   (at least 92 %, each room 85 %)")
    return share >= 0.92 and all(sum(each) / len(each) >= 0.85 for each in rooms.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--room", action="append", default=[], help="only this room, such as engine/reading")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="also those that were noticed")
    parser.add_argument("--measure", action="store_true", help="which tests run which lines, anew")
    parser.add_argument("--lines", type=Path, help="which tests run which lines, as measured before")
    parser.add_argument("--also", action="append", default=[], help="tests to try first")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    FORKS.set_forkserver_preload(PRELOADED)
    by_line = json.loads(options.lines.read_text()) if options.lines else tests_by_line(options.measure)
    faults = chosen(options.room, options.count, options.seed)
    return 0 if judge(faults, by_line, options.also, options.jobs, options.show) else 1


if __name__ == "__main__":
    sys.exit(main())
