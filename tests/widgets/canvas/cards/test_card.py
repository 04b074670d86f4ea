"""Painting a card that fails."""

from __future__ import annotations


def test_an_exception_while_painting_is_survived(desk, unforeseen, monkeypatch):
    monkeypatch.setattr("widgets.canvas.cards.card.paint_card", lambda *_: 1 / 0)
    desk.view.viewport().grab()
    assert "CardItem.paint" in unforeseen[0] and "ZeroDivisionError" in unforeseen[0]
    monkeypatch.undo()
    unforeseen.clear()
