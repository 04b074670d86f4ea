"""The block dialog: what is ticked is exposed, one title binds several options, what cannot be is said."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.blocks.custom import Exposed
from engine.blocks.edits import make_block
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS
from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import colors
from widgets.blocks.dialog import SIZE, BlockDialog
from widgets.blocks.options import OptionRow, block_options
from widgets.look import theme
from widgets.parts.scroll import BAR

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton

NODES = [
    Node("conv1", LAYERS["Conv2d"](out_channels=64, kernel_size=3, padding=1)),
    Node("act1", LAYERS["LeakyReLU"]()),
    Node("conv2", LAYERS["Conv2d"](out_channels=64, kernel_size=(5, 3), padding="same", bias=False)),
    Node("conv3", LAYERS["Conv2d"](out_channels=32)),
]
GRAPH = Graph.of([Node("input", LAYERS["Input"]()), *NODES],
                 [Edge("input", "conv1"), Edge("conv1", "act1"), Edge("act1", "conv2"), Edge("conv2", "conv3")])


@pytest.fixture
def dialog(qtbot: QtBot) -> BlockDialog:
    return in_front(qtbot, BlockDialog("Stem", block_options(NODES)))


def row(dialog: BlockDialog, node: str, option: str) -> OptionRow:
    return next(row for row in dialog.options.rows if (row.option.node, row.option.option) == (node, option))


def tick(qtbot: QtBot, dialog: BlockDialog, node: str, option: str) -> OptionRow:
    found = row(dialog, node, option)
    qtbot.mouseClick(found.tick, LEFT, pos=QPoint(8, found.tick.height() // 2))
    return found


def retitle(qtbot: QtBot, found: OptionRow, title: str) -> None:
    qtbot.mouseClick(found.title, LEFT)
    found.title.selectAll()
    qtbot.keyClicks(found.title, title)


def test_every_option_is_told_with_its_value(dialog: BlockDialog) -> None:
    said = {row.tick.accessibleName() for row in dialog.options.rows}
    assert {"conv1 · Output channels = 64", "conv2 · Kernel size = 5×3", "conv2 · Bias = off", "conv1 · Bias = on",
            "conv2 · Padding = same", "conv1 · Padding mode = Zeros"} <= said
    names = [(row.option.node, row.option.option) for row in dialog.options.rows]
    assert names == [(node.name, name) for node in NODES for name in type(node.layer).model_fields]


def test_the_dialog_as_it_opens(dialog: BlockDialog) -> None:
    assert dialog.windowTitle() == "Make block"
    assert (dialog.name.hasFocus(), dialog.name.selectedText(), dialog.label) == (True, "Stem", "Stem")
    assert (dialog.error.text(), dialog.make.isEnabled(), dialog.exposed) == ("", True, [])
    labels = {label.text(): label for label in dialog.findChildren(QLabel) if label.isVisible() and label.text()}
    assert labels["Name"].buddy() is dialog.name
    help_text = next(label for text, label in labels.items() if text.startswith("What is ticked"))
    columns = [dialog.name, labels["Options on the block"], help_text, dialog.filter,
               dialog.options.parentWidget().parentWidget(), dialog.make]
    assert all(one.geometry().bottom() < other.geometry().top() for one, other in pairwise(columns))
    for one, other in ((labels["Name"], dialog.name), (dialog.filter, dialog.defaults), (dialog.cancel, dialog.make)):
        assert one.geometry().right() < other.geometry().left()
    assert dialog.name.width() > 350
    assert columns[4].height() > 200
    assert dialog.cancel.x() > 200, "the buttons stand at the right"
    assert cut_words(dialog) == []


def test_words_have_their_longest(qtbot: QtBot, dialog: BlockDialog) -> None:
    qtbot.keyClicks(dialog.name, " " + "a" * 70)
    assert dialog.label == "a" * 59
    found = tick(qtbot, dialog, "conv1", "padding")
    retitle(qtbot, found, "b" * 50)
    assert found.title.text() == "b" * 40


def test_cancel_makes_nothing(qtbot: QtBot, dialog: BlockDialog) -> None:
    with qtbot.waitSignal(dialog.rejected):
        qtbot.mouseClick(dialog.cancel, LEFT)


def test_enter_makes_it(qtbot: QtBot, dialog: BlockDialog) -> None:
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)


def test_a_ticked_row_has_a_title_beside_it(qtbot: QtBot, dialog: BlockDialog) -> None:
    found = row(dialog, "conv1", "padding")
    assert not found.title.isVisible()
    width = found.tick.width()
    tick(qtbot, dialog, "conv1", "padding")
    assert (found.title.isVisible(), found.title.text()) == (True, "Padding")
    assert found.tick.width() == width, "its place was kept"
    assert found.tick.geometry().right() < found.title.x()
    retitle(qtbot, found, "Rim")
    tick(qtbot, dialog, "conv1", "padding")
    assert (found.title.isVisible(), dialog.exposed) == (False, [])
    tick(qtbot, dialog, "conv1", "padding")
    assert dialog.exposed == [("Rim", (("conv1", "padding"),))], "what was typed is still there"
    assert found.title.accessibleName() == "Title: conv1 · Padding = 1"


def test_a_long_name_is_cut_in_the_middle_and_said_at_rest(qtbot: QtBot) -> None:
    dialog = BlockDialog("B", block_options([Node("n" * 60, LAYERS["Linear"](out_features=3))]))
    qtbot.addWidget(dialog)
    [first, *_] = dialog.options.rows
    said = "n" * 60 + " · Outputs = 3"
    assert re.fullmatch("n+…n* · Outputs = 3", first.tick.text())
    assert (first.tick.toolTip(), first.tick.accessibleName()) == (f"<qt>{said}</qt>", said)
    first.tick.click()
    dialog.options.rows[1].tick.click()
    assert [title for title, _ in dialog.exposed] == ["Outputs", "Bias"]


def test_a_title_that_is_taken_gets_the_layers_name_as_far_as_it_fits(qtbot: QtBot) -> None:
    nodes = [Node("fc1", LAYERS["Linear"](out_features=3)), Node("m" * 60, LAYERS["Linear"](out_features=4))]
    dialog = BlockDialog("B", block_options(nodes))
    qtbot.addWidget(dialog)
    for found in dialog.options.rows:
        if found.option.option == "out_features":
            found.tick.click()
    assert [title for title, _ in dialog.exposed] == ["Outputs", "m" * 40]


def test_values_are_told_as_people_read_them() -> None:
    nodes = [Node("pool", LAYERS["MaxPool2d"]()), Node("up", LAYERS["Upsample"](mode="bilinear", align_corners=True)),
             Node("bn", LAYERS["BatchNorm2d"](eps=1e-3))]
    told = {(option.node, option.option): (option.text, option.is_default) for option in block_options(nodes)}
    assert told["pool", "stride"] == ("–", True)
    assert told["up", "mode"] == ("Bilinear", False)
    assert told["up", "align_corners"] == ("on", False)
    assert told["bn", "eps"] == ("0.001", False)
    assert told["bn", "momentum"] == ("0.1", True)


def test_only_what_was_set_is_shown_at_first(qtbot: QtBot, dialog: BlockDialog) -> None:
    assert row(dialog, "conv1", "out_channels").isVisible()
    assert not row(dialog, "conv1", "stride").isVisible()
    qtbot.mouseClick(dialog.defaults, LEFT, pos=QPoint(8, dialog.defaults.height() // 2))
    assert row(dialog, "conv1", "stride").isVisible()
    tick(qtbot, dialog, "conv1", "stride")
    qtbot.mouseClick(dialog.defaults, LEFT, pos=QPoint(8, dialog.defaults.height() // 2))
    assert row(dialog, "conv1", "stride").isVisible()  # ticked: never out of sight
    assert not row(dialog, "conv2", "stride").isVisible()


def test_typing_filters_the_rows(qtbot: QtBot, dialog: BlockDialog) -> None:
    dialog.filter.setFocus()
    qtbot.keyClicks(dialog.filter, "conv2 channels")
    assert [row.tick.accessibleName() for row in dialog.options.rows if row.isVisible()] == [
        "conv2 · Output channels = 64"]


def test_what_is_ticked_is_exposed_under_the_typed_title(qtbot: QtBot, dialog: BlockDialog) -> None:
    qtbot.keyClicks(dialog.name, "Conv pair")
    retitle(qtbot, tick(qtbot, dialog, "conv2", "bias"), "Second bias")
    tick(qtbot, dialog, "conv1", "padding")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.make, LEFT)
    assert dialog.label == "Conv pair"
    assert dialog.exposed == [("Padding", (("conv1", "padding"),)), ("Second bias", (("conv2", "bias"),))]
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_equal_options_are_bound_by_one_title_and_others_get_their_own(qtbot: QtBot, dialog: BlockDialog) -> None:
    for name in ("conv1", "conv2", "conv3"):
        tick(qtbot, dialog, name, "out_channels")
    assert dialog.exposed == [("Output channels", (("conv1", "out_channels"), ("conv2", "out_channels"))),
                              ("conv3 Output channels", (("conv3", "out_channels"),))]
    assert dialog.make.isEnabled()
    retitle(qtbot, row(dialog, "conv2", "out_channels"), "Width")
    assert [title for title, _ in dialog.exposed] == ["Output channels", "Width", "conv3 Output channels"]
    retitle(qtbot, row(dialog, "conv2", "out_channels"), "Output channels ")
    assert len(dialog.exposed[0][1]) == 2


def test_one_title_for_different_values_is_refused_in_place(qtbot: QtBot, dialog: BlockDialog) -> None:
    tick(qtbot, dialog, "conv1", "out_channels")
    other = tick(qtbot, dialog, "conv3", "out_channels")
    retitle(qtbot, other, "Output channels")
    assert not dialog.make.isEnabled()
    assert dialog.error.text().startswith("“Output channels” can stand for several rows only where")
    assert other.title.property("bad")
    with qtbot.assertNotEmitted(dialog.accepted):
        qtbot.keyClick(other.title, Qt.Key.Key_Return)
    retitle(qtbot, other, "Last")
    assert (dialog.error.text(), dialog.make.isEnabled(), other.title.property("bad")) == ("", True, False)


def test_names_and_titles_must_not_be_empty(qtbot: QtBot, dialog: BlockDialog) -> None:
    qtbot.keyClick(dialog.name, Qt.Key.Key_Delete)
    assert (dialog.error.text(), dialog.make.isEnabled()) == ("Give the block a name", False)
    qtbot.keyClicks(dialog.name, "A")
    found = tick(qtbot, dialog, "conv1", "padding")
    found.title.selectAll()
    found.title.setFocus()
    qtbot.keyClick(found.title, Qt.Key.Key_Delete)
    assert dialog.error.text() == "Give conv1 · Padding a title"
    tick(qtbot, dialog, "conv1", "padding")
    assert dialog.make.isEnabled()


def test_escape_makes_nothing(qtbot: QtBot, dialog: BlockDialog) -> None:
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.name, Qt.Key.Key_Escape)


def test_what_is_exposed_already_is_ticked(qtbot: QtBot) -> None:
    exposed = [("Width", (("conv1", "out_channels"), ("conv2", "out_channels"))), ("Bias", (("conv2", "bias"),))]
    dialog = BlockDialog("Stem", block_options(NODES), exposed)
    qtbot.addWidget(dialog)
    assert dialog.exposed == exposed
    assert row(dialog, "conv2", "out_channels").title.text() == "Width"


def test_the_block_that_is_made_has_these_options(qtbot: QtBot, dialog: BlockDialog) -> None:
    retitle(qtbot, tick(qtbot, dialog, "conv1", "out_channels"), "Width")
    retitle(qtbot, tick(qtbot, dialog, "conv2", "out_channels"), "Width")
    exposed = [Exposed(*pair) for pair in dialog.exposed]
    graph, name = make_block(GRAPH, ["conv1", "act1", "conv2"], dialog.label, exposed)
    block = graph.nodes[name].layer
    wider = block.with_value(block.exposed[0], 16)
    assert [wider.graph.nodes[node].layer.out_channels for node in ("conv1", "conv2")] == [16, 16]


def test_options_of_a_block_inside_are_there_too(qtbot: QtBot) -> None:
    options = block_options([Node("res", LAYERS["Residual"](num_channels=8)), Node("mine", LAYERS["Custom"]()),
                             Node("code", LAYERS["Code"]())])
    names = {(option.node, option.option) for option in options}
    assert ("res", "num_channels") in names
    assert ("code", "made_with") in names
    assert not {("mine", "label"), ("mine", "graph"), ("code", "source")} & names


def test_everything_begins_at_one_edge_and_ends_at_another(dialog: BlockDialog) -> None:
    labels = {label.text(): label for label in dialog.findChildren(QLabel) if label.isVisible() and label.text()}
    help_text = next(label for text, label in labels.items() if text.startswith("What is ticked"))
    scroll = dialog.options.parentWidget().parentWidget()
    dialog.name.clear()
    dialog.name.textEdited.emit("")
    QApplication.processEvents()
    lefts = {part.geometry().left() for part in (labels["Name"], labels["Options on the block"], help_text,
                                                 dialog.filter, scroll, dialog.error)}
    assert lefts == {16}
    right = dialog.name.geometry().right()
    assert {part.geometry().right() for part in (help_text, dialog.defaults, dialog.error, dialog.make)} == {right}
    assert labels["Options on the block"].geometry().right() == right
    assert scroll.geometry().right() - right == BAR, "its bar has a column of its own"
    tops = [part.geometry().top() for part in (dialog.name, labels["Options on the block"], help_text, dialog.filter,
                                               scroll, dialog.error, dialog.make)]
    assert tops == sorted(set(tops))
    assert dialog.make.isDefault() and dialog.size().toTuple() == SIZE
    assert dialog.make.width() == dialog.make.sizeHint().width()
    assert help_text.height() > 1.5 * help_text.fontMetrics().height()


def test_what_is_over_goes_to_the_rows(dialog: BlockDialog) -> None:
    scroll = dialog.options.parentWidget().parentWidget()
    heights = [part.height() for part in (scroll, dialog.name, dialog.filter, dialog.make)]
    dialog.resize(900, 800)
    QApplication.processEvents()
    assert [part.height() for part in (dialog.name, dialog.filter, dialog.make)] == heights[1:]
    assert scroll.height() >= heights[0] + 300
    assert dialog.name.width() > 700 and scroll.width() > 850
    found = row(dialog, "conv1", "out_channels")
    assert found.title.geometry().right() == found.width() - 1 and found.width() > 800


def test_a_block_without_a_name_is_refused_from_the_beginning(qtbot: QtBot) -> None:
    dialog = BlockDialog("", block_options(NODES))
    qtbot.addWidget(dialog)
    assert (dialog.error.text(), dialog.make.isEnabled()) == ("Give the block a name", False)
    with qtbot.assertNotEmitted(dialog.accepted):
        dialog.accept()
    dialog = BlockDialog("   ", block_options(NODES))
    qtbot.addWidget(dialog)
    assert not dialog.make.isEnabled()


def test_rows_and_titles_of_what_is_exposed_are_in_sight(qtbot: QtBot) -> None:
    dialog = BlockDialog("Stem", block_options(NODES), [("Step", (("conv1", "stride"),))])
    qtbot.addWidget(dialog)
    dialog.show()
    assert row(dialog, "conv1", "stride").title.isVisible() and row(dialog, "conv1", "stride").isVisible()
    assert not row(dialog, "conv2", "stride").isVisible()
    hidden = row(dialog, "conv1", "out_channels")
    assert hidden.isVisible() and not hidden.title.isVisible() and hidden.title.text() == ""


def test_a_long_mistake_wraps_above_the_buttons(qtbot: QtBot, dialog: BlockDialog) -> None:
    tick(qtbot, dialog, "conv1", "out_channels")
    other = tick(qtbot, dialog, "conv3", "out_channels")
    retitle(qtbot, other, "Output channels")
    for _ in range(3):
        QApplication.processEvents()
    assert dialog.error.height() > 1.5 * dialog.error.fontMetrics().height() and dialog.width() == SIZE[0]
    assert theme.current().error in colors(dialog.error) and theme.current().error in colors(other.title)
    assert dialog.error.geometry().bottom() < dialog.make.geometry().top() and cut_words(dialog) == []


def test_only_what_is_ticked_can_be_wrong(qtbot: QtBot, dialog: BlockDialog) -> None:
    told = []
    dialog.options.changed.connect(lambda: told.append(dialog.options.mistake()))
    first = tick(qtbot, dialog, "conv1", "padding")
    first.title.clear()
    first.title.textEdited.emit("")
    assert told == ["", "Give conv1 · Padding a title"]
    assert first.title.property("bad") and not row(dialog, "conv1", "out_channels").title.property("bad")
    tick(qtbot, dialog, "conv1", "padding")
    assert told[-1] == "" and not first.title.property("bad")


def test_the_same_title_for_other_options_of_the_same_value_is_refused(qtbot: QtBot) -> None:
    nodes = [Node("conv", LAYERS["Conv2d"](out_channels=3, kernel_size=3, padding=3))]
    dialog = BlockDialog("B", block_options(nodes))
    qtbot.addWidget(dialog)
    dialog.show()
    for option in ("kernel_size", "padding"):
        row(dialog, "conv", option).tick.click()
        row(dialog, "conv", option).title.setText("Both")
    row(dialog, "conv", "padding").title.textEdited.emit("Both")
    assert not dialog.make.isEnabled() and dialog.error.text().startswith("“Both” can stand for several rows only")


def test_words_and_the_default_switch_filter_together(qtbot: QtBot, dialog: BlockDialog) -> None:
    def shown() -> list[str]:
        return [each.tick.accessibleName() for each in dialog.options.rows if each.isVisible()]

    dialog.filter.setText("conv1 stride")
    assert shown() == []
    dialog.defaults.click()
    assert shown() == ["conv1 · Stride = 1"]
    dialog.filter.setText("")
    assert len(shown()) == len(dialog.options.rows)
    row(dialog, "act1", "negative_slope").tick.click()
    dialog.defaults.click()
    dialog.filter.setText("conv")
    assert "act1 · Negative slope = 0.01" not in shown(), "what is ticked is filtered by words too"
