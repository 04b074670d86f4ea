"""What panels ask for becomes an edit of the document in front."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject

from app.document.document import Document
from app.document.editing import Editing
from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
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


@pytest.mark.parametrize("between", [["linear"], ["house-prices"], ["linear", "house-prices", "polynomial"]])
@pytest.mark.parametrize(("chosen", "resize"), [("digits", 28), ("mnist", None), ("cifar10", 28)])
def test_what_was_set_for_images_is_there_after_a_table(desk, between, chosen, resize):
    document, editing = desk.document, desk.editing
    set_here = DataSpec(dataset="digits", resize=28, channels=3, normalize=True, validation=0.2,
                        augment=Augment(flip=True))
    document.edit("data", replace(document.experiment, data=set_here))
    for source in between:
        editing.choose_dataset(source)
        assert document.experiment.data.resize is None and not document.experiment.data.augment.is_active
    editing.choose_dataset(chosen)
    assert document.experiment.data == set_here.with_options(dataset=chosen, resize=resize)


def test_what_only_some_data_have_is_there_when_they_come_back(desk):
    document, editing = desk.document, desk.editing
    letters = DataSpec(dataset="emnist", emnist="letters")
    document.edit("data", replace(document.experiment, data=letters))
    editing.choose_dataset("linear")
    made = document.experiment.data.with_options(synthetic={"rows": 123})
    editing.change_data_of(document, made, "synthetic.rows")
    editing.choose_dataset("mnist")
    editing.choose_dataset("linear")
    assert document.experiment.data == made
    editing.choose_dataset("emnist")
    assert document.experiment.data == letters


def test_one_network_knows_nothing_of_what_another_had(desk):
    other = Document(replace(desk.document.experiment, data=DataSpec(dataset="linear")), "other")
    desk.document.edit("data", replace(desk.document.experiment, data=DataSpec(dataset="digits", resize=28)))
    desk.editing.choose_dataset("linear")
    desk.editing.change_data_of(other, DataSpec(dataset="digits"), "dataset")
    assert other.experiment.data == DataSpec(dataset="digits")


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


# -- recipe, data, device -------------------------------------------------------------------------------------------


def test_each_edit_has_its_words_and_undoes_alone_and_one_field_s_edits_undo_together(desk):
    document, editing = desk.document, desk.editing
    first, recipe = document.experiment, document.experiment.recipe
    editing.change_recipe(recipe.with_options(lr=0.2), "lr")
    editing.change_recipe(recipe.with_options(lr=0.3), "lr")
    assert document.history.undo_text == "Change the recipe"
    editing.choose_device("cpu")
    assert (document.experiment.recipe.lr, document.experiment.recipe.device) == (0.3, "cpu")
    editing.change_data_of(document, document.experiment.data.with_options(validation=0.2), "validation")
    editing.change_data_of(document, document.experiment.data.with_options(validation=0.3), "validation")
    assert document.history.undo_text == "Change the data" and document.experiment.data.validation == 0.3
    editing.change_data_of(document, document.experiment.data.with_options(dataset="digits", validation=0.4), "dataset")
    data = document.experiment.data
    assert (data.dataset, data.resize, data.validation) == ("digits", 28, 0.3), "as when it is chosen in the top bar"
    document.undo()
    assert document.experiment.data.dataset == "mnist"
    document.undo()
    assert (document.experiment.data, document.experiment.recipe.device) == (first.data, "cpu")
    document.undo()
    assert document.experiment.recipe == recipe.with_options(lr=0.3)
    document.undo()
    assert document.experiment == first


def test_edits_of_a_layer_have_its_name(desk):
    document, editing, fc1 = desk.document, desk.editing, network().nodes["fc1"]
    for width in (20, 30):
        editing.change_layer("fc1", fc1.layer.with_options(out_features=width), "out_features")
    assert (document.history.undo_text, desk.graph.nodes["fc1"].layer.out_features) == ("Change fc1", 30)
    for lr in (2.0, 3.0):
        editing.change_parameters("fc1", fc1.parameters.with_options(lr_multiplier=lr), "lr_multiplier")
    document.undo()
    assert desk.graph.nodes["fc1"].parameters == fc1.parameters, "one field, one undo"
    document.undo()
    assert desk.graph.nodes["fc1"].layer.out_features == 20, "a layer is committed, not typed: each edit is its own"
    document.undo()
    editing.rename("fc1", "head")
    assert document.history.undo_text == "Rename fc1" and desk.page.scene.selected_names() == ["head"]


def test_on_the_start_page_nothing_is_changed(qapp):
    parent = QObject()
    editing = Editing(parent, lambda: None)
    refused = []
    editing.name_refused.connect(refused.append)
    recipe, fc1 = Experiment().recipe, network().nodes["fc1"]
    editing.change_recipe(recipe, "lr")
    editing.choose_dataset("mnist")
    editing.choose_device("cpu")
    editing.change_layer("fc1", fc1.layer, "out_features")
    editing.change_parameters("fc1", fc1.parameters, "lr_multiplier")
    editing.change_shares("fc1", "")
    editing.rename("fc1", "fc2")
    assert not refused
