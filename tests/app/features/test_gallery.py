"""The gallery: all at once on the start page, pictures follow, code waits for torch; menus."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.features import gallery
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.experiment.trust import sources_of
from tests.app.windows import opened
from widgets.frame.start_page import StartPage
from widgets.look import theme


@pytest.fixture
def page(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> StartPage:
    theme.apply(QApplication.instance(), theme.DARK)
    monkeypatch.setattr(gallery, "analyses", {})
    page = StartPage()
    qtbot.addWidget(page)
    return page


def code_ids() -> set[str]:
    return {id for id in gallery_ids() if sources_of(load_experiment(f"gallery:{id}").graph)}


def without_picture(page: StartPage) -> set[str]:
    return {card.id for card in page.grid.cards if card.picture.isNull() or not card.params}


def test_the_gallery_stands_in_the_books_order_in_three_groups(page: StartPage) -> None:
    gallery.show_gallery(page, 1.0)
    assert [card.id for card in page.grid.cards] == gallery_ids()
    assert list(page.grid.headings) == ["Classifiers", "Regression and generalisation", "Structures and parameters"]
    counts = [sum(card.section == group for card in page.grid.cards) for group in page.grid.headings]
    assert counts[0] >= 14
    assert counts[1] == 5
    assert counts[2] >= 11
    assert all(card.title and card.about for card in page.grid.cards)


def test_pictures_follow_and_come_at_once_the_next_time(page: StartPage, qtbot: QtBot) -> None:
    import torch  # noqa: F401  (code is analysed with it)

    gallery.show_gallery(page, 1.0)
    qtbot.waitUntil(lambda: not without_picture(page))
    lenet = next(card for card in page.grid.cards if card.id == "lenet")
    assert lenet.params.replace("\u00a0", " ") == "61 706 parameters"
    other = StartPage()
    qtbot.addWidget(other)
    gallery.show_gallery(other, 1.0)
    assert not without_picture(other)


def test_code_waits_for_torch(page: StartPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setitem(sys.modules, "torch", None)
    gallery.show_gallery(page, 1.0)
    qtbot.waitUntil(lambda: without_picture(page) <= code_ids())
    qtbot.wait(50)
    assert without_picture(page) == code_ids() != set()
    monkeypatch.setitem(sys.modules, "torch", torch)
    gallery.show_gallery(page, 1.0)
    qtbot.waitUntil(lambda: not without_picture(page))


def test_pictures_are_drawn_anew_where_one_sees_them(qtbot: QtBot, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(qtbot, tmp_path, torch=False) as window:
        drawn: list[StartPage] = []
        monkeypatch.setattr(gallery, "show_gallery", lambda page, _: drawn.append(page))
        window.commands["theme_light"].trigger()
        assert drawn == []
        window.show_start()
        assert set(drawn) == {window.places.start}
        count = len(drawn)
        window.commands["theme_dark"].trigger()
        assert len(drawn) > count


# -- the menus ------------------------------------------------------------------------------------------------------


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_recent_files_are_in_a_menu(qtbot: QtBot) -> None:
    menu, opened = QMenu(), list[str]()
    qtbot.addWidget(menu)
    gallery.fill_recent(menu, [], opened.append)
    assert texts(menu) == ["No files yet"] and not menu.actions()[0].isEnabled()
    paths = [str(Path("some") / "one.loom"), str(Path("other") / "two.loom")]
    for _ in range(2):
        gallery.fill_recent(menu, paths, opened.append)
        assert texts(menu) == ["one.loom", "two.loom"], "each time anew"
    assert [action.toolTip() for action in menu.actions()] == paths
    menu.actions()[1].trigger()
    assert opened == paths[1:]


def test_the_gallery_is_in_a_menu_with_a_line_between_its_groups(qtbot: QtBot) -> None:
    menu, opened = QMenu(), list[str]()
    qtbot.addWidget(menu)
    for _ in range(2):
        gallery.fill_gallery(menu, opened.append)
    ids = gallery_ids()
    groups = [gallery.group_of(id) for id in ids]
    lines = [index for index, action in enumerate(menu.actions()) if action.isSeparator()]
    assert lines == [groups.index(group) + place - 1 for place, group in enumerate(dict.fromkeys(groups)) if place]
    rows = [action for action in menu.actions() if not action.isSeparator()]
    assert [row.text() for row in rows] == [load_experiment(f"gallery:{id}").title for id in ids]
    rows[3].trigger()
    assert opened == [f"gallery:{ids[3]}"]
