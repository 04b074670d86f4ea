"""The comparison over a canvas: how it appears, what it says, where it leads, how one leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.compare.compare import compare
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph
from engine.layers.activation import Tanh
from engine.layers.linear import Linear
from tests.in_front import in_front
from tests.legible import cut_words
from tests.redrawn import is_redrawn
from tests.seen import colors, texts
from tests.widgets.compare.desk import after, before, chain, long_chain, side
from widgets.compare.canvas import Side
from widgets.compare.list import ENTRY
from widgets.compare.panel import SIDE_WIDTH, ComparePanel, NameTag, Sign
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton
Keys = Qt.Key


class Stage(QWidget):
    """A window with a canvas on a page, a field on that page, and one beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.page, self.beside = QWidget(), QLineEdit()
        self.canvas, self.field = QWidget(), QLineEdit()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self.page)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.field)
        outer = QVBoxLayout(self)
        outer.addWidget(self.page, 1)
        outer.addWidget(self.beside)
        self.resize(1100, 700)
        self.panel = ComparePanel(self.page, self.canvas)
        self.closed: list[bool] = []
        self.panel.closed.connect(lambda: self.closed.append(True))


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = Stage()
    in_front(qtbot, stage)
    stage.canvas.setFocus()
    yield stage


def show(panel: ComparePanel, one: Graph, other: Graph) -> None:
    panel.show_comparison(compare(Experiment(one), Experiment(other)), side("one", one, "a file"), side("other", other))


def opened(stage: Stage, one: Graph | None = None, other: Graph | None = None) -> ComparePanel:
    show(stage.panel, one or before(), other or after())
    stage.panel.open()
    QApplication.processEvents()
    return stage.panel


# -- appearing and going away -------------------------------------------------------------------------------------


def test_it_covers_its_host_and_has_the_keyboard(stage: Stage) -> None:
    assert not stage.panel.isVisible()
    assert stage.panel.union is None
    stage.field.raise_()
    panel = opened(stage)
    assert panel.isVisible()
    assert panel.geometry() == stage.page.rect()
    assert stage.page.childAt(stage.field.geometry().center()) not in (stage.field, stage.page), "it lies above all"
    assert panel.list.hasFocus()
    stage.beside.setFocus()
    assert panel.isVisible(), "what lies beside it is no reason to go"
    stage.canvas.setFocus()
    assert panel.list.hasFocus(), "what goes to the canvas comes here"
    stage.resize(1300, 800)
    QApplication.processEvents()
    assert panel.geometry() == stage.page.rect()


def test_escape_leaves_it_and_the_canvas_has_its_keyboard_again(stage: Stage, qtbot: QtBot) -> None:
    panel = opened(stage)
    gone = []
    panel.destroyed.connect(lambda: gone.append(True))
    QTest.keyClick(panel.list, Keys.Key_Escape)
    assert stage.closed == [True]
    assert not panel.isVisible()
    assert stage.canvas.hasFocus()
    panel.dismiss()
    assert stage.closed == [True], "it is said once"
    qtbot.waitUntil(lambda: gone == [True])


@pytest.mark.parametrize("by", ["mouse", "space"])
def test_the_button_leaves_it(by: str, stage: Stage) -> None:
    panel = opened(stage)
    if by == "mouse":
        QTest.mouseClick(panel.close_button, LEFT)
    else:
        panel.close_button.setFocus()
        QTest.keyClick(panel.close_button, Keys.Key_Space)
    assert stage.closed == [True]
    assert stage.canvas.hasFocus()
    assert (panel.close_button.toolTip(), panel.close_button.accessibleName()) == ("Close (Esc)", "Close (Esc)")


def test_keys_that_mean_nothing_here_reach_nobody(stage: Stage) -> None:
    panel, got = opened(stage), []
    stage.keyPressEvent = got.append
    for key in (Keys.Key_Delete, Keys.Key_A):
        QTest.keyClick(panel, key)
    assert (got, stage.closed) == ([], [])


