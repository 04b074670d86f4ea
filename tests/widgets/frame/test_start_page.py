"""The start page: cards, recent files, buttons, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication, QFrame, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import colors, label_with, texts
from widgets.frame.start_page import STACKED, WIDEST, Entry, StartPage, grouped_entries
from widgets.look import theme
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.tiles import Card

LEFT = Qt.MouseButton.LeftButton


def picture(color: str = "#ff0000") -> QPixmap:
    pixmap = QPixmap(260, 170)
    pixmap.fill(QColor(color))
    return pixmap


def rows(count: int = 7) -> list[tuple[str, str, str, QPixmap]]:
    return [(f"net{index}", f"Network {index}", "Some words about it. " * 8, picture()) for index in range(count)]


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    page.resize(1400, 800)
    page.set_gallery(rows())
    page.set_recent(["/tmp/a/lenet.loom", "/tmp/b/mine.loom"])
    in_front(qtbot, page)
    QApplication.processEvents()
    return page


def test_buttons_cards_and_files_ask(page: StartPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.new_requested):
        qtbot.mouseClick(page.new, LEFT)
    with qtbot.waitSignal(page.open_requested):
        qtbot.mouseClick(page.open, LEFT)
    with qtbot.waitSignal(page.gallery_requested) as asked:
        qtbot.mouseClick(page.grid.cards[2], LEFT)
    assert asked.args == ["net2"]
    with qtbot.waitSignal(page.recent_requested) as asked:
        qtbot.mouseClick(page.recent[1], LEFT)
    assert asked.args == ["/tmp/b/mine.loom"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_card_opens_by_key(page: StartPage, qtbot: QtBot, key: Qt.Key) -> None:
    page.grid.cards[0].setFocus()
    with qtbot.waitSignal(page.gallery_requested) as asked:
        qtbot.keyClick(page.grid.cards[0], key)
    assert asked.args == ["net0"]


def test_arrows_go_from_card_to_card(page: StartPage, qtbot: QtBot) -> None:
    cards, columns = page.grid.cards, page.grid.columns
    assert columns == 4
    cards[0].setFocus()
    for key, index in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 1 + columns), (Qt.Key.Key_Left, columns),
                       (Qt.Key.Key_Up, 0), (Qt.Key.Key_Left, 0)):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is cards[index]


def test_tab_reaches_everything(page: StartPage, qtbot: QtBot) -> None:
    page.new.setFocus()
    seen = []
    for _ in range(3 + len(page.recent) + len(page.grid.cards)):
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(seen[-1], Qt.Key.Key_Tab)
    assert seen == [page.new, page.open, *page.recent, page.filter, *page.grid.cards]


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [420, 700, 1020, 1400, 2560, 3840])
def test_cards_fit_any_width(page: StartPage, width: int) -> None:
    page.resize(width, 800)
    QApplication.processEvents()
    assert page.width() == width
    boxes = [card.geometry() for card in page.grid.cards]
    assert all(box.right() <= page.grid.width() for box in boxes)
    assert not any(a.intersects(b) for index, a in enumerate(boxes) for b in boxes[:index])
    assert all(200 <= box.width() <= 500 for box in boxes)
    assert page.grid.height() >= boxes[-1].bottom()
    assert page.grid.columns == max(1, (page.grid.width() + 16) // 248)


def test_new_pictures_keep_cards_and_focus(page: StartPage) -> None:
    cards = list(page.grid.cards)
    cards[3].setFocus()
    page.set_gallery([(*row[:3], picture("#00ff00")) for row in rows()])
    assert page.grid.cards == cards
    assert cards[3].hasFocus()
    assert all("#00ff00" in colors(card) for card in cards)
    page.set_picture("net1", picture("#0000ff"))
    assert ["#0000ff" in colors(card) for card in cards[:3]] == [False, True, False]
    assert "#00ff00" not in colors(cards[1])


def test_another_gallery_replaces_the_cards(page: StartPage) -> None:
    page.set_gallery([("only", "Only", "", picture(), 61706)])
    QApplication.processEvents()
    assert [card.id for card in page.grid.cards] == ["only"]
    assert page.grid.cards[0].isVisible()
    assert page.grid.cards[0].params.replace("\u00a0", " ") == "61 706 parameters"
    page.set_gallery([])
    assert page.grid.cards == []


def test_without_recent_files_nothing_is_said_about_them(page: StartPage) -> None:
    page.set_recent([])
    assert "Recent" not in texts(page)
    page.set_recent(["/tmp/c.loom"])
    assert "Recent" in texts(page)
    assert page.recent[0].toolTip() == "/tmp/c.loom"


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_focus_is_a_ring_in_the_accent_colour(page: StartPage, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    card = page.grid.cards[0]

    def edges() -> list[set[str]]:
        """Above, below, left and right, without the round corners."""
        wide, high = card.width(), card.height()
        return [colors(card, area) for area in (QRect(20, 0, wide - 40, 2), QRect(20, high - 2, wide - 40, 2),
                                                QRect(0, 20, 2, high - 40), QRect(wide - 2, 20, 2, high - 40))]

    page.new.setFocus()
    assert not any(look.accent in edge for edge in edges())
    card.setFocus()
    assert all(look.accent in edge for edge in edges())


def test_every_tile_has_a_name(page: StartPage) -> None:
    for tile in (*page.grid.cards, *page.recent):
        assert tile.accessibleName()
        assert tile.accessibleDescription()


def test_cards_give_their_words_up_to_two_lines(page: StartPage) -> None:
    card = Card("id", "Title", "word " * 12, picture(), 61706, "", page)
    assert card.heightForWidth(232) > card.heightForWidth(500)
    longest = Card("id", "Title", "word " * 400, picture(), 61706, "", page)
    assert longest.heightForWidth(232) == longest.heightForWidth(500)
    page.set_gallery([("a", "A", "word " * 400, picture(), 1), ("b", "B", "short", picture(), 1)])
    QApplication.processEvents()
    assert {card.height() for card in page.grid.cards} == {longest.heightForWidth(page.grid.cards[0].width())}


def test_no_document_looks_active_behind_the_start_page(qtbot: QtBot) -> None:
    frame = QFrame(objectName="documents")
    tabs = QTabBar(frame)
    tabs.addTab("lenet")
    tabs.resize(200, 40)
    qtbot.addWidget(frame)
    frame.show()

    def has_accent() -> bool:
        image = tabs.grab().toImage()
        return any(image.pixelColor(20, y) == theme.color("accent") for y in range(4))

    assert has_accent()
    theme.mark_start(frame, True)
    assert not has_accent()
    theme.mark_start(frame, False)
    assert has_accent()


GROUPS = ("Classifiers", "Regression and generalisation", "Structures and parameters")


@pytest.fixture
def gallery(page: StartPage) -> StartPage:
    """Thirty networks in three groups: 14, 5, 11."""
    groups = [GROUPS[0]] * 14 + [GROUPS[1]] * 5 + [GROUPS[2]] * 11
    page.set_gallery([Entry(f"net{index}", f"Network {index}", "What it is.", picture(), 61706, group)
                      for index, group in enumerate(groups)])
    QApplication.processEvents()
    return page


def focused() -> str:
    card = QApplication.focusWidget()
    return card.id if isinstance(card, Card) else ""


def test_groups_stand_under_their_names_in_order(gallery: StartPage) -> None:
    grid = gallery.grid
    assert list(grid.headings) == list(GROUPS)
    for group, heading in grid.headings.items():
        tops = [card.y() for card in grid.cards if card.section == group]
        assert heading.isVisible()
        assert heading.geometry().bottom() < min(tops)
        assert all(card.geometry().bottom() < heading.y() for card in grid.cards
                   if GROUPS.index(card.section) < GROUPS.index(group))
    assert [card.id for card in grid.matching] == [f"net{index}" for index in range(30)]


def test_entries_of_one_group_stand_together(page: StartPage) -> None:
    page.set_gallery([Entry(id, id, "", picture(), 1, group) for id, group in (("a", "x"), ("b", "y"), ("c", "x"))])
    assert [card.id for card in page.grid.cards] == ["a", "c", "b"]


def test_arrows_cross_the_groups(gallery: StartPage, qtbot: QtBot) -> None:
    assert gallery.grid.columns == 4
    gallery.grid.cards[0].setFocus()
    for key, id in (("End", "net29"), ("Up", "net25"), ("Up", "net21"), ("Up", "net18"), ("Up", "net14"),
                    ("Up", "net12"), ("Right", "net13"), ("Right", "net14"), ("Left", "net13"), ("Home", "net0"),
                    ("Left", "net0"), ("Down", "net4")):
        qtbot.keyClick(QApplication.focusWidget(), getattr(Qt.Key, f"Key_{key}"))
        assert focused() == id


def test_the_card_with_the_keyboard_is_on_the_screen(gallery: StartPage, qtbot: QtBot) -> None:
    gallery.grid.cards[0].setFocus()
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, *[Qt.Key.Key_Down] * 8):
        qtbot.keyClick(QApplication.focusWidget(), key)
        card, view = QApplication.focusWidget(), gallery.findChild(ScrollPanel).viewport()
        assert view.rect().contains(card.rect().translated(card.mapTo(view, card.rect().topLeft())))


def test_typing_filters(gallery: StartPage, qtbot: QtBot) -> None:
    gallery.grid.cards[0].setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "1")
    assert gallery.filter.hasFocus()
    qtbot.keyClicks(gallery.filter, "7")
    assert [card.id for card in gallery.grid.matching] == ["net17"]
    assert [heading.isVisible() for heading in gallery.grid.headings.values()] == [False, True, False]
    assert gallery.grid.matching[0].y() < 60  # nothing is left where the others were
    with qtbot.waitSignal(gallery.gallery_requested) as asked:
        qtbot.keyClick(gallery.filter, Qt.Key.Key_Return)
    assert asked.args == ["net17"]
    qtbot.keyClick(gallery.filter, Qt.Key.Key_Escape)
    assert len(gallery.grid.matching) == 30
    with qtbot.assertNotEmitted(gallery.gallery_requested):
        qtbot.keyClick(gallery.filter, Qt.Key.Key_Return)


def test_from_the_filter_down_to_the_cards_and_up_again(gallery: StartPage, qtbot: QtBot) -> None:
    gallery.filter.setFocus()
    qtbot.keyClicks(gallery.filter, "structures")
    qtbot.keyClick(gallery.filter, Qt.Key.Key_Down)
    assert focused() == "net19"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
    assert gallery.filter.hasFocus()
    gallery.grid.cards[-1].setFocus()
    qtbot.keyClicks(QApplication.focusWidget(), "/")
    assert gallery.filter.hasFocus()
    assert gallery.filter.text() == "structures"


def test_all_words_must_match_and_nothing_is_said_in_words(gallery: StartPage, qtbot: QtBot) -> None:
    gallery.filter.setFocus()
    qtbot.keyClicks(gallery.filter, "NETWORK 2 class")
    assert [card.id for card in gallery.grid.matching] == ["net2", "net12"]
    qtbot.keyClicks(gallery.filter, "xyz")
    assert gallery.grid.matching == []
    assert "No network has “NETWORK 2 classxyz” in its name or description." in texts(gallery)
    qtbot.keyClick(gallery.filter, Qt.Key.Key_Down)
    assert gallery.filter.hasFocus()
    gallery.filter.clear()
    assert not any("No network" in text for text in texts(gallery))


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("width", [420, 1020, 2560])
def test_groups_fit_any_width(gallery: StartPage, width: int) -> None:
    gallery.resize(width, 800)
    QApplication.processEvents()
    boxes = [each.geometry() for each in (*gallery.grid.cards, *gallery.grid.headings.values())]
    assert not any(a.intersects(b) for index, a in enumerate(boxes) for b in boxes[:index])
    assert gallery.grid.height() >= max(box.bottom() for box in boxes)
    assert all(box.right() <= gallery.grid.width() for box in boxes)


def test_what_is_called_so_comes_before_what_only_mentions_it(page: StartPage, qtbot: QtBot) -> None:
    rows = [("mlp", "Perceptron", "Between two linear layers.", picture(), 3, "Classifiers"),
            ("linear", "Lines", "Nothing more.", picture(), 3, "Regression"),
            ("poly", "Polynomial", "Linear in its features.", picture(), 3, "Regression")]
    page.set_gallery(rows)
    qtbot.keyClicks(page.filter, "linear")
    assert [card.id for card in page.grid.matching] == ["linear", "poly", "mlp"]
    with qtbot.waitSignal(page.gallery_requested) as asked:
        qtbot.keyClick(page.filter, Qt.Key.Key_Return)
    assert asked.args == ["linear"]
    page.filter.clear()
    assert [card.id for card in page.grid.matching] == ["mlp", "linear", "poly"]


def test_every_visit_begins_with_the_whole_gallery_and_the_filter_ready(page: StartPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.filter, "network 3")
    assert len(page.grid.matching) == 1
    page.hide()
    page.show()
    assert page.filter.text() == "" and len(page.grid.matching) == 7
    assert page.focusWidget() is page.filter


@pytest.mark.parametrize(("width", "beside"), [(STACKED, True), (STACKED - 1, False), (WIDEST + 400, True)])
def test_what_is_new_stands_beside_the_gallery_where_there_is_room(page: StartPage, width: int, beside: bool) -> None:
    page.resize(width, 800)
    QApplication.processEvents()
    new, grid = (QRect(each.mapTo(page, QPoint()), each.size()) for each in (page.new, page.grid))
    assert (new.right() < grid.left()) == beside and (new.bottom() < grid.top()) == (not beside)
    assert grid.right() <= width - 32 and grid.right() - new.left() <= WIDEST


def test_files_that_were_opened_lately_are_replaced_only_by_others(page: StartPage) -> None:
    files = list(page.recent)
    page.set_recent(["/tmp/a/lenet.loom", "/tmp/b/mine.loom"])
    assert page.recent == files
    page.set_recent(["/tmp/b/mine.loom"])
    QApplication.processEvents()
    assert not any(file.isVisible() for file in files) and page.recent[0].isVisible()
    tops = [each.mapTo(page, QPoint()).y() for each in (page.new, label_with(page, "Recent"), page.recent[0])]
    assert tops == sorted(set(tops))


def test_other_numbers_are_shown_on_the_cards_that_are_there(page: StartPage) -> None:
    cards = list(page.grid.cards)
    page.set_gallery([(*row, 1200 + index) for index, row in enumerate(rows())])
    assert page.grid.cards == cards
    assert [card.params.replace("\u00a0", " ") for card in cards[:2]] == ["1 200 parameters", "1 201 parameters"]
    page.set_picture("net1", picture("#0000ff"))
    assert cards[1].params.replace("\u00a0", " ") == "1 201 parameters", "it stays while no other is told"
    page.set_picture("net1", picture("#0000ff"), 7)
    assert (cards[1].params, cards[0].params.replace("\u00a0", " ")) == ("7 parameters", "1 200 parameters")
    page.set_gallery([(*row[:2], "other words", row[3]) for row in rows()])
    assert page.grid.cards != cards


def test_where_everything_stands(page: StartPage) -> None:
    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(page, QPoint()), widget.size())

    heading, about, gallery = (place(label_with(page, text)) for text in (
        "Start a network", "Draw one yourself, or open a ready-made one and train it.", "Gallery"))
    assert heading.bottom() < about.top() and about.bottom() < place(page.new).top()
    assert about.height() > 1.5 * page.fontMetrics().height(), "it wraps in the narrow column"
    assert heading.left() == about.left() == place(page.open).left() - page.new.width() - 8 - 12
    assert place(page.new).right() < place(page.open).left() and place(page.open).right() < place(page.grid).left()
    assert place(page.new).width() == page.new.sizeHint().width()
    assert abs(place(page.filter).right() - place(page.grid).right()) <= 1 and place(page.filter).width() == 232
    assert gallery.left() == place(page.grid).left() and place(page.filter).bottom() < place(page.grid).top()
    assert cut_words(page) == []


@pytest.mark.parametrize(("width", "side"), [(WIDEST + 400, 200), (WIDEST + 66, 33), (WIDEST, 32), (1000, 32)])
def test_wide_margins_rather_than_wide_cards(page: StartPage, width: int, side: int) -> None:
    page.resize(width, 2000)
    QApplication.processEvents()
    new, grid = (QRect(each.mapTo(page, QPoint()), each.size()) for each in (page.new, page.grid))
    assert new.left() == side
    assert width - 1 - grid.right() == side + BAR, "and the bar beside them"


def test_what_is_said_of_nothing_found_stands_above_where_the_cards_were(page: StartPage, qtbot: QtBot) -> None:
    words = "No network has “zzz” in its name or description."
    assert words not in texts(page)
    qtbot.keyClicks(page.filter, " zzz ")
    said = label_with(page, words)
    assert page.filter.mapTo(page, QPoint()).y() < said.mapTo(page, QPoint()).y()
    page.set_gallery([])
    page.filter.setText("yyy")
    assert not any("No network" in text for text in texts(page)), "where there are none at all nothing is missing"


def test_groups_keep_the_order_of_their_first_entries() -> None:
    entries = [Entry(id, id, "", picture(), 1, group) for id, group in (
        ("a", "y"), ("b", "x"), ("c", "y"), ("d", ""), ("e", "x"))]
    assert [entry.id for entry in grouped_entries(iter(entries))] == ["a", "c", "b", "e", "d"]
