"""A person's own blocks: asked for, changed, kept, passed on as files, taken from the palette."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu

from app.features.blocks import Blocks
from app.window import dialogs
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.blocks.custom import Custom, Exposed
from engine.experiment.block_files import BLOCK, keep_block, load_block
from engine.graph.graph import Node
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from tests.app.desk import chain
from tests.app.windows import opened
from widgets.blocks.dialog import BlockDialog

FILTERS = "Blocks (*.loomblock)"
ARRANGED = ["-activation", "+pooling"]
Accepted, Rejected = BlockDialog.DialogCode.Accepted, BlockDialog.DialogCode.Rejected


def block(label: str, width: int = 3) -> Custom:
    return Custom(label=label, graph=chain(Node("input", Input()), Node("fc", Linear(out_features=width))))


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    settings = Settings(tmp_path / "layerloom")
    settings.palette = ARRANGED
    keep_block(block("Kept"), settings.blocks)
    (settings.blocks / "torn.loomblock").write_text("{")
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        yield window


def said(window: MainWindow) -> str:
    return window.page.notice.text.text()


def made(window: MainWindow, label: str) -> str:
    """Make a block of a layer; its name."""
    window.page.scene.select(["act1"])
    window.page.make_block(label)
    [name] = window.page.scene.selected_names()
    return name


def answering(monkeypatch: pytest.MonkeyPatch, code: BlockDialog.DialogCode, label: str = ""
              ) -> list[tuple[str, object]]:
    """What the dialog begins with, each time it is answered."""
    asked: list[tuple[str, object]] = []

    def answer(dialog: BlockDialog) -> BlockDialog.DialogCode:
        asked.append((dialog.label, dialog.exposed))
        dialog.name.setText(label)
        return code

    monkeypatch.setattr(BlockDialog, "exec", answer)
    return asked


def test_a_block_is_named_when_it_is_made_and_can_be_named_anew(window, monkeypatch):
    page, before = window.page, window.page.document.experiment.graph
    page.scene.select(["act1"])
    asked = answering(monkeypatch, Rejected, "Never")
    window.commands["make_block"].trigger()
    assert asked == [("Block", [])] and page.document.experiment.graph == before
    answering(monkeypatch, Accepted, "First")
    window.commands["make_block"].trigger()
    [name] = page.scene.selected_names()
    assert page.level.graph.nodes[name].layer.label == "First"
    asked = answering(monkeypatch, Rejected, "Never")
    window.commands["edit_block"].trigger()
    assert asked == [("First", [])] and page.level.graph.nodes[name].layer.label == "First"
    answering(monkeypatch, Accepted, "Second")
    window.commands["edit_block"].trigger()
    assert page.level.graph.nodes[name].layer.label == "Second"
    assert page.document.history.undo_text == f"Change {name}"


@pytest.mark.parametrize("gone", [True, False])
def test_a_block_that_changes_below_its_dialog_stays_as_it_is_then(window, monkeypatch, gone):
    page = window.page
    page.scene.select(["act1"])
    page.make_block("First")
    [name] = page.scene.selected_names()

    def answer(_dialog: BlockDialog) -> BlockDialog.DialogCode:
        graph = page.level.graph
        block = graph.nodes[name].layer
        page.edit("", graph.without([name]) if gone else graph.with_layer(name, block.with_options(repeat=2)))
        return Accepted

    monkeypatch.setattr(BlockDialog, "exec", answer)
    window.commands["edit_block"].trigger()
    assert said(window) == f"{name} has changed meanwhile: choose its name and options again"
    assert (name in page.level.graph.nodes) != gone and page.document.history.undo_text == ""


@pytest.mark.parametrize("what", ["more is selected", "changed", "gone"])
def test_a_block_is_made_of_the_layers_it_was_asked_for(window, monkeypatch, what):
    page = window.page
    page.scene.select(["act1"])

    def answer(dialog: BlockDialog) -> BlockDialog.DialogCode:
        dialog.name.setText("Mine")
        graph = page.level.graph
        if what == "more is selected":
            page.view.append("ReLU")
        else:
            page.edit("", graph.without(["act1"]) if what == "gone" else graph.with_marks(["act1"], label="blue"))
        return Accepted

    monkeypatch.setattr(BlockDialog, "exec", answer)
    window.commands["make_block"].trigger()
    made = [node.layer for node in page.level.graph.nodes.values() if node.layer.kind() == "Custom"]
    if what == "more is selected":
        assert [set(block.graph.nodes) for block in made] == [{"input", "act1"}]
    else:
        assert not made and said(window) == "act1 has changed meanwhile: make the block again"


def test_what_a_block_shows_of_its_layers_can_be_chosen_anew(window, monkeypatch):
    page = window.page
    page.scene.select(["fc2"])
    page.make_block("Head", [Exposed("Width", (("fc2", "out_features"),))])
    [name] = page.scene.selected_names()
    asked = answering(monkeypatch, Accepted, "Head 2")
    window.commands["edit_block"].trigger()
    assert asked == [("Head", [("Width", (("fc2", "out_features"),))])]
    assert page.level.graph.nodes[name].layer.exposed == (Exposed("Width", (("fc2", "out_features"),)),)


def test_one_block_of_one_s_own_must_be_selected(window, monkeypatch):
    asked, name = answering(monkeypatch, Accepted), made(window, "Mine")
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given))
    for chosen in ([], ["fc1"], [name, "fc1"]):
        for command in ("edit_block", "keep_block", "forget_block", "save_block"):
            window.page.scene.select(chosen)
            window.page.notice.text.clear()
            window.commands[command].trigger()
            assert said(window) == "Select one block of your own: make one with Ctrl+G" and not asked


def test_blocks_are_kept_and_forgotten(window):
    blocks, name = window.feature(Blocks), made(window, "Mine")
    layer = window.page.level.graph.nodes[name].layer
    assert blocks.kinds() == [("own:Kept", "Kept")], "a file that cannot be read is left out"
    window.commands["forget_block"].trigger()
    assert said(window) == "“Mine” is not among your blocks" and not blocks.is_kept(layer)
    window.page.view.keep_requested.emit()
    assert said(window) == "“Mine” is among your blocks in the palette" and blocks.is_kept(layer)
    assert [label for _, label in blocks.kinds()] == ["Kept", "Mine"] and blocks.make_layer("own:Mine") == layer
    window.page.view.forget_requested.emit()
    assert said(window) == "“Mine” is no longer among your blocks; networks that use it keep it"
    assert not blocks.is_kept(layer) and blocks.make_layer("own:Mine") is None and name in window.page.scene.cards
    assert blocks.make_layer("ReLU") is not None and blocks.make_layer("Nonsense") is None


def test_a_folder_that_cannot_be_written_is_said(window):
    made(window, "Mine")
    folder = window.settings.blocks
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_text("a file in its place")
    window.commands["keep_block"].trigger()
    assert "blocks could not be made" in said(window) and not window.feature(Blocks).make_layer("own:Mine")


def test_blocks_are_passed_on_as_files(window, tmp_path, monkeypatch):
    name, asked, path = made(window, "Mine"), [], tmp_path / "out.loomblock"
    monkeypatch.setattr(dialogs, "save_path", lambda *given: asked.append(given[1:]) or path)
    window.commands["save_block"].trigger()
    assert asked == [("Save block", Path.home() / "mine.loomblock", [BLOCK])] and said(window) == "Saved out.loomblock"
    assert load_block(path) == window.page.level.graph.nodes[name].layer
    monkeypatch.setattr(dialogs, "open_paths", lambda *given: asked.append(given[1:]) or [path, tmp_path / "gone"])
    window.commands["load_blocks"].trigger()
    assert asked[1:] == [("Add blocks", str(tmp_path), FILTERS)]
    assert "gone" in said(window), "the last of them is not there"
    assert [label for _, label in window.feature(Blocks).kinds()] == ["Kept", "Mine"]
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [path])
    window.commands["load_blocks"].trigger()
    assert said(window) == "out.loomblock is among your blocks in the palette"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_block_of_the_palette_has_a_menu(window, tmp_path, monkeypatch):
    def shown() -> dict[str, Callable[[], None]]:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return {action.text(): action.trigger for action in menu.actions()}

    palette, path = window.places.palette, tmp_path / "out.loomblock"
    palette.own_menu_requested.emit("own:Gone", QPoint(5, 5))
    assert QApplication.activePopupWidget() is None
    palette.own_menu_requested.emit("own:Kept", QPoint(5, 5))
    assert list(shown()) == ["Save as file…", "Remove from my blocks"]
    monkeypatch.setattr(dialogs, "save_path", lambda *_: None)
    shown()["Save as file…"]()
    assert not path.exists()
    monkeypatch.setattr(dialogs, "save_path", lambda *_: path)
    shown()["Save as file…"]()
    assert load_block(path) == block("Kept")
    shown()["Remove from my blocks"]()
    QApplication.activePopupWidget().close()
    assert window.feature(Blocks).kinds() == [] and "Kept" in said(window)


def test_how_the_palette_is_arranged_is_remembered(window):
    palette = window.places.palette
    assert palette.arrangement() == ARRANGED
    palette.arrange([])
    palette.arranged.emit(palette.arrangement())
    assert Settings(window.settings.folder).palette == [] != ARRANGED


def test_blocks_that_cannot_be_read_are_left_out_with_a_notice(qtbot, tmp_path) -> None:
    folder = Settings(tmp_path / "layerloom").blocks
    keep_block(block("Kept"), folder)
    path = keep_block(block("Torn"), folder)
    path.write_text(path.read_text().replace('"fc"', '"a\\ud800"'))
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        assert said(window).startswith(f"1 of your blocks cannot be read and is left out: {path}: block: “a?” is not")
        assert [label for _, label in window.feature(Blocks).kinds()] == ["Kept"]
    (folder / "empty.loomblock").touch()
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        assert said(window).startswith(f"2 of your blocks cannot be read and are left out. The first: {folder}")
