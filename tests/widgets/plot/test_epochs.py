"""Places in a run as people say them."""

from __future__ import annotations

import pytest

from widgets.plot.epochs import decimals_for, epoch_text


@pytest.mark.parametrize(("position", "text"), [
    (26.0, "26"), (26.48, "27 · 48 %"), (0.0, "1 · 0 %"), (0.02, "1 · 2 %"), (26.999, "27 · 99 %"), (0.29, "1 · 29 %"),
    (25.9999999999, "26"), (26.0000000001, "26"), (-0.2, "1 · 0 %"), (1e-9, "1 · 0 %"), (1.0, "1")])
def test_an_epoch_or_how_much_of_one(position: float, text: str) -> None:
    assert epoch_text(position) == text


def test_seen_from_near_there_are_decimals() -> None:
    assert [decimals_for(span) for span in (400, 1.0, 0.5, 0.05, 1e-3)] == [0, 0, 1, 2, 2]
    assert epoch_text(26.4817, 1) == "27 · 48.1 %" and epoch_text(26.4817, 2) == "27 · 48.17 %"
