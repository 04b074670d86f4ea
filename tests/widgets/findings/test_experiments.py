"""The page of small experiments: what can be tried, how far it is, and what was found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.findings.experiments import Experiments
from widgets.findings.offer_card import OfferCard
from widgets.findings.pictures import Bars, Lines
from widgets.findings.values import FindingShown, Offer
from widgets.look import theme

LEFT = Qt.MouseButton.LeftButton
OFFERS = (Offer("equal", "All weights equal", "What if all weights start equal?"),
          Offer("order", "Order of the layers", "Does the order matter?"),
          Offer("norm", "Without batch norm", "What does it do?", "This network has no batch norm."))
FOUND = FindingShown("Equal weights", "Every channel stays like its neighbour.",
                     (Bars(["equal", "Xavier"], [0.1, 0.97]), Lines([0, 1], {"loss": [2, 1]})), "tried on 500 examples")


class Heard(list[tuple[object, ...]]):
    """What the page asks for."""

    def __init__(self, page: Experiments) -> None:
        super().__init__()
        page.asked.connect(lambda id: self.append(("try", id)))
        page.stopped.connect(lambda: self.append(("stop",)))
        page.save_requested.connect(lambda id, kind: self.append(("save", id, kind)))


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[Experiments]:
    page = Experiments()
    qtbot.addWidget(page)
    page.resize(1000, 400)
    page.show_offers(OFFERS)
    page.show()
    qtbot.waitExposed(page)
    QCursor.setPos(page.mapToGlobal(QPoint(900, 390)))
    yield page


@pytest.fixture
def heard(page: Experiments) -> Heard:
    return Heard(page)


def card(page: Experiments, id: str) -> OfferCard:
    return next(each for each in page.cards if each.offer.id == id)


def words(page: Experiments) -> list[str]:
    """What is read at the right, from the top."""
    parts = (page.page.title, page.page.sentence, page.page.error, page.page.hint, page.page.about)
    return [part.text() for part in parts if part.isVisibleTo(page)]


def test_one_is_in_hand_and_the_button_tries(page: Experiments, heard: Heard, qtbot: QtBot) -> None:
    assert [each.title.text() for each in page.cards] == [offer.title for offer in OFFERS]
    assert page.chosen == "equal" and words(page)[:2] == ["All weights equal", "What if all weights start equal?"]
    qtbot.mouseClick(card(page, "order").button, LEFT)
    assert heard == [("try", "order")] and page.chosen == "order" and words(page)[0] == "Order of the layers"


def test_where_it_does_not_apply_there_is_a_reason_and_no_button(page: Experiments, heard: Heard, qtbot: QtBot) -> None:
    norm = card(page, "norm")
    assert not norm.button.isVisible() and norm.reason.text() == "This network has no batch norm."
    qtbot.mouseClick(norm, LEFT)
    qtbot.keyClick(norm, Qt.Key.Key_Return)
    assert words(page) == ["Without batch norm", "What does it do?", "This network has no batch norm."]
    assert heard == []
    page.show_offers([offer._replace(reason="") for offer in OFFERS])
    assert norm.button.isVisible() and not norm.reason.isVisible(), "now it does"


def test_arrows_go_through_the_list_and_enter_tries(page: Experiments, heard: Heard, qtbot: QtBot) -> None:
    page.cards[0].setFocus()
    seen = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Up):
        qtbot.keyClick(QApplication.focusWidget(), key)
        seen.append(page.chosen)
    assert seen == ["order", "norm", "norm", "equal", "norm", "order"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Enter)
    assert heard == [("try", "order")]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is card(page, "order").button, "only what is in hand is reached by Tab"


def test_while_one_runs_it_can_be_stopped_and_no_other_begins(page: Experiments, heard: Heard, qtbot: QtBot) -> None:
    page.show_progress("equal", 0.25, "step 15 of 60")
    equal, order = card(page, "equal"), card(page, "order")
    assert equal.button.text() == "Stop" and equal.words.text() == "25\u00a0% · step 15 of 60"
    assert equal.bar.value() / equal.bar.maximum() == 0.25 and page.page.bar.isVisible()
    assert words(page) == ["All weights equal", "What if all weights start equal?", "step 15 of 60"]
    assert not order.button.isEnabled() and order.button.toolTip()
    qtbot.mouseClick(order, LEFT)
    qtbot.keyClick(order, Qt.Key.Key_Return)
    assert not page.page.bar.isVisible() and heard == []
    qtbot.mouseClick(equal.button, LEFT)
    page.cards[0].setFocus()
    qtbot.keyClick(equal, Qt.Key.Key_Escape)
    assert heard == [("stop",), ("stop",)]
    page.show_progress("equal", None, "loads the data")
    assert equal.bar.maximum() == 0 and equal.words.text() == "loads the data"
    page.show_stopped()
    assert equal.button.text() == "Try" and order.button.isEnabled() and not equal.bar.isVisible()


def test_a_finding_is_shown_and_kept(page: Experiments, heard: Heard, qtbot: QtBot) -> None:
    page.show_progress("equal", 1.0, "")
    page.show_finding("equal", FOUND)
    assert words(page) == [FOUND.title, FOUND.sentence, FOUND.about]
    assert [view.picture for view in page.page.pictures] == list(FOUND.pictures)
    assert all(view.isVisible() for view in page.page.pictures) and not page.page.bar.isVisible()
    assert card(page, "equal").button.text() == "Again" and "tried" in card(page, "equal").accessibleName()
    before = list(page.page.pictures)
    page.show_progress("order", 0.5, "")
    assert page.page.pictures == before, "what one reads stays, whatever runs"
    qtbot.mouseClick(card(page, "order"), LEFT)
    assert page.page.pictures == [] and page.finding("equal") is FOUND and page.finding("order") is None
    qtbot.mouseClick(card(page, "equal"), LEFT)
    assert len(page.page.pictures) == 2
    page.forget()
    assert page.page.pictures == [] and card(page, "equal").button.text() == "Try"


def test_it_is_saved_by_button_and_by_each_picture(page: Experiments, heard: Heard) -> None:
    assert not page.page.save.isVisible()
    page.show_finding("equal", FOUND)
    assert page.page.save.isVisible()
    for action in page.page.save.menu().actions():
        action.trigger()
    page.page.pictures[1].save_requested.emit("svg")
    assert heard == [("save", "equal", "png"), ("save", "equal", "svg"), ("save", "equal", "npz"),
                     ("save", "equal", "svg")]


def test_an_error_is_said_in_its_place(page: Experiments) -> None:
    page.show_finding("equal", FOUND)
    page.show_progress("equal", 0.5, "")
    page.show_error("equal", "There is too little memory")
    assert words(page) == ["All weights equal", "What if all weights start equal?", "There is too little memory"]
    assert page.page.pictures == [] and page.page.error.isVisible() and not page.page.save.isVisible()
    page.show_progress("equal", 0.0, "again")
    assert not page.page.error.isVisible()


def test_other_offers_keep_what_stays(page: Experiments, qtbot: QtBot) -> None:
    kept = card(page, "order")
    page.show_finding("order", FOUND)
    qtbot.mouseClick(kept, LEFT)
    page.show_offers([Offer("new", "New", "?"), OFFERS[1]])
    assert page.cards[1] is kept and page.chosen == "order" and len(page.page.pictures) == 2
    tops = [each.mapTo(page, QPoint()).y() for each in page.cards]
    QApplication.processEvents()
    tops = [each.mapTo(page, QPoint()).y() for each in page.cards]
    assert tops == sorted(tops)
    page.show_offers([])
    assert page.chosen == "" and words(page) == ["There is nothing to try on this network."]


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize(("width", "height"), [(400, 180), (640, 300), (1400, 180)])
def test_everything_has_room(width: int, height: int, look: str, page: Experiments, qapp: QApplication,
                             qtbot: QtBot) -> None:
    theme.apply(qapp, theme.THEMES[look])
    page.show_finding("equal", FOUND)
    page.show_progress("order", 0.5, "step 30 of 60")
    page.resize(width, height)
    QApplication.processEvents()
    assert page.size().toTuple() == (width, height)
    qtbot.waitUntil(lambda: page.cards[0].mapTo(page, QPoint(page.cards[0].width(), 0)).x() <= page.page.x())
    for each in page.cards:
        assert each.width() >= 150 and each.mapTo(page, QPoint(each.width(), 0)).x() <= page.page.x()
        if each.button.isVisible():
            assert each.rect().contains(each.button.geometry())
            assert not each.button.geometry().intersects(each.title.geometry())
    for view in page.page.pictures:
        assert view.mapTo(page.page, QPoint()).x() >= 0 and view.width() <= page.page.width() - 10
        assert view.height() >= view.heightForWidth(view.width())
    beside = page.page.pictures[0].y() == page.page.pictures[1].y()
    assert beside == (width == 1400)
