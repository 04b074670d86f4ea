"""A table of an afternoon's runs on the screen."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.widgets.runs.desk import COLUMNS, METRICS, afternoon, color_of
from widgets.runs.table import RunsTable


@pytest.fixture
def table(qtbot: QtBot) -> RunsTable:
    """In front, with the keyboard in its rows."""
    made = RunsTable(color_of)
    made.set_metrics(METRICS, "accuracy")
    made.show_rows(COLUMNS, afternoon())
    in_front(qtbot, made, 980, 380)
    made.tree.setFocus()
    return made
