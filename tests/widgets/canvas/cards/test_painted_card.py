"""What is painted on a card: which words where and in which colour, its ports, its signs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from engine.graph.grid import THIN
from tests.painted import Mark, of, painted, words
from tests.widgets.canvas.cards.plain import plain
from widgets.canvas.cards.face import Face
from widgets.canvas.cards.heat import heat_color
from widgets.canvas.cards.painting import paint_card
from widgets.canvas.cards.sizes import (
    CARD_HEIGHT,
    CARD_WIDTH,
    PORT_RADIUS,
    WIDEST,
    card_height,
    card_width,
    input_port,
    output_port,
    shortened,
)
from widgets.canvas.ground.fonts import Fonts
from widgets.canvas.ground.labels import LABEL_COLORS
from widgets.look import theme

FACE = Face("conv1", "convolution", "Conv 2d · 6", count="156")
DARK = theme.DARK


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme.apply(qapp, DARK)


def card(selected: bool = False, hovered: bool = False, near: bool = True, **face: object) -> list[Mark]:
    return painted(lambda painter: paint_card(painter, FACE._replace(**face), selected, hovered, near))


def written(marks: list[Mark]) -> dict[str, str]:
    """The words, each with its colour."""
    return {mark.text: mark.pen for mark in of("text", marks)}


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("face", "shown"), [
    ({}, {"conv1": DARK.text, "Conv 2d · 6": DARK.dim, "156": DARK.dim}),
    ({"loose": True}, {"conv1": DARK.dim, "Conv 2d · 6": DARK.dim, "156": DARK.dim}),
    ({"bypassed": True}, {"conv1": DARK.dim, "Conv 2d · 6": DARK.dim, "156": DARK.dim}),
    ({"heat": 0.5}, {"conv1": DARK.text, "Conv 2d · 6": DARK.text, "156": DARK.text}),
    ({"heat": 0.0}, {"conv1": DARK.text, "Conv 2d · 6": DARK.dim, "156": DARK.dim}),
    ({"count": ""}, {"conv1": DARK.text, "Conv 2d · 6": DARK.dim}),
    ({"severity": "error", "problem": "No"}, {"conv1": DARK.text, "No": DARK.error, "156": DARK.dim}),
    ({"severity": "warning", "problem": "No"}, {"conv1": DARK.text, "No": DARK.warn, "156": DARK.dim}),
    ({"severity": "error"}, {"conv1": DARK.text, "Conv 2d · 6": DARK.dim, "156": DARK.dim}),
    ({"collapsed": True}, {"conv1": DARK.text, "156": DARK.dim}),
    ({"collapsed": True, "severity": "error", "problem": "No"}, {"conv1": DARK.text, "156": DARK.dim, "!": DARK.error}),
    ({"collapsed": True, "severity": "warning", "problem": "No"},
     {"conv1": DARK.text, "156": DARK.dim, "!": DARK.warn}),
    ({"collapsed": True, "severity": "hint"}, {"conv1": DARK.text, "156": DARK.dim}),
    ({"repeat": 3}, {"conv1": DARK.text, "×3": DARK.text, "Conv 2d · 6": DARK.dim, "156": DARK.dim}),
    ({"change": "added"}, {"conv1": DARK.text, "Conv 2d · 6": DARK.dim, "156": DARK.dim, "+": DARK.canvas}),
    ({"change": "moved"}, {"conv1": DARK.text, "Conv 2d · 6": DARK.dim, "156": DARK.dim, "↕": DARK.canvas}),
])
def test_words_and_their_colours(face: dict[str, object], shown: dict[str, str]):
    assert written(card(**face)) == shown


def test_from_afar_there_is_the_name_alone():
    marks = card(near=False, frozen=True, label="red", repeat=2)
    assert set(words(marks)) == {"conv1", "×2"} and of("dot", marks) == []


def test_words_stand_one_below_the_other_and_numbers_at_the_right():
    places = {mark.text: mark.place.topLeft() for mark in of("text", card())}
    size = Fonts.get().count_size.horizontalAdvance("156")
    assert places == {"conv1": QPointF(16, 19.5), "Conv 2d · 6": QPointF(16, 36.5),
                      "156": QPointF(CARD_WIDTH - 12 - size, 19.5)}
    thin = {mark.text: mark.place.topLeft() for mark in of("text", card(collapsed=True))}
    assert thin["conv1"] == QPointF(16, 17.5) and thin["156"].y() == 17.5


def test_long_words_are_cut_before_what_stands_beside_them():
    long = "a_name_that_no_card_has_room_for_at_all"
    fonts = Fonts.get()
    plain, marked = card(name=long, count=""), card(name=long, frozen=True, linked=True, label="red", repeat=4)
    cut, more_cut = words(plain)[0], next(text for text in words(marked) if text.startswith("a_"))
    assert cut.endswith("…") and more_cut.endswith("…") and len(more_cut) < len(cut)
    assert fonts.name_size.horizontalAdvance(cut) <= CARD_WIDTH - 12 - 16
    badge = next(mark for mark in of("text", marked) if mark.text == "×4").place
    assert badge.left() >= 16 + fonts.name_size.horizontalAdvance(more_cut)
    dot = next(mark for mark in of("dot", marked) if mark.fill == LABEL_COLORS["red"]).place
    assert badge.right() <= dot.left(), "the badge ends before the label"
    detail = card(detail="Conv 2d · 64 · 7×7 · stride 2 · and much more than that")
    assert any(text.startswith("Conv") and text.endswith("…") for text in words(detail))


def test_signs_stand_side_by_side_left_of_the_numbers():
    count = CARD_WIDTH - 12 - Fonts.get().count_size.horizontalAdvance("156") - 8
    lone = next(mark for mark in of("dot", card(label="blue")) if mark.fill == LABEL_COLORS["blue"])
    assert lone.place == QRectF(count - 10, 10, 10, 10) and lone.pen == ""
    plain, extra = card(), card(linked=True, frozen=True)
    glyphs = [mark for mark in extra if mark not in plain and mark.kind in ("box", "line")]
    link, lock = glyphs[:2], glyphs[2:]
    assert all(mark.pen == DARK.dim and mark.fill == "" for mark in link) and len(link) == 2
    assert QRectF(count - 16, 5, 20, 20).contains(link[0].place.united(link[1].place))
    area = lock[0].place
    for mark in lock:
        area = area.united(mark.place)
    assert QRectF(count - 30, 9, 12, 12).contains(area) and lock[-1].fill == DARK.dim and lock[-1].pen == ""
    with_label = card(linked=True, frozen=True, label="blue")
    dot = next(mark for mark in of("dot", with_label) if mark.fill == LABEL_COLORS["blue"])
    assert dot.place.right() == count - 36
    assert not [mark for mark in of("dot", card(label="nobody's")) if mark.fill in LABEL_COLORS.values()]


# -- ground and outline -----------------------------------------------------------------------------------------------


def body(marks: list[Mark]) -> list[Mark]:
    """The outlines as large as the card."""
    return [mark for mark in of("box", marks) if mark.place.width() > CARD_WIDTH - 4 and mark.fill == ""]


@pytest.mark.parametrize(("face", "selected", "hovered", "color", "width", "style"), [
    ({}, False, False, DARK.line, 1.0, Qt.PenStyle.SolidLine), ({}, False, True, DARK.dim, 1.0, Qt.PenStyle.SolidLine),
    ({}, True, True, DARK.accent, 2.0, Qt.PenStyle.SolidLine),
    ({"severity": "error"}, False, False, DARK.error, 1.8, Qt.PenStyle.SolidLine),
    ({"severity": "error"}, True, False, DARK.error, 2.6, Qt.PenStyle.SolidLine),
    ({"bypassed": True}, False, False, DARK.line, 1.0, Qt.PenStyle.DashLine),
])
def test_the_line_around_it(face: dict[str, object], selected: bool, hovered: bool, color: str, width: float,
                            style: Qt.PenStyle):
    [mark] = body(card(selected, hovered, **face))
    assert (mark.pen, mark.width, mark.style) == (color, width, style)
    inset = width / 2 - 0.5
    assert mark.place == QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT).adjusted(inset, inset, -inset, -inset)


def test_its_ground():
    ground = card()[0]
    assert (ground.kind, ground.place, ground.pen, ground.fill) == (
        "path", QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT), "", DARK.raised)
    heated = card(heat=1.0)[1]
    assert (heated.place, heated.pen, heated.fill) == (ground.place, "", heat_color(1.0).name())
    assert heat_color(0) == heat_color(-1) == theme.color("raised") and heat_color(2) == heat_color(1)
    assert card(collapsed=True)[0].place.height() == THIN
    [strip] = of("area", card())
    assert (strip.place.left(), round(strip.place.right(), 3), strip.fill, strip.opacity) == (
        0, 5, theme.category_color("convolution").name(), 1.0)
    assert strip.place.height() > CARD_HEIGHT - 2
    assert [of("area", card(**{dim: True}))[0].opacity for dim in ("loose", "bypassed")] == [0.45, 0.45]


def test_a_bypassed_one_is_hatched_all_over():
    lines = of("line", card(bypassed=True))
    assert {(mark.pen, mark.width) for mark in lines} == {(DARK.line, 1.0)}
    assert all(mark.place.width() == mark.place.height() == CARD_HEIGHT for mark in lines)
    lefts = [mark.place.right() for mark in lines]
    assert lefts[0] == 0 and lefts[-1] >= CARD_WIDTH + CARD_HEIGHT - 9 and len(set(lefts)) == len(lefts)


def test_below_a_repeated_one_lie_others():
    below = of("box", card(repeat=2))[:2]
    assert [(mark.fill, mark.pen, mark.place.left(), mark.place.right(), mark.place.bottom()) for mark in below] == [
        (DARK.raised, DARK.wire, 10, CARD_WIDTH - 10, CARD_HEIGHT + 7),
        (DARK.raised, DARK.wire, 5, CARD_WIDTH - 5, CARD_HEIGHT + 3.5)]
    badge = next(mark for mark in of("box", card(repeat=2)) if mark.place.height() == 16)
    assert badge.fill == theme.category_color("convolution").name() and badge.pen == "" and badge.opacity == 0.22
    assert len(of("box", card())) == 1, "a single one has nothing below it"


@pytest.mark.parametrize(("change", "color", "style", "veiled"), [
    ("added", DARK.ok, Qt.PenStyle.DashLine, False), ("removed", DARK.error, Qt.PenStyle.DotLine, True),
    ("changed", DARK.accent, Qt.PenStyle.SolidLine, False), ("moved", DARK.dim, Qt.PenStyle.DashLine, False),
])
def test_what_it_is_in_another_network(change: str, color: str, style: Qt.PenStyle, veiled: bool):
    marks = card(change=change)
    outline = body(marks)[-1]
    assert (outline.pen, outline.style, outline.width) == (color, style, 1.6)
    veils = [mark for mark in of("box", marks) if mark.fill == DARK.canvas and mark.pen == ""]
    assert [(mark.place, mark.opacity) for mark in veils] == [(outline.place, 0.38)] * veiled
    disc = next(mark for mark in of("dot", marks) if mark.fill == color)
    assert disc.place.center() == QPointF(2, 2) and disc.pen == DARK.canvas and disc.width == 1.5
    sign = next(mark for mark in of("text", marks) if mark.place.center() == QPointF(2, 2))
    assert sign.pen == DARK.canvas


@pytest.mark.parametrize(("selected", "rim"), [(False, DARK.wire), (True, DARK.accent)])
def test_its_ports(selected: bool, rim: str):
    dots = of("dot", card(selected, inputs=2))
    assert {(mark.pen, mark.fill, mark.width, mark.place.width()) for mark in dots} == {
        (rim, DARK.canvas, 1.5, 2 * PORT_RADIUS)}
    ports = [input_port(plain(2), 0), input_port(plain(2), 1), output_port(plain())]
    assert [mark.place.center() for mark in dots] == ports
    assert [mark.place.center() for mark in of("dot", card(inputs=0, has_output=False))] == []
    assert of("dot", card(collapsed=True))[-1].place.center() == QPointF(CARD_WIDTH / 2, THIN)


# -- sizes ------------------------------------------------------------------------------------------------------------


def test_how_large_it_is():
    wide = FACE._replace(problem="A sentence that is somewhat longer than a card", severity="error")
    room = Fonts.get().detail_size.horizontalAdvance(wide.problem) + 30
    assert card_width(FACE) == card_width(FACE._replace(problem="No")) == CARD_WIDTH
    assert CARD_WIDTH < card_width(wide) == room < WIDEST == card_width(FACE._replace(problem="much " * 50))
    assert (card_height(FACE), card_height(FACE._replace(collapsed=True))) == (CARD_HEIGHT, THIN)
    assert input_port(plain(1), 0) == QPointF(CARD_WIDTH / 2, 0)
    assert input_port(plain(2), 1) == QPointF(CARD_WIDTH * 2 / 3, 0)
    marks = painted(lambda painter: paint_card(painter, wide, False, False))
    assert body(marks)[0].place.width() > room - 2 and wide.problem in words(marks)


@pytest.mark.parametrize(("face", "cut"), [
    ({}, []), ({"name": "a_name_that_no_card_has_room_for_at_all"}, ["a_name_that_no_card_has_room_for_at_all"]),
    ({"detail": "many words " * 9}, ["many words " * 9]), ({"name": "fifteen_letters"}, []),
    ({"name": "twenty_three_letters_ok", "count": ""}, []),
    ({"name": "twenty_three_letters_ok", "count": "123 456 789"}, ["twenty_three_letters_ok"]),
    ({"problem": "many words " * 9}, ["many words " * 9]), ({"problem": "some words that fit"}, []),
])
def test_what_does_not_fit_on_it(face: dict[str, object], cut: list[str]):
    assert shortened(FACE._replace(**face)) == cut
