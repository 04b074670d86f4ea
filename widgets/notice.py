"""A message over the top edge of another widget: says what happened, offers what to do, never stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from widgets import theme
from widgets.editors import mark_text
from widgets.icons import icon_url

WIDEST, EDGE = 640, 12
Action = tuple[str, Callable[[], object]]
