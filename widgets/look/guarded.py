"""What Qt calls cannot end the process: the one guard of every override, and the one place for what nobody foresaw."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from enum import Enum
from functools import wraps
from types import FunctionType, UnionType
from typing import Any, TypeVar, get_args

log = logging.getLogger(__name__)
QT = ("PySide6.", "pyqtgraph.")  # where the classes come from whose methods are called from C++
C = TypeVar("C", bound=type)


def guarded(cls: C) -> C:
    """For every class that overrides something of Qt's: no exception leaves an override.

    One that does is kept by PySide until whatever comes next, ends a painter that is still at work, or the process.
    It is reported here instead, and Qt is given an empty value of what the method says it returns.
    """
    for name, method in overrides(cls):
        setattr(cls, name, _guard(method))
    return cls


def overrides(cls: type) -> Iterator[tuple[str, FunctionType]]:
    """The methods by which a class itself takes the place of Qt's."""
    bases = [base for base in cls.__mro__[1:] if f"{base.__module__}.".startswith(QT)]
    for name, method in list(vars(cls).items()):
        is_own = isinstance(method, FunctionType) and not name.startswith("__")
        if is_own and any(name in vars(base) for base in bases):
            yield name, method


def is_guarded(method: FunctionType) -> bool:
    """Whether no exception leaves it."""
    return hasattr(method, "__wrapped__")


def report(error: BaseException, where: str) -> None:
    """An exception that nobody foresaw: into the log, in full. What its frames held is let go, also a painter."""
    log.error("unforeseen error in %s", where, exc_info=error)
    seen: BaseException | None = error
    while seen is not None:
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__


def report_the_rest() -> None:
    """From now on what a slot, a thread or a finalizer raises comes to the same place: Qt goes on after these."""
    sys.excepthook = lambda _kind, error, _traceback: _report_last(error)
    threading.excepthook = lambda found: report(found.exc_value or SystemExit(), f"thread {found.thread}")
    sys.unraisablehook = lambda found: report(found.exc_value or SystemExit(), f"{found.object}")


def _report_last(error: BaseException) -> None:
    report(error, "a slot")
    sys.last_value = sys.last_traceback = None  # else Python keeps what it was about, such as a page that is closed


def _guard(method: FunctionType) -> Callable[..., Any]:
    where = f"{method.__module__}.{method.__qualname__}"

    @wraps(method)
    def safe(*args: Any, **named: Any) -> Any:
        try:
            return method(*args, **named)
        except BaseException as error:
            report(error, where)
            return args[-1] if method.__name__ == "itemChange" else empty_of(method)

    @wraps(method)
    def safe_paint(self: Any, painter: Any, *rest: Any) -> None:
        painter.save()
        try:
            method(self, painter, *rest)
        except BaseException as error:
            report(error, where)
        finally:
            painter.restore()

    arguments = list(method.__annotations__.values())
    return safe_paint if arguments and arguments[0] == "QPainter" else safe


def empty_of(method: FunctionType) -> Any:
    """The emptiest value of the kind that a method returns: nothing, no, none, a size that says nothing."""
    written = method.__annotations__["return"]
    # Only what it returns: what else its file annotates with may be there for types alone.
    kind = eval(written, method.__globals__) if isinstance(written, str) else written
    if kind is None or kind is Any or kind is object or (isinstance(kind, UnionType) and type(None) in get_args(kind)):
        return None
    return kind(0) if issubclass(kind, Enum) else kind()
