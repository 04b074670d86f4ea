"""Numbers that are changed under one name are others under every name, or the text is refused."""

from __future__ import annotations

import pytest

from engine.messages import LayerloomError
from engine.reading.reading import from_text
from tests.engine.reading.looking import CHANGES, text
from tests.engine.reading.oracle import outcome
from tests.engine.reading.programs import SHAPE


@pytest.mark.parametrize("change", CHANGES)
def test_what_looks_at_the_same_numbers_is_changed_along(change: str) -> None:
    for seed in range(3):
        try:
            said = outcome(text(change, seed), SHAPE)
        except (RuntimeError, TypeError, IndexError):
            continue  # torch cannot run it
        assert not said.startswith("WRONG"), f"{said}\n{text(change, seed)}"


def test_what_needs_no_such_thing_is_read() -> None:
    assert sum(_is_read(text("c = c + 1", seed)) for seed in range(40)) > 8


def _is_read(code: str) -> bool:
    try:
        from_text(code, SHAPE)
    except LayerloomError:
        return False
    return True
