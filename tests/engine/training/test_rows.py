"""One row more is one choice more: in recipes, files, the form and training."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.experiment.choices.losses import LOSSES
from engine.experiment.choices.precisions import PRECISIONS
from engine.experiment.recipe import Recipe
from engine.layers.base import OptionError

# What there is to choose is read when recipes are imported: rows come before, in a process of their own.
ADDED = """
from engine.experiment.choices.losses import LOSSES, LossRow
from engine.experiment.choices.optimizers import OPTIMIZERS, OptimizerRow
from engine.experiment.choices.precisions import PRECISIONS, PrecisionRow

OPTIMIZERS["squares"] = OptimizerRow("squares", "Squares", "RMSprop", 1, {"momentum": "momentum"})
LOSSES["smooth_l1"] = LossRow("smooth_l1", "Smooth L1", "smooth_l1_loss")
PRECISIONS["float64"] = PrecisionRow("float64", "float64", 8, is_mixed=False)
"""
SHOWN = """
from PySide6.QtWidgets import QApplication, QComboBox
from engine.experiment.experiment import from_json, to_json
from tests.engine.cases import experiment, made_data, trained
from widgets.training.recipe_form import RecipeForm
from widgets.training.recipe_groups import relevant

application, form = QApplication([]), RecipeForm()
for name, choice, title in (("optimizer", "squares", "Squares"), ("loss", "smooth_l1", "Smooth L1"),
                            ("precision", "float64", "float64")):
    chosen = experiment(**{name: choice})
    assert from_json(to_json(chosen)) == chosen
    form.show_value(chosen.recipe)
    editor = form.rows[name].editor
    combo = editor if isinstance(editor, QComboBox) else editor.findChild(QComboBox)
    assert combo.currentText() == title, combo.currentText()
    assert ("momentum" in relevant(chosen.recipe)) is (name == "optimizer")
"""
TRAINED = """
import torch
from torch.nn.functional import one_hot, smooth_l1_loss
from engine.network.weights import initial_module

base, data = experiment(optimizer="squares", loss="smooth_l1", lr=0.01, epochs=3, batch_size=1000), made_data(60)
module = initial_module(base)
follow = torch.optim.RMSprop(module.parameters(), lr=0.01, momentum=0.9)
for epoch in trained(base, data=data)[1]:
    follow.zero_grad()
    loss = smooth_l1_loss(module(data.train.inputs / 255), one_hot(data.train.targets, 10).float())
    loss.backward()
    follow.step()
    assert abs(loss.item() - epoch.train.loss) < 1e-5, (loss, epoch.train)
    assert all(torch.allclose(value, epoch.weights[key], atol=1e-5) for key, value in module.state_dict().items())
"""


def test_one_row_adds_an_optimizer_a_loss_and_a_precision() -> None:
    done = subprocess.run([sys.executable, "-c", ADDED + SHOWN + TRAINED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "rows"), [("loss", LOSSES), ("precision", PRECISIONS)])
def test_what_has_no_row_is_refused_and_every_row_is_named(name: str, rows: dict[str, object]) -> None:
    with pytest.raises(OptionError) as raised:
        Recipe().with_options(**{name: "unheard"})
    assert all(f"'{id}'" in str(raised.value) for id in rows)
    assert all(getattr(Recipe().with_options(**{name: id}), name) == id for id in rows)