def test_what_opens_on_the_canvas_ends_it_and_keeps_the_keyboard(stage: Stage) -> None:
    opened(stage)
    stage.field.setFocus()
    assert stage.closed == [True]
    assert stage.field.hasFocus()


def test_ended_from_elsewhere_it_takes_the_keyboard_from_nobody(stage: Stage) -> None:
    panel = opened(stage)
    stage.beside.setFocus()
    panel.dismiss()
    assert stage.beside.hasFocus()
    assert stage.canvas.focusProxy() is None


def test_tab_goes_from_the_list_over_the_picture_to_the_buttons(stage: Stage) -> None:
    panel = opened(stage)
    passed = []
    for _ in range(5):
        passed.append(QApplication.focusWidget())
        QTest.keyClick(QApplication.focusWidget(), Keys.Key_Tab)
    assert passed == [panel.list, panel.view, panel.only, panel.swap, panel.close_button]


# -- what it says ---------------------------------------------------------------------------------------------------


def test_which_two_they_are_and_how_much_differs(stage: Stage) -> None:
    panel = opened(stage)
    assert {"+ 1 − 1 ~ 2 ↕ 1", "one", "Before · a file", "→", "other", "After", "Costs"} <= set(texts(panel))
    assert "These two networks are the same." not in texts(panel)
    words = "1 added, 1 removed, 2 changed, 1 moved"
    assert (panel.counts.toolTip(), panel.counts.accessibleName()) == (words, words)
    assert panel.before.accessibleName() == "Before: one, a file"
    assert panel.union.pairs.keys() == panel.scene.cards.keys()


def test_the_same_twice(stage: Stage) -> None:
    panel = opened(stage, chain(), chain())
    assert "These two networks are the same." in texts(panel)
    assert (panel.counts.text(), panel.counts.toolTip(), list(panel.list.entries)) == ("", "", [])
    show(panel, chain(), chain().renamed("act", "relu"))
    assert "These two networks are the same." not in texts(panel)
    assert panel.counts.text() == "~ 1"


def test_where_everything_stands(stage: Stage) -> None:
    panel = opened(stage, chain(), chain())

    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(panel, QPoint()), widget.size())

    head = [place(widget) for widget in (panel.before, panel.after, panel.counts, panel.only, panel.swap,
                                         panel.close_button)]
    side = [place(widget) for widget in (panel.none, panel.list, panel.costs)]
    assert panel.close_button.size().toTuple() == (28, 28)
    assert all(one.right() < other.left() for one, other in pairwise(head))
    assert all(one.bottom() < other.top() for one, other in pairwise([head[0], *side]))
    assert panel.swap.geometry().right() > 900
    view = place(panel.view)
    assert all(view.right() < box.left() and box.right() <= panel.rect().right() for box in side)
    assert view.width() > 600
    assert head[0].bottom() < view.top()
    assert view.bottom() == panel.rect().bottom()
    assert side[1].height() > side[2].height()
    assert cut_words(panel) == []


