"""What a sweep says of a member: its setting, how far it is, and why it is no further."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.units import UNKNOWN, measure_text, setting_text
from widgets.sweep.values import Member, Value, is_plain

DECIMALS, DIGITS = 4, 4  # of a result; of a number that was drawn: 0.03253


def tr(text: str) -> str:
    """In the person's language."""
    return QCoreApplication.translate("Sweep", text)


def value_words(value: Value) -> str:
    """A setting as it is written beside an axis."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, float) and is_plain(value):
        value = float(f"{value:.{DIGITS}g}")
    return value if isinstance(value, str) else UNKNOWN if value is None else setting_text(value)


def result_words(value: float | None) -> str:
    """A result as it stands in the list."""
    return measure_text(value, DECIMALS)


def epoch_words(member: Member) -> str:
    """``2 of 8``: epochs that are done."""
    return tr("{epoch} of {planned}").format(epoch=member.epochs, planned=member.planned) if member.planned else ""


def state_words(member: Member) -> str:
    """Why it is where it is; else its state by itself."""
    if member.reason:
        return member.reason
    if member.state == "stopped":
        return tr("stopped after epoch {epoch}").format(epoch=member.epochs)
    return {"waiting": tr("waits"), "running": tr("trains"), "done": tr("done"), "failed": tr("failed")}[member.state]


def spoken(member: Member) -> str:
    """All of it, for a screen reader and as a tip."""
    epochs = tr("epoch {epochs}").format(epochs=epoch_words(member)) if member.planned else ""
    best = tr("best {value}").format(value=result_words(member.result)) if member.result is not None else ""
    return ", ".join(filter(None, (member.title, best, epochs, state_words(member))))
