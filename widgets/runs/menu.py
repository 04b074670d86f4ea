"""What can be done with the runs that are selected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from widgets.runs.table import RunsTable

Keys = Qt.Key


def _tr(text: str) -> str:
    return QCoreApplication.translate("Runs", text)


def run_menu(table: RunsTable) -> QMenu:
    """The menu of a row; it goes when it is closed."""
    keys, menu = table.keys, QMenu(table)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    one, many = len(keys) == 1, len(keys) > 1
    rows = [row for index in table.tree.chosen_rows() if (row := table.model.row_at(index)) is not None]
    star = _tr("Take the star away") if rows and all(row.star for row in rows) else _tr("Star")
    _add(menu, _tr("Open its canvas"), table.open_selected, Keys.Key_Return).setEnabled(one)
    _add(menu, _tr("Compare"), table.compare_selected).setEnabled(many)
    _add(menu, _tr("Show folder"), table.show_folder).setEnabled(one)
    menu.addSeparator()
    _add(menu, star, table.toggle_star, Keys.Key_Space)
    _add(menu, _tr("Note…"), table.edit_note, Keys.Key_F2)
    export = menu.addMenu(_tr("Export"))
    _add(export, _tr("CSV…"), lambda: table.export_selected("csv"))
    _add(export, _tr("TensorBoard…"), lambda: table.export_selected("tensorboard"))
    _add_sorting(menu.addMenu(_tr("Sort by")), table)
    menu.addSeparator()
    _add(menu, _tr("Delete"), table.delete_selected, Keys.Key_Delete)
    return menu


def _add(menu: QMenu, text: str, act: Callable[[], object], key: Qt.Key | None = None) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda: act())
    if key is not None:  # only said here: the table itself hears them
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    return action


def _add_sorting(menu: QMenu, table: RunsTable) -> None:
    group = QActionGroup(menu)
    group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
    for place in range(table.model.columnCount()):
        key, title = table.model.column_key(place), table.model.headerData(place, Qt.Orientation.Horizontal)
        action = _add(menu, title, partial(table.sort_by, key))
        action.setCheckable(True)
        action.setChecked(table.sorting.column == key)
        group.addAction(action)
