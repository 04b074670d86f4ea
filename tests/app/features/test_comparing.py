"""Comparing with real mouse and keys: what to compare with is picked, the picture is looked at, nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.comparing import Comparing
from app.features.documents import Documents
from app.features.finding import Finding
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import load_experiment, save_experiment
from tests.app.windows import opened
from tests.legible import cut_words
from widgets.compare.list import ENTRY
from widgets.find.pick_box import PickBox

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)  # where no runs of the person's own lie
    Settings(tmp_path).theme = "dark"
    with opened(qtbot, tmp_path, "gallery:lenet", torch=False) as window:
        yield window


def open_box(window) -> PickBox:
    [box] = [box for box in window.findChildren(PickBox) if box.isVisible()]
    return box


def choose(window, *keys: str) -> list[str]:
    """Open the list; then type each of these, and Enter. What the list offered."""
    window.commands["compare"].trigger()
    box = open_box(window)
    assert box.field.hasFocus()
    offered = [row.key for row in box.list.rows]
    for text in keys:
        QTest.keyClicks(box.field, text)
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    return offered


def panel(window):
    return window.feature(Comparing).panel(window.page)


def faces(window) -> dict[str, str]:
    return {card.face.name: card.face.change for card in panel(window).scene.cards.values() if card.face.change}


def listed(window) -> list[tuple[str, str, str]]:
    return [(e.change, e.title, e.detail) for e in panel(window).list.entries if e.kind != "head"]


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [1280, 1600])
def test_the_comparison_can_be_read(width, window):
    window.resize(width, 720)
    choose(window, "vgg11")
    for _ in range(3):
        QApplication.processEvents()
    assert cut_words(panel(window)) == []
    assert panel(window).view.width() > 250


def test_a_gallery_network_from_the_keyboard(window, qtbot):
    page, graph = window.page, window.page.document.experiment.graph
    offered = choose(window, "lenet-bn")
    assert offered[0] == "file" and "gallery:lenet-bn" in offered
    shown = panel(window)
    assert shown.isVisible() and shown.geometry() == page.rect()
    assert shown.list.hasFocus() and page.view.focusProxy() is shown
    assert (shown.before.name.text(), shown.after.name.text()) == ("lenet-bn", "lenet")
    assert faces(window) == {"conv1": "changed", **dict.fromkeys(("bn1", "bn2", "bn3", "bn4"), "removed")}
    assert shown.scene.cards["conv1"].face.detail == "Padding 0 → 2"
    assert shown.counts.text() == "− 4   ~ 1"
    tones = [wire.tone for wire in shown.scene.wires.values()]
    assert (tones.count("added"), tones.count("removed")) == (4, 8)
    stays = next(wire for edge, wire in shown.scene.wires.items() if (edge.source, edge.target) == ("act1", "pool1"))
    assert stays.pill_text() == "6×24×24 → 6×28×28"
    assert ("changed", "Learning rate", "1 → 0.9") in listed(window)
    # costs side by side
    cells = [[cell.text().replace("\xa0", " ") for cell in row] for row in shown.costs.cells]
    assert cells[0] == ["44 878", "61 706", "+37 %"] and len(cells) == 4
    assert all(cell.accessibleName() for row in shown.costs.cells for cell in row)
    # the list leads: down to the first removed layer, Enter
    while shown.list.currentIndex().data(ENTRY).title != "bn1":
        QTest.keyClick(shown.list, Qt.Key.Key_Down)
    QTest.keyClick(shown.list, Qt.Key.Key_Return)
    assert shown.scene.selected_names() == ["−bn1"] and shown.list.hasFocus()
    assert page.scene.selected_names() == [], "it is not in this network"
    # swapped: what was removed is added
    QTest.keyClick(shown.list, Qt.Key.Key_Tab)
    assert shown.view.hasFocus()
    QTest.mouseClick(shown.swap, LEFT)
    assert (shown.before.name.text(), shown.after.name.text()) == ("lenet", "lenet-bn")
    assert faces(window)["bn1"] == "added" and shown.scene.cards["bn1"].face.count == "12"
    assert [cell.text() for cell in shown.costs.cells[0]][2] == "−27\xa0%"
    QTest.keyClick(shown.swap, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel(window) is None)
    assert QApplication.focusWidget() is page.view and page.view.focusProxy() is None
    assert page.document.experiment.graph is graph and not page.document.dirty


def test_an_earlier_state_followed_live(window, qtbot):
    page = window.page
    graph = page.document.experiment.graph
    page.edit("Smaller window", graph.with_layer("conv1", graph.nodes["conv1"].layer.with_options(kernel_size=3)))
    page.edit("Rename", page.level.graph.renamed("fc1", "dense"))
    page.edit("Move", page.level.graph.moved({"act4": (300.0, 836.0)}))
    offered = choose(window, "smaller")
    assert offered[:3] == ["undo:0", "undo:1", "undo:2"]
    shown = panel(window)
    assert faces(window) == {"conv1": "changed", "dense": "changed", "act4": "moved"}
    assert shown.scene.cards["conv1"].face.detail == "Kernel size 5×5 → 3×3"
    assert shown.scene.cards["conv1"].face.count == "156 → 60"
    assert shown.scene.cards["dense"].face.detail == "was fc1"
    assert ("changed", "conv1", "Kernel size 5×5 → 3×3") in listed(window)
    # a click on a card selects it here and in the network; a drag moves nothing
    port, card = shown.view.viewport(), shown.scene.cards["conv1"]
    spot = shown.view.mapFromScene(card.pos() + QPointF(40, 20))
    QTest.mouseClick(port, LEFT, NONE, spot)
    assert page.scene.selected_names() == ["conv1"] == shown.scene.selected_names()
    assert shown.list.currentIndex().data(ENTRY).target == "conv1"
    place = card.pos()
    QTest.mousePress(port, LEFT, NONE, spot)
    QTest.mouseMove(port, spot * 1.3)
    QTest.mouseRelease(port, LEFT, NONE, spot * 1.3)
    assert card.pos() == place and page.document.history.undo_text == "Move"
    QTest.keyClick(shown.view, Qt.Key.Key_Delete)
    assert "conv1" in page.level.graph.nodes, "there is nothing to delete here"
    # selected elsewhere, shown here
    page.scene.select(["dense"])
    assert shown.scene.selected_names() == ["dense"]
    # undone below it: the picture follows
    QTest.keyClick(shown.list, Qt.Key.Key_Z, CTRL)
    assert faces(window) == {"conv1": "changed", "dense": "changed"}
    for _ in range(2):
        QTest.keyClick(shown.list, Qt.Key.Key_Z, CTRL)
    assert faces(window) == {} and shown.none.isVisible() and not listed(window)
    QTest.keyClick(shown.list, Qt.Key.Key_Y, CTRL)
    assert faces(window) == {"conv1": "changed"}
    # only differences
    QTest.keyClick(shown.only, Qt.Key.Key_Space)
    assert set(shown.scene.highlight.names) == {"conv1"}
    QTest.keyClick(shown.only, Qt.Key.Key_Space)
    assert shown.scene.highlight is None
    # what opens on the canvas ends it
    window.commands["find"].trigger()
    qtbot.waitUntil(lambda: panel(window) is None)
    assert window.feature(Finding).finder(page).bar.field.hasFocus()


def test_files_runs_and_what_cannot_be_read(window, qtbot, tmp_path, monkeypatch):
    page = window.page
    base = load_experiment("gallery:lenet")
    saved, broken = tmp_path / "mine.loom", tmp_path / "broken.loom"
    save_experiment(replace(base, recipe=base.recipe.with_options(lr=0.5)), saved)
    broken.write_text("{")
    for number in (1, 3, 2):
        folder = window.settings.runs / f"2026-01-0{number} 10-00-00 {'lenet' if number != 3 else 'other'}"
        folder.mkdir(parents=True)
        save_experiment(replace(base, recipe=base.recipe.with_options(epochs=number)), folder / "experiment.loom")
    (window.settings.runs / "2026-01-09 nothing in it").mkdir()
    # a file
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [saved])
    choose(window, "a file")
    assert ("changed", "Learning rate", "0.5 → 0.9") in listed(window) and faces(window) == {}
    assert panel(window).before.name.text() == "mine"
    # one that is broken: said over the picture, which stays
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [broken])
    choose(window, "a file")
    assert page.notice.isVisible() and "broken.loom" in page.notice.text.text() and panel(window) is not None
    page.notice.dismiss()
    # runs: this network's first, the newest of them first
    offered = [Path(key[4:]).name for key in choose(window, "2026-01-02") if key.startswith("run:")]
    assert offered == ["2026-01-02 10-00-00 lenet", "2026-01-01 10-00-00 lenet", "2026-01-03 10-00-00 other"]
    assert ("changed", "Epochs", "2 → 10") in listed(window)
    # a run that is gone by the time it is picked
    window.commands["compare"].trigger()
    box = open_box(window)
    QTest.keyClicks(box.field, "2026-01-01")
    (window.settings.runs / "2026-01-01 10-00-00 lenet" / "experiment.loom").unlink()
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    assert page.notice.isVisible() and "could not be read" in page.notice.text.text()
    QTest.keyClick(panel(window).list, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel(window) is None)
    assert page.notice.parentWidget() is page.view and page.notice.isVisible(), "what was said is still to be read"
    # the saved file of a document that has changed, and another tab
    window.feature(Documents).open(str(saved))
    mine = window.page
    mine.edit("Delete", mine.level.graph.healed("act2"))
    offered = choose(window, "as it was saved")
    assert offered[:3] == ["saved", "undo:0", "tab:0"]
    assert faces(window) == {"act2": "removed"} and panel(window).before.detail.text().endswith("as it was saved")
    choose(window, "open network")
    assert panel(window).before.name.text() == "lenet"
    assert window.close_page(1) if mine.document.history.mark_clean() is None else False
    assert window.page is page


def test_2000_layers(window, qtbot):
    from itertools import pairwise

    from engine.graph.graph import Edge, Graph, Node
    from engine.layers.activation import ReLU, Tanh

    first = window.page.level.graph.nodes["input"]
    nodes = [first, *(Node(f"n{i}", ReLU(), (0.0, 76.0 * (i + 1))) for i in range(2000))]
    window.page.edit("Many", Graph({n.name: n for n in nodes}, tuple(Edge(a.name, b.name) for a, b in pairwise(nodes))))
    window.page.edit("One", window.page.level.graph.with_layer("n1999", Tanh()))
    choose(window, "before one")
    shown = panel(window)
    assert faces(window) == {"n1999": "changed"} and len(shown.scene.cards) == 2001
    seen = shown.view.mapToScene(shown.view.viewport().rect()).boundingRect()
    assert seen.contains(shown.scene.cards["n1999"].sceneBoundingRect()), "one sees at once what differs"
    window.page.document.undo()
    assert faces(window) == {}
    QTest.keyClick(shown.list, Qt.Key.Key_Escape)