@pytest.mark.parametrize(("detail", "said"), [("as it is now", "After · as it is now"), ("", "After")])
def test_a_tag_names_a_network(detail: str, said: str, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    tag = NameTag("added", "After", parent)
    tag.show_side(Side("lenet", detail, None, None, 1, ""))
    parent.show()
    assert texts(tag) == ["lenet", said]
    image = tag.grab().toImage()
    ok = QColor(theme.color("ok"))
    assert any(image.pixelColor(x, y) == ok for x in range(20) for y in range(tag.height()))


def test_swap_is_asked_for(stage: Stage, qtbot: QtBot) -> None:
    panel = opened(stage)
    with qtbot.waitSignal(panel.swap_requested):
        QTest.mouseClick(panel.swap, LEFT)


def test_a_switch_dims_what_is_the_same(stage: Stage) -> None:
    panel = opened(stage)
    panel.view.fit()
    panel.only.setFocus()
    for is_on in (True, False):
        QTest.keyClick(panel.only, Keys.Key_Space)
        assert panel.only.isChecked() == is_on
        assert (panel.scene.highlight is not None) == is_on


def test_another_theme_brings_its_cross(stage: Stage) -> None:
    panel = opened(stage)
    dark = panel.close_button.icon().pixmap(12, 12).toImage()
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    light = panel.close_button.icon().pixmap(12, 12).toImage()
    assert not dark.isNull()
    assert light != dark


# -- leading --------------------------------------------------------------------------------------------------------


def seen(panel: ComparePanel, name: str) -> bool:
    area = panel.view.mapToScene(panel.view.viewport().rect()).boundingRect()
    return area.contains(panel.scene.cards[name].sceneBoundingRect())


def current(panel: ComparePanel) -> object:
    return panel.list.currentIndex().data(ENTRY).target


def test_one_sees_at_once_what_differs(stage: Stage) -> None:
    one = long_chain(60)
    panel = opened(stage, one, one.with_layer("n40", Tanh()).with_layer("n50", Tanh()))
    assert seen(panel, "n40"), "the upper one"
    assert panel.view.zoom() == 1.0


def test_where_it_is_seen_already_one_is_led_nowhere(stage: Stage) -> None:
    one = long_chain(60)
    panel = opened(stage, one, one.with_layer("n3", Tanh()).with_layer("n50", Tanh()))
    assert seen(panel, "input") and seen(panel, "n3")
    assert not seen(panel, "n50")


def test_the_list_leads_to_cards_and_wires(stage: Stage) -> None:
    one = long_chain(60)
    other = one.with_layer("n3", Tanh()).without_edges([Edge("n50", "n51")])
    panel, told = opened(stage, one, other), []
    panel.selected.connect(told.append)
    panel.lead_to(Edge("n50", "n51"))
    assert panel.scene.selected_edges() == [Edge("n50", "n51")]
    assert seen(panel, "n50")
    panel.lead_to("n3")
    assert panel.scene.selected_names() == ["n3"]
    assert panel.scene.selected_edges() == []
    assert seen(panel, "n3")
    assert told[-1] == ["n3"]
    for gone in ("n99", Edge("n1", "n9")):
        panel.lead_to(gone)
    assert panel.scene.selected_names() == ["n3"]


def test_what_is_selected_elsewhere_is_looked_at(stage: Stage) -> None:
    one = long_chain(60)
    panel, told = opened(stage, one, one.with_layer("n3", Tanh()).with_layer("n50", Tanh())), []
    panel.selected.connect(told.append)
    panel.select(["n49", "n50", "unknown"])
    assert panel.scene.selected_names() == ["n49", "n50"]
    assert seen(panel, "n50")
    assert current(panel) == "n50"
    panel.view.show_from_top()
    panel.select(["n49", "n50"])
    assert not seen(panel, "n50"), "it was selected already"
    panel.select([])
    assert panel.scene.selected_names() == []
    assert current(panel) == "n50"
    assert told[-1] == []


def test_a_click_in_the_picture_marks_its_entry(stage: Stage) -> None:
    panel, told = opened(stage), []
    panel.selected.connect(told.append)
    panel.view.fit()
    spot = panel.view.mapFromScene(panel.scene.cards["act"].body().center())
    QTest.mouseClick(panel.view.viewport(), LEFT, pos=spot)
    assert told == [["act"]]
    assert current(panel) == "act"


def test_it_follows_what_is_changed_below_it(stage: Stage) -> None:
    panel = opened(stage, chain(), chain())
    show(panel, chain(), chain().with_layer("fc1", Linear(out_features=3)))
    assert panel.scene.cards["fc1"].face.change == "changed"
    assert current(panel) == "fc1"
    known = side("one", chain())
    panel.show_comparison(compare(Experiment(chain()), Experiment(chain())),
                          replace_costs(known, 10), replace_costs(known, 20))
    assert [cell.text().replace("\xa0", " ") for cell in panel.costs.cells[0]] == ["10", "20", "+100 %"]


def replace_costs(known: Side, params: int) -> Side:
    return known._replace(costs=known.analysis.costs(1)._replace(params=params))


# -- room and looks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "tone"), [("added", "ok"), ("removed", "error")])
def test_a_sign_is_whole_and_in_the_middle(change: str, tone: str, qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    sign = Sign(change, host)
    host.show()
    image, ground = sign.grab().toImage(), QColor(theme.color("panel"))
    wide, high = image.width(), image.height()
    inked = [(x, y) for x in range(wide) for y in range(high) if image.pixelColor(x, y) != ground]
    for places, size in (([x for x, _ in inked], wide), ([y for _, y in inked], high)):
        assert 1 <= min(places) <= 3 and min(places) + max(places) == size - 1
    assert theme.color(tone).name() in colors(sign)


def test_a_network_that_has_no_place_is_named_without_one(stage: Stage) -> None:
    panel = opened(stage)
    assert (panel.before.detail.text(), panel.after.detail.text()) == ("Before · a file", "After")
    assert panel.after.accessibleName() == "After: other"
    assert panel.before.name.font().weight() == QFont.Weight.DemiBold
    assert panel.before.name.font().pixelSize() == 13


def test_a_sentence_that_is_longer_than_its_column_wraps(stage: Stage) -> None:
    panel = opened(stage, chain(), chain())
    wide = panel.view.width()
    panel.none.setStyleSheet("font-size: 30px;")
    for _ in range(3):
        QApplication.processEvents()
    assert panel.none.height() >= 2 * panel.none.fontMetrics().height()
    assert panel.view.width() == wide and cut_words(panel.none) == []


def test_its_head_is_no_higher_than_it_need_be_and_its_column_no_wider(stage: Stage) -> None:
    panel = opened(stage)
    stage.resize(1800, 1200)
    QApplication.processEvents()
    head, side = panel.before.parentWidget(), panel.list.parentWidget()
    assert head.height() == head.sizeHint().height() and head.width() == panel.width()
    assert side.width() == max(SIDE_WIDTH, side.sizeHint().width())
    assert panel.list.height() > panel.costs.height() and panel.costs.height() <= panel.costs.sizeHint().height() + 2
    assert panel.list.width() == panel.costs.width() == side.width()


def test_where_nobody_has_the_keyboard_it_goes_back_to_the_canvas(stage: Stage) -> None:
    panel = opened(stage)
    QApplication.focusWidget().clearFocus()
    assert QApplication.focusWidget() is None and panel.isVisible()
    panel.dismiss()
    assert stage.canvas.hasFocus()


def test_it_is_not_there_before_it_is_opened(qtbot: QtBot) -> None:
    stage = Stage()
    qtbot.addWidget(stage)
    assert not stage.panel.close_button.icon().isNull()
    stage.show()
    assert stage.isVisible() and not stage.panel.isVisible()


def test_it_follows_its_host_only_while_that_changes_its_size(stage: Stage) -> None:
    panel = opened(stage)
    assert is_redrawn(stage.page, lambda: stage.resize(1200, 640)), "the host gets its events, too"
    assert panel.geometry() == stage.page.rect()
    panel.setGeometry(10, 10, 300, 300)
    QApplication.sendEvent(stage.page, QEvent(QEvent.Type.User))
    assert panel.geometry().x() == 10


def test_a_click_on_the_picture_or_a_key_does_not_reach_what_lies_below(stage: Stage) -> None:
    panel, got = opened(stage), []
    stage.page.mousePressEvent = got.append
    QTest.mouseClick(panel, LEFT, pos=QPoint(panel.width() - 5, panel.height() - 5))
    QTest.keyClick(panel.view, Keys.Key_Delete)
    assert got == [] and panel.isVisible()


def test_in_a_narrow_column_the_list_stands_below_the_picture(stage: Stage) -> None:
    panel = opened(stage)
    assert panel.list.mapTo(panel, QPoint()).x() > panel.view.geometry().right()
    for width in (420, 260):
        stage.resize(width, 700)
        QApplication.processEvents()
        assert panel.view.width() == panel.width() and panel.view.height() > 150
        assert panel.list.mapTo(panel, QPoint()).y() > panel.view.geometry().bottom()
        assert panel.rect().contains(QRect(panel.close_button.mapTo(panel, QPoint()), panel.close_button.size()))
    assert not panel.costs.isVisible()
