"""Any gestures in any order: nothing raises, the canvas always shows the graph, and all of it can be undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.blocks.base import Block
from engine.graph.graph import Graph
from engine.layers.base import LAYERS
from engine.messages import LayerloomError
from tests.app import desk as desks
from tests.app.desk import LEFT, NONE
from tests.app.document.test_gestures import ALT, CTRL, SHIFT, Hands, drop

STEPS, EXAMPLES = 50, 24
KINDS = ("Conv2d", "ReLU", "Add", "Flatten", "Linear", "BatchNorm2d", "MaxPool2d", "Concat", "Residual", "Dropout")
COLORS = ("", "red", "blue")
MODIFIERS = st.sampled_from([NONE, NONE, ALT, CTRL, SHIFT])
NUMBER, PLACE = st.integers(0, 10_000), st.tuples(st.integers(12, 880), st.integers(12, 700))


class Gestures(RuleBasedStateMachine):
    """A person who tries everything."""

    qtbot = None  # of the test that runs it
    judged = undone = 0  # times that canvas and graph were compared; edits that were taken back, in all runs

    @initialize()
    def open(self) -> None:
        QApplication.clipboard().clear()
        self.desk = Hands(self.qtbot, desks.network())
        self.view, self.scene = self.desk.view, self.desk.scene
        self.view.refused.connect(lambda message: str(message))

    # -- picking ------------------------------------------------------------------------------------------------

    def name(self, number: int) -> str | None:
        names = [name for name in self.scene.graph.nodes if self.scene.cards[name].isVisible()]
        return names[number % len(names)] if names else None

    def edge(self, number: int):
        edges = [edge for edge, wire in self.scene.wires.items() if wire.isVisible()]
        return edges[number % len(edges)] if edges else None

    def frame(self, number: int):
        items = [item for item in self.scene.frames.items if item.isVisible()]
        return items[number % len(items)] if items else None

    def seen(self, point: QPoint) -> QPoint:
        """Where the mouse can be."""
        rect = self.view.viewport().rect().adjusted(2, 2, -2, -2)
        return QPoint(min(max(point.x(), rect.left()), rect.right()), min(max(point.y(), rect.top()), rect.bottom()))

    def pull(self, start: QPoint, end: QPoint, keys=NONE, cancel: bool = False) -> None:
        start, end = self.seen(start), self.seen(end)
        self.desk.hold(start, end, keys)
        if cancel:
            QTest.keyClick(self.view, Qt.Key.Key_Escape)
        self.desk.release(end, keys)
        self.scene.cancel_gesture()  # a wire may wait for a search

    # -- gestures -----------------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from([kind for kind in KINDS if kind in LAYERS]), at=PLACE, keys=MODIFIERS)
    def drop_anywhere(self, kind: str, at: tuple[int, int], keys) -> None:
        drop(self.desk, kind, QPoint(*at), keys)

    @rule(kind=st.sampled_from(["ReLU", "BatchNorm2d"]), number=NUMBER)
    def drop_on_a_wire(self, kind: str, number: int) -> None:
        if (edge := self.edge(number)) is not None:
            drop(self.desk, kind, self.view.mapFromScene(self.scene.wires[edge].path.pointAtPercent(0.5)))

    @rule(kind=st.sampled_from(["ReLU", "Linear", "Add"]))
    def append(self, kind: str) -> None:
        self.view.append(kind)

    @rule(a=NUMBER, b=NUMBER, cancel=st.booleans())
    def connect(self, a: int, b: int, cancel: bool) -> None:
        source, target = self.name(a), self.name(b)
        if source is not None:
            self.pull(self.desk.out(source), self.desk.into(target), cancel=cancel and a % 3 == 0)

    @rule(number=NUMBER, at=PLACE)
    def disconnect(self, number: int, at: tuple[int, int]) -> None:
        if (edge := self.edge(number)) is not None and self.scene.cards[edge.target].isVisible():
            self.pull(self.desk.into(edge.target, edge.port), QPoint(*at))

    @rule(number=NUMBER, at=PLACE, keys=MODIFIERS, cancel=st.integers(0, 4))
    def move(self, number: int, at: tuple[int, int], keys, cancel: int) -> None:
        if (name := self.name(number)) is not None:
            self.pull(self.desk.spot(name), QPoint(*at), keys, cancel == 0)

    @rule(a=PLACE, b=PLACE, keys=MODIFIERS, cancel=st.integers(0, 4))
    def drag_anything(self, a: tuple[int, int], b: tuple[int, int], keys, cancel: int) -> None:
        self.pull(QPoint(*a), QPoint(*b), keys, cancel == 0)

    @rule(a=PLACE, twice=st.booleans())
    def click_anywhere(self, a: tuple[int, int], twice: bool) -> None:
        QTest.mouseClick(self.desk.port, LEFT, NONE, QPoint(*a))
        if twice:
            QTest.mouseDClick(self.desk.port, LEFT, NONE, QPoint(*a))
        self.view.comments.finish()

    @rule(numbers=st.lists(NUMBER, max_size=4))
    def select(self, numbers: list[int]) -> None:
        self.scene.select([name for number in numbers if (name := self.name(number)) is not None])

    @rule(number=NUMBER)
    def select_a_frame(self, number: int) -> None:
        if (item := self.frame(number)) is not None:
            self.scene.choose({item})

    @rule(number=NUMBER, by=PLACE, cancel=st.integers(0, 3))
    def move_a_frame(self, number: int, by: tuple[int, int], cancel: int) -> None:
        if (item := self.frame(number)) is not None:
            self.pull(self.view.mapFromScene(item.title().center()), QPoint(*by), cancel=cancel == 0)

    @rule(number=NUMBER, how=st.sampled_from(["double", "alt", "remove"]), at=PLACE)
    def bend(self, number: int, how: str, at: tuple[int, int]) -> None:
        if (edge := self.edge(number)) is None:
            return
        middle = self.seen(self.view.mapFromScene(self.scene.wires[edge].path.pointAtPercent(0.4)))
        if how == "double":
            self.desk.double(middle)
        elif how == "alt":
            self.pull(middle, QPoint(*at), ALT)
        elif edge.via:
            self.view.edits.remove_bends(edge)
        self.view.comments.finish()

    @rule(text=st.sampled_from(["", "a", "two words"]), keep=st.booleans())
    def comment(self, text: str, keep: bool) -> None:
        self.view.comment()
        QTest.keyClicks(self.view.comments, text)
        QTest.keyClick(self.view.comments, Qt.Key.Key_Return if keep else Qt.Key.Key_Escape)

    @rule(act=st.sampled_from(["delete", "heal", "cut", "copy", "paste", "paste wired", "duplicate"]))
    def edit(self, act: str) -> None:
        big = len(self.scene.graph.nodes) > 40
        {"delete": self.view.edits.delete_selection, "heal": lambda: self.view.edits.delete_selection(heal=True),
         "cut": self.view.cut, "copy": self.view.copy, "paste": self.view.paste if not big else str,
         "paste wired": (lambda: self.view.paste(wired=True)) if not big else str,
         "duplicate": self.view.duplicate if not big else str}[act]()

    @rule(act=st.sampled_from(["bypass", "fold", *COLORS]))
    def mark(self, act: str) -> None:
        edits = self.view.edits
        marks: dict[str, Callable[[], object]] = {"bypass": edits.turn_bypass, "fold": edits.turn_fold}
        marks.get(act, lambda: edits.color(act))()

    @rule(key=st.sampled_from([Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Space]))
    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.view, key)

    @rule(act=st.sampled_from(["make", "dissolve", "in", "out"]), number=NUMBER)
    def blocks(self, act: str, number: int) -> None:
        page, graph = self.desk.page, self.scene.graph
        inside = [name for name, node in graph.nodes.items() if isinstance(node.layer, Block)]
        if act == "make":
            page.make_block("Part")
        elif act == "dissolve":
            page.dissolve()
        elif act == "out":
            self.desk.key(Qt.Key.Key_Backspace)
        elif inside and len(page.level.path) < 2:
            page.go((*page.level.path, inside[number % len(inside)]))

    @rule(at=PLACE, turn=st.sampled_from([-480, -120, 120, 480]))
    def zoom(self, at: tuple[int, int], turn: int) -> None:
        self.desk.wheel(QPoint(*at), turn)

    @rule(whole=st.booleans())
    def fit(self, whole: bool) -> None:
        self.view.fit(selection_only=not whole)

    @rule(steps=st.integers(1, 4))
    def undo(self, steps: int) -> None:
        for _ in range(steps):
            self.desk.document.undo()

    @rule(steps=st.integers(1, 4))
    def redo(self, steps: int) -> None:
        for _ in range(steps):
            self.desk.document.redo()

    # -- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def the_canvas_shows_the_graph(self) -> None:
        Gestures.judged += 1
        self.desk.check()
        assert not self.scene.is_holding
        frames = self.desk.page.level.graph.frames
        assert [item.frame for item in self.scene.frames.items] == list(frames)
        folded = {name for frame in frames if frame.collapsed for name in frame.members}
        for name, card in self.scene.cards.items():
            assert card.isVisible() is (name not in folded)
        for edge, wire in self.scene.wires.items():
            assert wire.via == edge.via
            assert not wire.path.isEmpty()
        for item in frames and self.scene.frames.items:
            assert item.frame.members or (item.area.x(), item.area.y()) == item.frame.position

    def teardown(self) -> None:
        history, states = self.desk.document, []
        while history.history.undo_text is not None:
            states.append(self.desk.graph)
            history.undo()
        Gestures.undone += len(states)
        assert self.desk.graph == desks.network()
        for graph in reversed(states):
            history.redo()
            assert self.desk.graph == graph
        self.desk.check()
        self.desk.page.close()
        self.desk.page.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Bot:
    """Of pytest-qt's only what a desk needs; pages go when their run ends."""

    def __init__(self, qtbot) -> None:
        self.waitExposed = qtbot.waitExposed

    def addWidget(self, widget) -> None:
        """It is closed by ``teardown``."""


def test_any_gestures_leave_canvas_and_graph_equal(qtbot):
    Gestures.qtbot = Bot(qtbot)
    run_state_machine_as_test(Gestures, settings=settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink]))
    assert Gestures.judged > 600 and Gestures.undone > 150


@pytest.mark.parametrize("graph", [Graph(), desks.network()])
def test_keys_on_nothing_do_nothing(qtbot, graph):
    desk = Hands(qtbot, graph)
    edits = desk.view.edits
    for act in (edits.turn_bypass, edits.turn_fold, edits.delete_selection, desk.view.copy, desk.view.cut,
                desk.view.duplicate, lambda: edits.nudge(1, 1), lambda: edits.color("red")):
        act()
    assert desk.graph == graph
    with pytest.raises(LayerloomError):
        desk.graph.with_marks(["nobody"], label="red")
