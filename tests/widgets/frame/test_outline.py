"""The outline: every layer in order, blocks unfolded when asked, in step with what is selected, by keyboard too."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetricsF
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from engine.advice.advice import Problem, advise
from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.messages import say
from tests.legible import cut_words
from tests.painted import Mark, of, painted
from tests.seen import colors, texts
from widgets.frame.outline import ROW, Outline
from widgets.frame.outline_model import PATH, OutlineModel
from widgets.look import theme


def chain(*nodes: Node) -> Graph:
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def network(channels: int = 8) -> Graph:
    inner = chain(Node("input", Input()), Node("conv1", Conv2d(out_channels=8, padding=1)), Node("act1", ReLU()))
    outer = chain(Node("input", Input()), Node("small", Custom(label="Small", graph=inner)),
                  Node("conv2", Conv2d(out_channels=channels, kernel_size=1)))
    return chain(Node("input", Input()), Node("outer", Custom(label="Outer", graph=outer)),
                 Node("residual1", Residual(num_channels=8, repeat=3)), Node("flat", Flatten()),
                 Node("fc1", Linear(out_features=10)))


def facts(graph: Graph):
    experiment = Experiment(graph, DataSpec(dataset="mnist"))
    analysis = analyze(graph, experiment.data.sample_shape)
    return analysis, advise(experiment, analysis)


def rows(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    return [model.index(row, 0, parent).data(PATH) for row in range(model.rowCount(parent))]


@pytest.fixture
def outline(qtbot) -> Outline:
    outline = Outline()
    qtbot.addWidget(outline)
    outline.resize(220, 600)
    outline.show()
    qtbot.waitExposed(outline)
    outline.show_network(*facts(network()))
    return outline


def test_the_model_is_one_qt_accepts(qtbot):
    model = OutlineModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(*facts(network()))
    model.index_of("outer.small.act1")
    model.show(*facts(network(16)))
    model.show(*facts(Graph()))
    assert model.rowCount() == 0
    del tester


def test_layers_in_order_blocks_with_their_inside(outline):
    model = outline.model
    assert rows(model) == ["input", "outer", "residual1", "flat", "fc1"]
    outer = model.index_of("outer")
    assert rows(model, outer) == ["outer.small", "outer.conv2"]
    assert rows(model, model.index_of("outer.small")) == ["outer.small.conv1", "outer.small.act1"]
    assert "residual1.conv1" in rows(model, model.index_of("residual1"))
    assert not model.hasChildren(model.index_of("fc1"))


def test_nothing_inside_is_made_before_it_is_unfolded(outline):
    entry = outline.model.index_of("residual1").internalPointer()
    assert "children" not in vars(entry)
    outline.tree.expand(outline.model.index_of("residual1"))
    assert "children" in vars(entry)


def test_a_screen_reader_hears_the_whole_row(outline):
    index = outline.model.index_of("fc1")
    words = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "fc1, Linear, output 10, 62\u00a0730 parameters"
    face = QAccessible.queryAccessibleInterface(outline.tree)
    assert face.text(QAccessible.Text.Name) == "Outline of the network"


def test_selection_goes_out_and_comes_in(outline, qtbot):
    outline.select(["outer.small.act1"])
    assert outline.paths() == ["outer.small.act1"]
    assert outline.tree.isExpanded(outline.model.index_of("outer.small"))
    told = []
    outline.selected.connect(told.append)
    outline.select(["flat", "fc1"])
    assert told == []  # what comes from the canvas is not told to the canvas
    QTest.mouseClick(outline.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                     outline.tree.visualRect(outline.model.index_of("flat")).center())
    QTest.mouseClick(outline.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier,
                     outline.tree.visualRect(outline.model.index_of("input")).center())
    assert told == [["flat"], ["flat", "input"]]
    outline.select([])
    assert outline.paths() == []


def test_the_keyboard_walks_unfolds_and_enters(outline):
    told, entered = [], []
    outline.selected.connect(told.append)
    outline.entered.connect(entered.append)
    outline.select(["input"])
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Left):
        QTest.keyClick(outline.tree, key)
    assert told[:2] == [["outer"], ["outer.small"]] and entered == ["outer.small"]
    QTest.keyClick(outline.tree, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(outline.paths()) == 2


def test_an_edit_keeps_what_is_unfolded_and_selected(outline):
    outline.tree.expand(outline.model.index_of("outer"))
    outline.select(["outer.conv2"])
    outline.show_network(*facts(network(16).renamed("fc1", "last")))
    assert rows(outline.model)[-1] == "last"
    assert outline.tree.isExpanded(outline.model.index_of("outer"))
    assert outline.paths() == ["outer.conv2"]
    shape = outline.model.index_of("outer.conv2").internalPointer().shape
    assert shape.startswith("16×")


def test_what_is_wrong_is_said_and_goes_away(outline):
    broken = network().without(["residual1"])
    outline.show_network(*facts(broken))
    entry = outline.model.index_of("flat").internalPointer()
    assert entry.problem is not None
    assert entry.problem.message is not None
    outline.show_network(*facts(network()))
    assert outline.model.index_of("flat").internalPointer().problem is None


def test_two_thousand_layers(outline):
    nodes = [Node("input", Input()), *(Node(f"act{index}", ReLU()) for index in range(1999))]
    outline.show_network(*facts(chain(*nodes)))
    assert outline.model.rowCount() == 2000
    outline.select(["act1998"])
    rect = outline.tree.visualRect(outline.model.index_of("act1998"))
    assert outline.tree.viewport().rect().contains(rect.center())


# -- how it is worked with --------------------------------------------------------------------------------------------


LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def spot(outline: Outline, path: str) -> QPoint:
    return outline.tree.visualRect(outline.model.index_of(path)).center()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_goes_to_the_current_layer_and_to_none_where_there_is_none(outline: Outline, key: Qt.Key) -> None:
    entered = []
    outline.entered.connect(entered.append)
    outline.select(["flat"])
    QTest.keyClick(outline.tree, Qt.Key.Key_Up)
    assert entered == []
    QTest.keyClick(outline.tree, key)
    assert entered == ["residual1"]
    outline.show_network(*facts(Graph()))
    QTest.keyClick(outline.tree, key)
    assert entered == ["residual1"]


def test_a_double_click_goes_there_and_unfolds_nothing(outline: Outline) -> None:
    entered, port = [], outline.tree.viewport()
    outline.entered.connect(entered.append)
    QTest.mouseDClick(port, LEFT, NONE, spot(outline, "outer"))
    assert entered == ["outer"] and not outline.tree.isExpanded(outline.model.index_of("outer"))
    QTest.mouseDClick(port, RIGHT, NONE, spot(outline, "flat"))
    QTest.mouseDClick(port, LEFT, NONE, QPoint(50, port.height() - 4))
    assert entered == ["outer"]


def test_only_layers_of_one_level_are_told_the_current_one_last(outline: Outline) -> None:
    told, port = [], outline.tree.viewport()
    outline.select(["outer.small", "outer.conv2"])
    outline.selected.connect(told.append)
    for path in ("fc1", "flat", "fc1", "flat"):
        QTest.mouseClick(port, LEFT, CTRL, spot(outline, path))
    # with one more selected it is the current one; one that is taken out again is no longer told
    assert told[:2] == [["fc1"], ["fc1", "flat"]]
    assert told[2] == ["flat"] and set(told[3]) == {"outer.small", "outer.conv2"}
    QTest.mouseClick(port, LEFT, NONE, spot(outline, "outer.conv2"))
    QTest.mouseClick(port, LEFT, SHIFT, spot(outline, "outer.small"))
    assert told[-1] == ["outer.conv2", "outer.small"]


def test_other_numbers_are_shown_without_telling_a_selection(outline: Outline) -> None:
    outline.select(["flat"])
    told = []
    outline.selected.connect(told.append)
    outline.show_network(*facts(network(16).renamed("fc1", "last")))
    outline.show_network(*facts(network(16)))
    assert told == [] and outline.paths() == ["flat"]
    QTest.mouseClick(outline.tree.viewport(), LEFT, NONE, spot(outline, "fc1"))
    assert told == [["fc1"]]


def test_what_is_gone_is_not_selected_nor_what_is_around_it(outline: Outline) -> None:
    for gone in ("gone", "outer.gone", "outer.small.gone"):
        outline.select([gone])
        assert outline.paths() == []
    outline.select(["outer.gone", "flat"])
    assert outline.paths() == ["flat"]
    outline.select(["fc1", "flat"])
    assert outline.tree.currentIndex().data(PATH) == "flat", "the keyboard goes on at the last one"


def test_blocks_inside_blocks_stay_unfolded(outline: Outline) -> None:
    for path in ("outer", "outer.small"):
        outline.tree.expand(outline.model.index_of(path))
    outline.show_network(*facts(network(16).renamed("fc1", "last")))
    unfolded = {path: outline.tree.isExpanded(outline.model.index_of(path))
                for path in ("outer", "outer.small", "residual1")}
    assert unfolded == {"outer": True, "outer.small": True, "residual1": False}
    outline.show_network(*facts(network().without(["outer"])))
    assert not outline.tree.isExpanded(outline.model.index_of("residual1"))


def test_an_empty_network_is_said_to_have_no_layers(outline: Outline) -> None:
    words = "This network has no layers yet."
    assert texts(outline) == [] and outline.tree.isVisible()
    outline.resize(90, 600)
    outline.show_network(*facts(Graph()))
    assert texts(outline) == [words] and not outline.tree.isVisible() and cut_words(outline) == []
    assert outline.width() == 90, "the sentence wraps"
    outline.show_network(*facts(network()))
    assert texts(outline) == [] and outline.tree.isVisible()
    fresh = Outline(outline)
    fresh.show()
    assert texts(fresh) == [words] and not fresh.tree.isVisible()


def test_it_is_a_bare_list_over_the_whole_height(outline: Outline) -> None:
    tree = outline.tree
    assert tree.header().isHidden() and not tree.horizontalScrollBar().isVisible()
    assert tree.height() > 580 and tree.uniformRowHeights()
    assert [tree.visualRect(outline.model.index_of(path)).height() for path in ("input", "outer", "fc1")] == [ROW] * 3
    outline.setFocus()
    assert outline.focusProxy() is tree


# -- how rows are painted ---------------------------------------------------------------------------------------------

AT = QRect(30, 80, 200, ROW)
STATES = QStyle.StateFlag


def drawn(outline: Outline, path: str, state: QStyle.StateFlag = STATES.State_Enabled, at: QRect = AT) -> list[Mark]:
    option = QStyleOptionViewItem()
    option.rect, option.state, option.widget = at, state, outline.tree
    return painted(lambda painter: outline.tree.itemDelegate().paint(painter, option, outline.model.index_of(path)))


def written(marks: list[Mark]) -> dict[str, tuple[float, float, str]]:
    """Each word with where its line begins, and its colour."""
    return {mark.text: (mark.place.left(), mark.place.top(), mark.pen) for mark in of("text", marks)}


def test_a_row_has_its_category_its_name_and_below_it_what_it_is(outline: Outline) -> None:
    marks, look = drawn(outline, "fc1"), theme.current()
    assert of("box", marks) == []
    [strip] = of("area", marks)
    assert strip.fill == theme.CATEGORY_COLORS["linear"] and strip.place.width() == 3
    assert AT.left() < strip.place.left() < AT.left() + 10 and strip.place.height() == ROW - 14
    assert strip.place.center().y() == AT.top() + ROW / 2
    params = "62\u00a0730"
    said = written(marks)
    assert list(said) == [params, "fc1", "10", "Linear"]
    assert [said[word][2] for word in said] == [look.dim, look.text, look.dim, look.dim]
    mono = QFontMetricsF(theme.mono_font(11)).horizontalAdvance
    right = AT.right() + 1 - 8 - 6
    assert said[params][0] == pytest.approx(right - mono(params))
    assert said["10"][0] == pytest.approx(right - mono("10"))
    assert said["fc1"][0] == said["Linear"][0] == AT.left() + 2 + 13
    assert said["fc1"][1] == said[params][1] == AT.top() + 17
    assert said["Linear"][1] == said["10"][1] == AT.top() + ROW - 8


def test_the_name_of_what_is_bypassed_is_pale(outline: Outline) -> None:
    graph = network()
    graph = replace(graph, nodes=graph.nodes | {"outer": replace(graph.nodes["outer"], bypassed=True)})
    outline.show_network(*facts(graph))
    assert written(drawn(outline, "outer"))["outer"][2] == theme.current().dim


def test_beside_a_sign_there_is_room_for_the_parameters(outline: Outline) -> None:
    analysis, _ = facts(network())
    mono = QFontMetricsF(theme.mono_font(11)).horizontalAdvance
    for severity, tone in (("error", "error"), ("warning", "warn"), ("hint", "")):
        outline.show_network(replace(analysis), [Problem(severity, "fc1", say("too wide"))])
        said = written(drawn(outline, "fc1"))
        assert ("!" in said) == bool(tone)
        if tone:
            assert said["!"] == (AT.right() + 1 - 14 - 6, AT.top() + 17, theme.color(tone).name())
        params = "62\u00a0730"
        right = AT.right() + 1 - 14 - (14 if tone else 0)
        assert said[params][0] == pytest.approx(right - mono(params))


def test_long_words_give_way_to_numbers(outline: Outline) -> None:
    name = "a_very_long_name_of_a_layer_indeed"
    outline.show_network(*facts(network().renamed("fc1", name)))
    marks = of("text", drawn(outline, name))
    params, title, shape, kind = marks
    assert title.text.endswith("…") and name.startswith(title.text[:-1]) and len(title.text) > 5
    wide = QFontMetricsF(theme.ui_font(13, QFont.Weight.DemiBold)).horizontalAdvance
    assert params.place.left() - 6 - wide("mm") < title.place.left() + wide(title.text) <= params.place.left() - 5
    narrow = of("text", drawn(outline, "fc1" if name == "fc1" else name, at=QRect(30, 80, 70, ROW)))[3]
    assert narrow.text.endswith("…") and kind.text == "Linear" and shape.text == "10"


def test_what_is_selected_or_under_the_mouse_is_raised(outline: Outline, qtbot: QtBot) -> None:
    look = theme.current()
    whole = QRectF(AT.left() + 2, AT.top() + 2, AT.width() - 10, AT.height() - 4)
    [over] = of("box", drawn(outline, "fc1", STATES.State_MouseOver))
    assert (over.fill, over.pen, over.place) == (look.raised, "", whole)
    ground, frame = of("box", drawn(outline, "fc1", STATES.State_Selected))
    assert (ground.fill, ground.pen, ground.place) == (look.raised, "", whole)
    assert (frame.fill, frame.pen, frame.width) == ("", look.dim, 1.2)
    assert whole.contains(frame.place) and frame.place.width() == pytest.approx(whole.width() - 1.2)
    assert frame.place.height() == pytest.approx(whole.height() - 1.2)
    with qtbot.waitActive(outline):
        outline.activateWindow()
    outline.tree.setFocus()
    tones = [of("box", drawn(outline, "fc1", state))[1].pen
             for state in (STATES.State_Selected | STATES.State_Active, STATES.State_Selected)]
    assert tones == [look.accent, look.dim]
    outline.tree.clearFocus()
    assert of("box", drawn(outline, "fc1", STATES.State_Selected | STATES.State_Active))[1].pen == look.dim


def test_the_row_under_the_mouse_is_seen(outline: Outline) -> None:
    port = outline.tree.viewport()
    rect = outline.tree.visualRect(outline.model.index_of("flat"))
    raised = theme.current().raised
    assert raised not in colors(port, rect)
    QTest.mouseMove(port, rect.center())
    QApplication.processEvents()
    assert raised in colors(port, rect)


def test_a_block_has_a_triangle_that_turns(outline: Outline) -> None:
    def triangle(path: str) -> list[Mark]:
        tree = outline.tree
        return painted(lambda painter: tree.drawBranches(painter, QRect(10, 80, 14, ROW), outline.model.index_of(path)))

    assert triangle("fc1") == []
    [folded] = triangle("outer")
    outline.tree.expand(outline.model.index_of("outer"))
    [unfolded] = triangle("outer")
    for mark, size in ((folded, (5, 8)), (unfolded, (8, 5))):
        assert (mark.fill, mark.pen) == (theme.current().dim, "")
        assert (mark.place.width(), mark.place.height()) == size
        assert abs(mark.place.center().x() - 17) < 2 and abs(mark.place.center().y() - (80 + ROW / 2)) < 2
