"""Pictures are written whole or not at all: a disk that is full is a sentence, and the old picture stays."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.analysis.analysis import analyze
from engine.figures.export import FORMATS, draw
from engine.files import WriteError
from engine.graph.graph import Graph
from engine.line.line import build_line
from tests.benchmarks.targets import ROOT

PICTURES = [row.suffix for row in FORMATS]
LIMIT = 6000  # bytes of a file, which every picture is longer than

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such limit")


def limited() -> None:
    """In a process of its own: no file may be longer."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Path]:
    """A folder with a picture of every kind; none is changed, and nothing is left beside them."""
    for suffix in PICTURES:
        (tmp_path / f"a{suffix}").write_text("old")
    yield tmp_path
    found = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert found == {f"a{suffix}": "old" for suffix in PICTURES}


def exported(folder: Path, names: list[str], *options: str) -> list[str]:
    """What the command says of exports onto a full disk, one after the other."""
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import main\n"
            "for name in sys.argv[2].split():\n"
            "    assert main.main(['main.py', 'export', 'gallery:lenet-digits', name, *sys.argv[3:]]) == 2\n")
    command = [sys.executable, "-B", "-c", code, str(ROOT), " ".join(names), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, preexec_fn=limited)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("error: ")]  # not of matplotlib's own cache


@pytest.mark.parametrize("style", ["figure", "canvas"])
def test_pictures_onto_a_full_disk_leave_the_old_ones(style: str, old: Path) -> None:
    names = [f"a{row.suffix}" for row in FORMATS if "figure" in row.styles]
    said = exported(old, names, "--style", style)
    assert len(names) > 2
    assert all(f"{name} could not be written: file too large. Nothing was changed." in line
               for name, line in zip(names, said, strict=True)), said


def test_curves_onto_a_full_disk_leave_the_old_ones(tmp_path: Path) -> None:
    code = ("import sys; sys.path.insert(0, sys.argv[1])\n"
            "from engine.runs.pictures import FORMATS, save_curves\n"
            "from engine.training.state import RunState; from engine.training.events import Point\n"
            "from engine.files import WriteError; from pathlib import Path\n"
            "run = RunState(); run.points = [Point(i / 5000, 1 / (i + 1), 0.5) for i in range(5000)]\n"
            "for row in FORMATS:\n"
            "    path = Path('a' + row.suffix); path.write_text('old')\n"
            "    try: save_curves([run], path)\n"
            "    except WriteError as error: assert 'file too large. Nothing was changed.' in str(error)\n"
            "    else: raise SystemExit(row.suffix)\n"
            "    assert path.read_text() == 'old'\n")
    done = subprocess.run([sys.executable, "-B", "-c", code, str(ROOT)], cwd=tmp_path, capture_output=True, text=True,
                          preexec_fn=limited)
    assert done.returncode == 0, done.stderr
    assert {path.read_text() for path in tmp_path.iterdir() if path.is_file()} == {"old"}


def test_what_cannot_be_painted_is_no_trace_of_a_picture(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    for suffix in (".png", ".svg", ".pdf"):
        with pytest.raises(WriteError, match="no space left on device"):
            draw(analyze(build_line(Graph(), "input 4, relu")[0]), old / f"a{suffix}")
    monkeypatch.undo()
