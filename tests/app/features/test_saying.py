"""What the window says where something cannot be done, and what it does for everybody: themes, zoom, keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.appearance import Appearance
from app.features.boxes import Boxes
from app.features.command_list import CommandList
from app.features.documents import Documents
from app.features.finding import Finding
from app.features.outline import Outline
from app.features.previewing import Previewing
from app.features.shortcuts import Shortcuts
from app.window import dialogs
from app.window.commands import Command
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.blocks.edits import make_block
from engine.experiment.experiment import gallery_ids
from engine.graph.graph import Graph
from engine.messages import say
from tests.app.windows import opened
from tests.seen import texts
from widgets.look import theme
from widgets.parts.popup import Popup


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp", torch=False) as window:
        yield window


REFUSED = [  # what is selected, the command, what is said
    ([], "arrange", "Everything is in its place already"),
    (["fc1"], "align_left", "Select at least 2 layers first"),
    (["fc1", "fc2"], "distribute_down", "Select at least 3 layers first"),
    (["fc1"], "straighten", "Select at least 2 layers first"),
    (["fc1", "fc2"], "align_left", "These layers lie like that already"),
    ([], "follow", "Select a layer or a wire to follow what flows through it"),
    (["fc2"], "connect_to", "No other layer can take this output: add one that joins, such as Add"),
    ([], "connect_to", "Select a layer first"),
    ([], "disconnect", "Select layers with wires into them, or wires"),
    ([], "replace_layer", "Select a layer first"),
    ([], "replace_selected", "Select the layers first among which some shall be replaced"),
    ([], "bypass", "Select some layers first"),
    (["input"], "bypass", "An Input has nothing to pass on: only other layers can be bypassed"),
    ([], "find_repeats", "No part of two or more layers comes several times in a row here"),
    ([], "dissolve", "Select a block to dissolve it into its layers"),
    ([], "save_curves", "There are no curves yet: train first"),
    ([], "next_problem", "Nothing is wrong"),
    ([], "about", "Layerloom: draw a neural network, see every shape, train it, take its weights."),
]


def test_what_cannot_be_done_is_said_and_changes_nothing(window):
    page, before = window.page, window.page.document.experiment
    for selected, command, sentence in REFUSED:
        page.scene.select(selected)
        page.notice.dismiss()
        window.commands[command].trigger()
        assert page.notice.isVisible() and page.notice.text.text() == sentence, command
        assert page.document.experiment == before
    page.document.edit_graph("Nothing", Graph())
    window.commands["arrange"].trigger()
    assert page.notice.text.text() == "There is nothing to lay out yet"


def test_on_the_start_page_no_command_goes_wrong(window, monkeypatch):
    for ask in ("save_path", "folder_path"):
        monkeypatch.setattr(dialogs, ask, lambda *_: None)
    monkeypatch.setattr(dialogs, "open_paths", lambda *_: [])
    before = window.page.document.experiment
    window.show_start()
    for id, row in window.commands.rows.items():
        assert isinstance(row, Command)
        if id not in ("new", "close", "quit"):
            window.commands[id].trigger()
        assert window.page is None and len(window.pages) == 1, id
    assert window.pages[0].document.experiment == before
    window.places.notice.dismiss()
    window.commands["compare"].trigger()
    assert window.places.notice.isVisible() and window.places.notice.text.text() == "Open a network first"


def test_what_is_said_goes_by_itself_but_for_an_error(window, qtbot, monkeypatch):
    monkeypatch.setattr("app.window.window.SAID_MS", 20)
    notice = window.page.notice
    window.say(say("Done"), "ok")
    assert notice.isVisible() and notice.text.text() == "Done"
    qtbot.waitUntil(lambda: not notice.isVisible())
    window.say(say("Wrong"), "error")
    qtbot.wait(60)
    assert notice.isVisible()


def test_zoom_is_about_the_middle_of_the_canvas(window):
    view = window.page.view
    view.fit()
    scale, middle = view.transform().m11(), view.mapToScene(view.viewport().rect().center())
    for command, factor in (("zoom_in", 1.25), ("zoom_out", 1.0), ("zoom_out", 0.8)):
        window.commands[command].trigger()
        assert view.transform().m11() == pytest.approx(scale * factor)
        now = view.mapToScene(view.viewport().rect().center())
        assert (now - middle).manhattanLength() < 3
    window.commands["fit"].trigger()
    assert view.transform().m11() == pytest.approx(scale)
    window.page.scene.select(["fc1"])
    window.commands["fit_selection"].trigger()
    card = window.page.scene.cards["fc1"]
    assert (view.mapToScene(view.viewport().rect().center()) - card.sceneBoundingRect().center()).manhattanLength() < 3


def test_the_theme_is_the_desktop_s_until_one_is_chosen(window, monkeypatch):
    def checked() -> list[str]:
        return [name for name in ("system", "dark", "light") if window.commands[f"theme_{name}"].isChecked()]

    changed = QApplication.styleHints().colorSchemeChanged
    for desktop in (theme.LIGHT, theme.DARK, theme.LIGHT):
        monkeypatch.setattr(theme, "system_theme", lambda desktop=desktop: desktop)
        changed.emit(Qt.ColorScheme.Unknown)
        assert theme.current() is desktop and checked() == ["system"]
    window.commands["theme_dark"].trigger()
    changed.emit(Qt.ColorScheme.Unknown)
    assert theme.current() is theme.DARK and checked() == ["dark"]
    window.commands["theme_dark"].trigger()
    assert checked() == ["dark"], "twice is not off"
    assert Settings(window.settings.folder).theme == "dark"
    window.feature(Appearance).choose("system")
    assert theme.current() is theme.LIGHT and checked() == ["system"]


def test_one_box_is_open_at_a_time_and_it_goes_with_what_it_is_about(window):
    boxes, page, closed = window.feature(Boxes), window.page, []

    def opening(command: str) -> Popup:
        page.scene.select(["fc1"])
        window.commands[command].trigger()
        assert boxes.box is not None
        boxes.box.closed.connect(lambda: closed.append(command))
        return boxes.box

    first = opening("search_here")
    second = opening("replace_all")
    assert closed == ["search_here"] and first is not second and second.isVisible()
    third = opening("command_palette")
    assert closed == ["search_here", "replace_all"] and boxes.box is third
    page.view.append("ReLU")
    assert boxes.box is third, "it is about no graph"
    opening("connect_to")
    page.view.append("ReLU")
    assert boxes.box is None and closed[-1] == "connect_to"


def test_comparing_is_asked_once(window):
    window.commands["compare"].trigger()
    first = window.findChildren(Popup)
    window.commands["compare"].trigger()
    assert len([box for box in window.findChildren(Popup) if box.isVisible()]) == 1 and len(first) == 1


def test_the_card_of_shortcuts_opens_and_closes_with_one_command(window):
    shortcuts = window.feature(Shortcuts)
    window.commands["shortcuts"].trigger()
    card = shortcuts.card
    assert card is not None and card.isVisible()
    for id, said in (("copy", "Ctrl+A belongs to “Select all”. Take it over?"), ("select_all", "Select all: Ctrl+A")):
        card.rows[id].setFocus()
        QTest.keyClick(card.rows[id], Qt.Key.Key_Return)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        assert card.said.text() == said
    window.commands["shortcuts"].trigger()
    assert shortcuts.card is None and not card.isVisible()


def test_enter_in_the_outline_leads_to_a_layer_or_into_a_block(window):
    page = window.page
    graph, name = make_block(page.level.graph, ["act1"], "Mine")
    page.document.edit_graph("block", graph)
    window.commands["outline"].trigger()
    panel = window.feature(Outline).panel
    panel.entered.emit("fc1")
    assert page.scene.selected_names() == ["fc1"] and page.view.hasFocus() and page.level.path == ()
    panel.tree.setFocus()
    panel.entered.emit(name)
    assert page.level.path == (name,)
    panel.entered.emit(f"{name}.act1")
    assert page.level.path == (name,) and page.scene.selected_names() == ["act1"]


def test_f3_opens_the_line_and_steps_both_ways(window):
    page, finder = window.page, window.feature(Finding).finder(window.page)
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_F3)
    assert finder.bar.isVisible() and finder.hits == []
    finder.bar.field.setText("fc")
    assert finder.hits == ["fc1", "fc2"] and page.scene.selected_names() == ["fc1"]
    for key, name in (("next", "fc2"), ("next", "fc1"), ("before", "fc2"), ("before", "fc1")):
        finder.step(1 if key == "next" else -1)
        assert page.scene.selected_names() == [name]
    page.document.edit_graph("Rename", page.level.graph.renamed("fc1", "head"))
    assert finder.hits == ["head", "fc2"], "it is still fully connected"
    finder.step(-1)
    assert page.scene.selected_names() == ["fc2"], "nobody had been led to the new name: from the end"
    assert page.scene.highlight is not None and set(page.scene.highlight.names) == {"head", "fc2"}
    page.document.edit_graph("Gone", page.level.graph.without(["head"]))
    finder.step(1)
    assert finder.hits == page.scene.selected_names() == ["fc2"]


# -- the list of commands -------------------------------------------------------------------------------------------


def test_the_list_of_commands_has_everything_that_can_be_run_and_says_why_not(window):
    feature, rows = window.feature(CommandList), {}

    def look() -> list[str]:
        rows.clear()
        rows.update({row.key: row for row in feature.choices()})
        return list(rows)

    ids = [id for id in window.commands.rows if id != "command_palette"]
    gallery = [f"gallery:{id}" for id in gallery_ids()]
    assert look() == [*ids, *(f"label:{index}" for index in range(7)), "tab:0", *gallery]
    assert (rows["copy"].title, rows["copy"].detail, rows["copy"].dim, rows["copy"].tip) == ("Copy", "Edit", False, "")
    assert (rows["redo"].dim, rows["redo"].tip) == (True, "Not possible now")
    assert rows["heat_none"].title == "✓ None" and rows["heat_none"].detail == "View › Heat map"
    assert rows["heat_time"].title == "Measured time" and rows["label:1"].title == "Colour label: Red"
    assert (rows["tab:0"].title, rows["tab:0"].detail) == ("mlp", "open network")
    for id in ("minimap", "redo", "gone", "snap"):
        window.settings.remember_command(id)
    assert look()[:2] == ["snap", "minimap"] and len(rows) == len(ids) + 8 + len(gallery), "each once"
    assert rows["redo"].dim
    window.feature(Documents).open("gallery:lenet")
    next(act for row, act in feature.choices().items() if row.key == "tab:0")()
    assert window.page is window.pages[0]
    window.show_start()
    look()
    for key in ("copy", "label:2"):
        assert (rows[key].dim, rows[key].tip) == (True, "Open a network first")
    assert not rows["new"].dim and not rows["about"].dim
    next(act for row, act in feature.choices().items() if row.key == "tab:0")()
    assert window.page is window.pages[0], "also from the start page, where its tab is in front already"
    next(act for row, act in feature.choices().items() if row.key == "gallery:linreg")()
    assert window.page.document.name == "linreg"
    next(act for row, act in feature.choices().items() if row.key == "select_all")()
    assert window.settings.recent_commands[0] == "select_all"
    assert len(window.page.scene.selected_names()) == len(window.page.scene.cards)


# -- what would be --------------------------------------------------------------------------------------------------


def test_what_would_be_is_shown_at_every_level_and_ends(window):
    window.feature(Documents).open("gallery:resnet18")
    page, previewing, costs = window.page, window.feature(Previewing), window.places.costs
    before, said = page.document.experiment.graph, texts(costs)
    previewing.preview(page, page.level.graph)
    assert not previewing.is_on, "it is what is"
    previewing.preview(page, page.level.graph.without(["stage4"]))
    assert previewing.is_on and texts(costs) != said
    previewing.preview(page, None)
    assert not previewing.is_on and texts(costs) == said
    page.open("stage4")
    inside = page.level.graph
    name = next(name for name, node in inside.nodes.items() if node.layer.kind() == "Conv2d")
    wider = inside.with_layer(name, inside.nodes[name].layer.with_options(kernel_size=1, padding=0))
    faces = {name: card.face for name, card in page.scene.cards.items()}
    previewing.preview(page, wider)
    assert previewing.is_on and page.scene.cards[name].face != faces[name]
    assert texts(costs) == said, "what is made from parameters is seen for itself"
    page.scene.select([name])
    window.places.inspector.layer_tried.emit("gone", wider.nodes[name].layer)
    assert not previewing.is_on and {name: card.face for name, card in page.scene.cards.items()} == faces
    previewing.preview(page, wider)
    window.places.inspector.layer_tried.emit(name, None)
    assert not previewing.is_on and page.document.experiment.graph is before
    previewing.preview(page, wider)
    page.go(())
    assert not previewing.is_on, "another level is shown"


def test_a_repair_inside_a_block_is_shown_there(window):
    page, previewing = window.page, window.feature(Previewing)
    graph, name = make_block(page.level.graph, ["flatten", "fc1", "act1"], "Mine")
    page.document.edit_graph("block", graph)
    page.open(name)
    page.edit("Cut", page.level.graph.healed("flatten"))
    [problem] = [problem for problem in page.level.problems if problem.repairs][:1]
    before, cards = page.document.experiment, len(page.scene.items())
    for signal in (page.scene.repair_previewed, window.places.inspector.repair_previewed):
        signal.emit(problem.repairs[0])
        assert previewing.is_on and len(page.scene.items()) > cards and page.document.experiment == before
        signal.emit(None)
        assert not previewing.is_on and len(page.scene.items()) == cards
    page.repair(problem.repairs[0])
    assert not [each for each in page.level.problems if each.node == problem.node] and page.view.hasFocus()
