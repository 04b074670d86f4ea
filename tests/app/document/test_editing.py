"""What panels ask for becomes an edit of the document in front."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.data.spec.spec import DataSpec
from tests.app.desk import Desk, network


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


@pytest.mark.parametrize(("before", "chosen", "shape", "resize"), [
    ("mnist", "fashion-mnist", (1, 28, 28), None), ("mnist", "digits", (1, 28, 28), 28),
    ("digits", "cifar10", (3, 8, 8), 8), ("linear", "mnist", (1, 28, 28), None), ("mnist", "linear", (2,), None),
])  # fmt: skip
def test_other_data_keep_the_size_that_the_network_was_drawn_for(desk, before, chosen, shape, resize):
    document = desk.document
    document.edit("data", replace(document.experiment, data=DataSpec(dataset=before)))
    desk.editing.choose_dataset(chosen)
    data = document.experiment.data
    assert (data.dataset, data.sample_shape, data.resize) == (chosen, shape, resize)
    document.undo()
    assert document.experiment.data == DataSpec(dataset=before)


def test_what_cannot_be_shared_is_said(desk):
    desk.editing.change_shares("fc1", "residual1")
    assert "cannot share weights" in desk.notice() and desk.graph == network()


def test_a_layer_that_is_not_shown_is_not_changed(desk):
    desk.enter("outer")
    desk.editing.change_layer("fc1", network().nodes["fc1"].layer.with_options(out_features=3), "out_features")
    assert desk.graph == network()


def test_a_name_that_cannot_be_is_refused(desk, qtbot):
    with qtbot.waitSignal(desk.editing.name_refused):
        desk.editing.rename("fc1", "flat")
    assert desk.graph == network()
