"""What may be imported: the plain values load no torch, numpy or Qt, and the engine needs no Qt at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).parents[2]
PLAIN = (  # the rooms above the line that torch does not pass
    "layers", "graph", "layout", "analysis", "blocks", "experiment", "advice", "compare", "search", "figures", "line",
    "writing", "reading", "data/options", "data/fetching", "data/sources", "data/spec",
)  # fmt: skip
DRAWING = ("engine.figures.figure", "engine.figures.table_figure")  # loaded when a picture is drawn
# Of the rooms behind that line, what is needed before torch is there: the window shows and asks, the terminal checks.
READ_BEFORE = (
    "inspect.tensor_info", "training", "training.events", "training.control", "training.judge.reported", "runs",
    "runs.names", "runs.naming", "runs.texts", "runs.opened", "runs.pictures", "training.state", "training.listening",
    "export.export", "export.same", "export.formats", "export.weight_files",
)  # fmt: skip
WITH_TORCH = {"activations", "build_module", "evaluate", "fit", "load_checkpoint", "load_data", "predict", "record",
              "suspects", "watched"}  # of the public names
HEAVY = ("torch", "numpy", "torchvision", "sklearn", "matplotlib", "pandas", "scipy", "PIL", "PySide6", "shiboken6",
         "pyqtgraph")


def loaded_by(statements: str, blocked: tuple[str, ...] = ()) -> set[str]:
    """The packages in memory after the statements, in a fresh process where ``blocked`` ones cannot be imported."""
    script = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"{statements}\n"
        "print(*sorted({name.split('.')[0] for name, module in sys.modules.items() if module is not None}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_plain_values_load_nothing_heavy() -> None:
    names = [name for room in PLAIN for name in engine_modules(room) if name not in DRAWING]
    assert loaded_by("\n".join(f"import {name}" for name in names)).isdisjoint(HEAVY)


def test_what_is_read_before_torch_is_there_loads_nothing_heavy() -> None:
    assert loaded_by("\n".join(f"import engine.{name}" for name in READ_BEFORE)).isdisjoint(HEAVY)


def test_the_engine_itself_loads_nothing_heavy() -> None:
    assert loaded_by("import engine").isdisjoint(HEAVY)
    names = sorted(set(engine.__all__) - WITH_TORCH)
    assert len(names) > 10
    found = f"found = {{*{HEAVY!r}}} & {{*sys.modules}}"  # what any of them loads stays loaded
    loaded_by("\n".join(f"from engine import {name}; {found}; assert not found, ({name!r}, found)" for name in names))


def test_plain_values_work_without_torch() -> None:
    loaded = loaded_by(
        "from engine import Graph, Node, Edge, analyze, to_python, Experiment, advise\n"
        "from engine.layers.inputs import Input\n"
        "from engine.blocks import Residual\n"
        "graph = Graph.of([Node('i', Input()), Node('r', Residual(num_channels=4))], [Edge('i', 'r')])\n"
        "assert analyze(graph, (3, 8, 8)).output_shape == (4, 8, 8)\n"
        "assert 'class Residual' in to_python(graph, (3, 8, 8))\n"
        "assert advise(Experiment(graph))",
        blocked=HEAVY,
    )
    assert loaded.isdisjoint(HEAVY)


def test_sources_say_what_they_are_without_what_reads_them() -> None:
    loaded = loaded_by(
        "from pathlib import Path\n"
        "from engine.data.fetching.folder import download_folder, missing_files\n"
        "from engine.data.sources import SOURCES, source_for\n"
        "from engine.data.spec.reading import described\n"
        "from engine.data.spec.spec import DataSpec\n"
        "assert len(SOURCES) >= 15 and source_for(Path('a.csv')).id == 'table'\n"
        "for id, source in SOURCES.items():\n"
        "    spec = DataSpec(dataset=id)\n"
        "    assert spec.sample_shape and source.options(spec) and spec.classes == source.expected(spec).classes\n"
        "    source.pages(spec), source.truth(spec), download_folder(spec.files), missing_files(spec.files)\n"
        "    assert source.takes_path or described(spec, Path('/nowhere')) == spec",
        blocked=HEAVY,
    )
    assert loaded.isdisjoint(HEAVY)


def test_data_are_read_without_torch() -> None:
    statements = "\n".join(f"import {name}" for name in engine_modules("data/formats"))
    loaded = loaded_by(f"{statements}\nfrom engine.data.spec.reading import read_arrays\n"
                       "from engine.data.spec.spec import DataSpec\n"
                       "for id in ('digits', 'linear', 'polynomial', 'edges'): read_arrays(DataSpec(dataset=id))",
                       blocked=("torch", "torchvision"))
    assert "numpy" in loaded


def engine_modules(room: str = "") -> list[str]:
    files = sorted((ROOT / "engine" / room).rglob("*.py"))
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


@pytest.mark.timeout(120)
def test_the_whole_engine_imports_without_qt() -> None:
    blocked = ("PySide6", "shiboken6", "pyqtgraph")
    loaded = loaded_by("\n".join(f"import {name}" for name in engine_modules()), blocked)
    assert "torch" in loaded
    assert loaded.isdisjoint(blocked)


def test_every_lazy_name_of_the_engine_is_there() -> None:
    assert len(set(engine.__all__)) == len(engine.__all__)
    assert [name for name in engine.__all__ if getattr(engine, name, None) is None] == []
