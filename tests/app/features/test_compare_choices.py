"""What a network can be compared with, and in which words it is offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.document.document import Document
from app.document.page import Page
from app.features import compare_choices
from app.features.compare_choices import RUN, choices, loaded, run_folders
from app.window.host import Host
from engine.experiment.experiment import gallery_ids, load_experiment, save_experiment
from engine.messages import LayerloomError


@pytest.fixture
def page(qtbot) -> Page:
    page = Page(Document.open("gallery:lenet"))
    qtbot.addWidget(page)
    return page


def offered(page: Page, runs: Path, *others: Page) -> list[tuple[str, str, str, str]]:
    """Of each row the key, both texts and which state of one's own it is, down to the file."""
    host = cast(Host, SimpleNamespace(pages=[page, *others], settings=SimpleNamespace(runs=runs)))
    found = [(choice.row.key, choice.row.title, choice.row.detail, choice.own) for choice in choices(host, page)]
    end = [key for key, *_ in found].index("file")
    assert found[end] == ("file", "A file…", "a saved network", "")
    assert found[end + 1 :] == [(f"gallery:{id}", id, "gallery", "") for id in gallery_ids()]
    return found[:end]


def load(page: Page, runs: Path, key: str, *others: Page) -> Any:
    host = cast(Host, SimpleNamespace(pages=[page, *others], settings=SimpleNamespace(runs=runs)))
    return next(choice for choice in choices(host, page) if choice.row.key == key).load()


def test_its_own_states_come_first(page, tmp_path, monkeypatch):
    document, runs = page.document, tmp_path / "runs"
    assert offered(page, runs) == []
    document.save(tmp_path / "mine.loom")
    assert offered(page, runs) == []
    states = [document.experiment]
    for name in ("fc3", "act4", "fc2"):
        document.edit_graph(f"Delete {name}", document.experiment.graph.without([name]))
        states.append(document.experiment)
    assert offered(page, runs) == [
        ("saved", "As it was saved", "mine.loom", "as it was saved"),
        ("undo:0", "Before “Delete fc2”", "one step back", "one step back"),
        ("undo:1", "Before “Delete act4”", "2 steps back", "2 steps back"),
        ("undo:2", "Before “Delete fc3”", "3 steps back", "3 steps back")]
    assert load(page, runs, "saved") == states[0]
    assert [load(page, runs, f"undo:{index}") for index in range(3)] == states[2::-1]
    monkeypatch.setattr(compare_choices, "MOST_STATES", 2)
    assert [key for key, *_ in offered(page, runs)] == ["saved", "undo:0", "undo:1"]


def test_open_networks_and_runs_follow(page, qtbot, tmp_path, monkeypatch):
    other, runs = Page(Document.open("gallery:mlp")), tmp_path / "runs"
    qtbot.addWidget(other)
    assert offered(page, runs, other) == [("tab:1", "mlp", "open network", "")]
    assert load(page, runs, "tab:1", other) is other.document.experiment
    for name in ("2026-01-01 lenet", "2026-01-03 mlp", "2026-01-02 lenet", "2026-01-04 lenet"):
        (runs / name).mkdir(parents=True)
        save_experiment(page.document.experiment, runs / name / RUN)
    (runs / "2026-01-09 empty").mkdir()
    run = page.document.begin_run(runs / "2026-01-04 lenet")
    assert offered(page, runs) == [
        ("run", "2026-01-04 lenet", "last run of this network", ""),
        *((f"run:{runs / name}", name, detail, "") for name, detail in (
            ("2026-01-02 lenet", "run of this network"), ("2026-01-01 lenet", "run of this network"),
            ("2026-01-03 mlp", "run")))]
    assert load(page, runs, "run") is run.experiment
    assert load(page, runs, f"run:{runs / '2026-01-03 mlp'}").recipe == page.document.experiment.recipe
    monkeypatch.setattr(compare_choices, "MOST_RUNS", 1)
    assert [title for _, title, *_ in offered(page, runs)] == ["2026-01-04 lenet", "2026-01-02 lenet"]
    assert [folder.name[:10] for folder in run_folders(runs)] == [f"2026-01-0{day}" for day in (4, 3, 2, 1)]
    assert run_folders(tmp_path / "none") == []


def test_a_network_without_places_is_laid_out(tmp_path):
    experiment = load_experiment("gallery:mlp")
    nodes = {name: replace(node, position=(0.0, 0.0)) for name, node in experiment.graph.nodes.items()}
    assert len({node.position for node in loaded("gallery:mlp").graph.nodes.values()}) == len(nodes)
    with pytest.raises(LayerloomError):
        loaded(str(tmp_path / "gone.loom"))
