"""For tests of widgets: each begins in the dark theme, and leaves it to the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from widgets.look import theme


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> Iterator[None]:
    _put_on(qapp)
    yield
    _put_on(qapp)


def _put_on(app: QApplication) -> None:
    if theme.current() is not theme.DARK or not app.styleSheet():  # else it takes its time for nothing
        theme.apply(app, theme.DARK)
