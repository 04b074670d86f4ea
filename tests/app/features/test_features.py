"""Features: each is found by being there, brings its commands and tabs as rows, and shows an edit once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from app.features.all import FIRST, first, later
from app.features.inspecting import Inspecting
from app.window.commands import MENUS, Command, Commands, Submenu, in_order
from app.window.window import MainWindow
from engine.layers.activation import ReLU
from tests.app.windows import opened


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", torch=False) as window:
        yield window


def row(id: str, menu: str = "File", group: str = "open", **more: object) -> Command:
    return Command(id, id, lambda: None, menu, group, **more)


def test_every_module_of_the_folder_brings_its_features_once() -> None:
    kinds = [*first(), *later()]
    assert len(kinds) == len(set(kinds)) and len(kinds) > 30
    assert {kind.__module__.rpartition(".")[2] for kind in first()} == set(FIRST)


def test_the_menus_have_every_row_in_the_order_of_groups_and_ranks(window) -> None:
    titles = [action.text() for action in window.places.top.menu_bar.actions()]
    assert titles == list(MENUS)
    file = window.places.top.menu_bar.actions()[0].menu()
    assert [action.text() for action in file.actions()] == [
        "New network", "Start page", "Open…", "Open recent", "Gallery", "", "Save", "Save as…", "",
        "Export best weights…", "Export latest weights…", "Export PyTorch code…", "Export picture…", "Load weights…",
        "Forget loaded weights", "", "Compare with…", "", "Close", "Quit"]
    view = {action.text(): action.menu() for action in window.places.top.menu_bar.actions()[2].menu().actions()}
    assert [action.text() for action in view["Heat map"].actions()] == [
        "None", "Parameters", "Computation", "Memory", "Measured time"]


def test_rows_that_cannot_be_placed_are_told_to_who_wrote_them() -> None:
    assert [each.id for each in in_order([row("b", rank=1), row("c", "Edit", "undo"), row("a")])] == ["a", "b", "c"]
    with pytest.raises(ValueError, match=r"one id.*a"):
        in_order([row("a"), row("b"), row("a", "Edit", "undo")])
    with pytest.raises(ValueError, match=r"not there.*a"):
        in_order([row("a", "File", "nowhere")])


def test_a_menu_that_fills_itself_holds_what_there_is_now(qtbot) -> None:
    from PySide6.QtWidgets import QMenuBar, QWidget

    there, host, bar = ["one"], QWidget(), QMenuBar()
    qtbot.addWidget(host)
    qtbot.addWidget(bar)
    commands = Commands(host, bar)

    def fill(menu: QMenu) -> None:
        menu.clear()
        for text in there:
            menu.addAction(text)

    commands.fill([Submenu("some", "Some", fill, "File", "open")])
    assert [action.text() for action in commands.submenu("some").actions()] == ["one"]
    there.append("two")
    assert [action.text() for action in commands.submenu("some").actions()] == ["one", "two"]


# -- shown once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(window, monkeypatch) -> Counter[str]:
    """How often what was shown since."""
    counts: Counter[str] = Counter()
    inspector, inspecting = window.places.inspector, window.feature(Inspecting)

    def counted(name, show):
        def call(*args):
            counts[name] += 1
            show(*args)

        return call

    monkeypatch.setattr(inspector, "show_node", counted("inspector", inspector.show_node))
    monkeypatch.setattr(inspecting, "show", counted("page", inspecting.show))
    return counts


@pytest.mark.parametrize("selected", [[], ["conv1"], ["conv1", "act1"]])
@pytest.mark.parametrize("gesture", [
    "drop", "drop on a wire", "append", "paste", "duplicate", "delete", "undo", "block"])
def test_whatever_is_done_is_shown_once(window, shown, gesture: str, selected: list[str]) -> None:
    page = window.page
    view, scene = page.view, page.scene
    if gesture == "undo":
        view.append("ReLU")
    if gesture == "block":
        selected = ["act1", "pool1"]
    scene.select(selected or ["fc3"] * (gesture in ("paste", "duplicate", "delete")))
    if gesture == "paste":
        view.copy()
    wire = next(wire for edge, wire in scene.wires.items() if edge.target == "act1")
    shown.clear()
    before = page.document.experiment.graph
    {"drop": lambda: view.drop_layer(ReLU(), QPointF(900, 900)),
     "drop on a wire": lambda: view.drop_layer(ReLU(), wire.path.pointAtPercent(0.5)),
     "append": lambda: view.append("ReLU"), "paste": view.paste, "duplicate": view.duplicate,
     "delete": view.edits.delete_selection, "undo": page.document.undo, "block": lambda: page.make_block("Two"),
     }[gesture]()
    assert page.document.experiment.graph != before
    assert shown == {"page": 1, "inspector": 1}
