"""What is kept of a run's examinations, and which cards they are of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.features.health_history import MOST, History
from app.features.places import below, way_to
from engine.training.doctor.values import LayerHealth
from engine.training.events import Examined
from tests.app.features.sick_run import NAN


def test_places_lead_to_cards_whatever_copy_they_are_in() -> None:
    assert way_to("block1.0.conv") == ("block1", "conv") and way_to("") == ()
    places = ["conv1", "block1.0.conv", "block1.1.conv", "block1.1.act", "block1", ""]
    assert below(places, ()) == {"conv1": ["conv1"], "block1": places[1:5]}
    assert below(places, ("block1",)) == {"conv": ["block1.0.conv", "block1.1.conv"], "act": ["block1.1.act"]}


def moments(count: int) -> list[Examined]:
    return [Examined(1, at, at / 10, {f"fc{n}": LayerHealth(at, 1.0, NAN, NAN, at + n / 10, NAN) for n in range(3)})
            for at in range(count)]


@pytest.mark.parametrize("count", [1, 7, MOST, MOST + 1, 3 * MOST + 5])
def test_what_is_told_is_what_was_measured_however_it_came(count: int) -> None:
    given, growing = moments(count), list[Examined]()
    history = History(growing)
    for at in range(0, count, 50):
        growing.extend(given[at : at + 50])
        history.values("gradient")
    positions, values = history.positions(), history.values("gradient")
    assert values.shape == (3, len(positions)) and len(positions) <= MOST + 1
    assert positions[0] == 0 and positions[-1] == given[-1].position, "the newest is always there"
    np.testing.assert_allclose(values[1], np.float32(positions * 10 + 0.1), rtol=1e-6)
    np.testing.assert_array_equal(values, History(given).values("gradient"))


def test_what_was_no_number_and_what_was_never_one() -> None:
    some = moments(4)
    some[2] = replace(some[2], layers={**some[2].layers, "fc1": replace(some[2].layers["fc1"], gradient=NAN),
                                       "fc2": replace(some[2].layers["fc2"], gradient=np.inf, mean=NAN)})
    history = History(some)
    gradient, mean, dead = (history.broken(history.values(each), each) for each in ("gradient", "mean", "dead"))
    assert [each.tolist() for each in gradient.nonzero()] == [[1, 2], [2, 2]]
    assert [each.tolist() for each in mean.nonzero()] == [[2], [2]] and not dead.any()
