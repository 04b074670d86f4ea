"""What a network can be compared with, and in which words it is offered."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.document.document import Document
from app.document.page import Page
from app.features import compare_choices
from app.features.compare_choices import choices, loaded
from app.terminal import cli, console
from app.window.host import Host
from engine.experiment.experiment import gallery_ids, load_experiment, save_experiment
from engine.messages import LayerloomError
from engine.runs.naming import EXPERIMENT, HERE


@pytest.fixture
def page(qtbot, tmp_path, monkeypatch) -> Page:
    monkeypatch.chdir(tmp_path)  # where no runs of the person's own lie
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
    other, runs, here = Page(Document.open("gallery:mlp")), tmp_path / "own", HERE
    qtbot.addWidget(other)
    assert offered(page, runs, other) == [("tab:1", "mlp", "open network", "")]
    assert load(page, runs, "tab:1", other) is other.document.experiment
    monkeypatch.chdir(tmp_path)
    for place, name in ((runs, "lenet-20260105-100000"), (here, "lenet-20260104-100000"), (here, "mlp-20260103-100000"),
                        (runs, "2026-01-02 10-00-00 lenet"), (here, "lenet-20260101-100000-2")):
        (place / name).mkdir(parents=True)
        save_experiment(page.document.experiment, place / name / EXPERIMENT)
    (runs / "lenet-20260109-100000").mkdir()
    run = page.document.begin_run(runs / "lenet-20260105-100000")
    assert offered(page, runs) == [
        ("run", "lenet-20260105-100000", "last run of this network", ""),
        *((f"run:{place / name}", name, detail, "") for place, name, detail in (
            (here, "lenet-20260104-100000", "run of this network"),
            (runs, "2026-01-02 10-00-00 lenet", "run of this network"),
            (here, "lenet-20260101-100000-2", "run of this network"), (here, "mlp-20260103-100000", "run")))]
    assert load(page, runs, "run") is run.experiment
    assert load(page, runs, f"run:{here / 'mlp-20260103-100000'}").recipe == page.document.experiment.recipe
    assert len(offered(page, here)) == 4, "found once where both places are one"
    monkeypatch.setattr(compare_choices, "MOST_RUNS", 1)
    assert [title for _, title, *_ in offered(page, runs)] == ["lenet-20260105-100000", "lenet-20260104-100000"]


def test_a_run_of_the_terminal_is_found_by_the_window(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "go_on", lambda going, *_, **__: save_experiment(
        going.experiment, going.folder / EXPERIMENT) or sys.exit())
    with pytest.raises(SystemExit):
        cli.main(["train", "gallery:lenet", "--epochs", "3"])
    [(key, title, detail, _)] = offered(page, tmp_path / "own")
    assert title.startswith("lenet-") and detail == "run of this network"
    assert load(page, tmp_path / "own", key).recipe.epochs == 3


def test_a_network_without_places_is_laid_out(tmp_path):
    experiment = load_experiment("gallery:mlp")
    nodes = {name: replace(node, position=(0.0, 0.0)) for name, node in experiment.graph.nodes.items()}
    assert len({node.position for node in loaded("gallery:mlp").graph.nodes.values()}) == len(nodes)
    with pytest.raises(LayerloomError):
        loaded(str(tmp_path / "gone.loom"))
