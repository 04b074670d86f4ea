"""Where frames lie around cards, which of them a card is in, and what collapsed ones hide."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.graph import marks
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph
from tests.widgets.canvas.desk import Stage, network
from widgets.canvas.cards.sizes import CARD_WIDTH
from widgets.canvas.frames.frame import FrameItem
from widgets.canvas.frames.painting import BAR, BELOW, PADDING, TITLE

INNER, OUTER, NOTE = Frame("In", ("conv1",)), Frame("Out", ("conv1", "act1", "fc1")), Frame("why", (), (-300., 40.),
                                                                                           (200., 90.))


def framed(*frames: Frame) -> Graph:
    return network().with_frames(frames)


@pytest.fixture
def stage(qtbot) -> Stage:
    return Stage(qtbot, framed(INNER, OUTER, NOTE))


def items(stage: Stage) -> list[FrameItem]:
    return stage.scene.frames.items


def around(*areas: QRectF) -> QRectF:
    area = QRectF()
    for each in areas:
        area = area.united(each)
    return area.adjusted(-PADDING, -TITLE, PADDING, BELOW)


def test_an_outer_frame_lies_around_the_inner_one_whatever_their_order(stage):
    for frames in ((INNER, OUTER, NOTE), (OUTER, INNER, NOTE)):
        stage.show(framed(*frames))
        inner, outer = (items(stage)[frames.index(frame)] for frame in (INNER, OUTER))
        cards = stage.scene.cards
        assert inner.area == around(cards["conv1"].body())
        assert outer.area == around(inner.area, cards["act1"].body(), cards["fc1"].body())
        assert items(stage)[2].area == QRectF(-300, 40, 200, 90)


def test_frames_with_the_same_cards_or_others_lie_side_by_side(stage):
    stage.show(framed(INNER, Frame("Twin", ("conv1",)), Frame("Beside", ("act1", "fc1"))))
    first, twin, beside = items(stage)
    assert first.area == twin.area == around(stage.scene.cards["conv1"].body())
    assert beside.area == around(stage.scene.cards["act1"].body(), stage.scene.cards["fc1"].body())


def test_items_stay_for_frames_that_stay(stage):
    inner, outer, note = items(stage)
    stage.show(framed(OUTER, NOTE))
    assert items(stage) == [outer, note] and inner.scene() is None
    changed = Frame("Other", OUTER.members)
    stage.show(framed(changed, NOTE))
    assert items(stage) == [outer, note] and outer.frame == changed
    stage.show(framed(changed, NOTE, INNER))
    assert items(stage)[:2] == [outer, note] and items(stage)[2].scene() is stage.scene
    assert [stage.scene.frames.index(item) for item in items(stage)] == [0, 1, 2]
    stage.show(framed())
    assert items(stage) == [] and not any(isinstance(item, FrameItem) for item in stage.scene.items())


def test_a_frame_follows_its_cards_but_not_those_in_the_hand(stage):
    card, inner = stage.scene.cards["conv1"], items(stage)[0]
    outer = items(stage)[1]
    before = outer.area
    card.carried = True
    card.setPos(500, 600)
    stage.scene.frames.arrange({"conv1"})
    assert stage.scene.frames.held == {"conv1"}
    assert inner.area == around(card.body()), "all of it is in the hand: it goes along"
    rest = around(stage.scene.cards["act1"].body(), stage.scene.cards["fc1"].body(), inner.area)
    assert outer.area == rest
    stage.scene.frames.arrange()
    assert stage.scene.frames.held == ()
    items(stage)[2].place(QPointF(0, 0))
    stage.scene.put_back()
    assert outer.area == before and items(stage)[2].area.topLeft() == QPointF(-300, 40)


def test_a_card_that_moves_by_itself_takes_the_frame_along(stage, qtbot):
    stage.scene.cards["conv1"].moveBy(300, 0)
    qtbot.waitUntil(lambda: items(stage)[0].area == around(stage.scene.cards["conv1"].body()))


@pytest.mark.parametrize(("name", "at", "held", "homes"), [
    ("conv1", None, (), {0, 1}), ("act1", None, (), {1}), ("add1", None, (), set()),
    ("conv1", (900, 900), (), set()), ("conv1", (900, 900), ("conv1",), {0}),
    ("conv1", (900, 900), ("conv1", "act1", "fc1"), {0, 1}), ("add1", (0, 80), (), {0, 1}),
    ("add1", (-250, 60), (), set()),
])
def test_which_frames_a_card_is_in(stage, name, at, held, homes):
    card = stage.scene.cards[name]
    if at is not None:
        card.carried = True
        card.setPos(*at)
    assert stage.scene.frames.around(card, held) == homes


def test_a_collapsed_frame_takes_in_nothing(stage):
    stage.show(framed(Frame("In", ("conv1",), collapsed=True)))
    add = stage.scene.cards["add1"]
    add.carried = True
    add.setPos(items(stage)[0].area.center() - QPointF(CARD_WIDTH / 2, 23))
    assert stage.scene.frames.around(add, ()) == set()


def folded(*frames: Frame) -> Graph:
    graph = framed(*frames)
    return graph.with_edges([Edge("act1", "fc1"), Edge("act1", "add1", 0)])


def test_a_bar_stands_above_the_middle_of_what_it_hides(stage):
    stage.show(folded(Frame("Out", OUTER.members, collapsed=True)))
    [bar] = items(stage)
    whole = around(*(stage.scene.cards[name].body() for name in OUTER.members))
    assert bar.area == QRectF(whole.center().x() - CARD_WIDTH / 2, whole.top(), CARD_WIDTH, BAR)
    assert {name: card.isVisible() for name, card in stage.scene.cards.items()} == {
        "input": True, "conv1": False, "act1": False, "fc1": False, "add1": True}
    shown = {(edge.source, edge.target): wire.isVisible() for edge, wire in stage.scene.wires.items()}
    assert shown == {("input", "conv1"): True, ("conv1", "act1"): False, ("act1", "fc1"): False, ("act1", "add1"): True}
    wire = stage.scene.wires[Edge("act1", "add1", 0)]
    assert wire.path.pointAtPercent(0) == QPointF(bar.area.center().x(), bar.area.bottom())
    assert stage.scene.wires[Edge("input", "conv1")].path.pointAtPercent(1) == QPointF(
        bar.area.center().x(), bar.area.top())
    bar.lie(bar.area.translated(50, 0))
    stage.scene.frames.lead_wires()
    assert wire.path.pointAtPercent(0) == QPointF(bar.area.center().x(), bar.area.bottom())
    stage.show(folded(OUTER))
    assert all(item.isVisible() for item in (*stage.scene.cards.values(), *stage.scene.wires.values()))
    assert wire.path.pointAtPercent(0) == stage.scene.cards["act1"].out_point()


@pytest.mark.parametrize(("inner", "outer", "seen", "fold"), [
    (False, False, [True, True], [None, None]), (True, False, [True, True], [0, None]),
    (False, True, [False, True], [1, 1]), (True, True, [False, True], [1, 1]),
])
def test_of_frames_in_frames_the_outermost_counts(stage, inner, outer, seen, fold):
    stage.show(folded(Frame("In", INNER.members, collapsed=inner), Frame("Out", OUTER.members, collapsed=outer)))
    assert [item.isVisible() for item in items(stage)] == seen
    folds = [None if fold is None else items(stage)[fold] for fold in fold]
    assert [stage.scene.cards[name].fold for name in ("conv1", "act1")] == folds


def test_a_frame_of_whose_cards_only_some_are_hidden_is_seen(stage):
    stage.show(folded(Frame("In", ("conv1", "act1"), collapsed=True), Frame("Across", ("act1", "add1"))))
    assert [item.isVisible() for item in items(stage)] == [True, True]
    stage.show(marks.frames_folded(stage.scene.graph, [0]))
    assert all(card.isVisible() for card in stage.scene.cards.values())
