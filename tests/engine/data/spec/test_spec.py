"""The spec: old files, presets, what changes with what, and the table of data sets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from engine.data.options.options import Augment, Known, Synthetic
from engine.data.options.table import Table
from engine.data.sources import SOURCES
from engine.data.sources.mnist import PARTS
from engine.data.spec.spec import DataSpec
from engine.layers.base import OptionError

KNOWN = Known(sample_shape=(3, 20, 30), classes=("a", "b"), examples=9, stored="uint8")


def test_what_older_files_say_still_means_the_same() -> None:
    old = {"dataset": "mnist", "resize": 96, "normalize": True, "validation": 0.2, "seed": 3}
    spec = DataSpec.model_validate(old)
    assert {name: getattr(spec, name) for name in old} == old
    assert (spec.augment, spec.table, spec.synthetic, spec.known) == (Augment(), Table(), Synthetic(), None)
    assert spec.sample_shape == (1, 96, 96) and spec.output_shape == (10,)


@pytest.mark.parametrize("dataset", SOURCES)
def test_every_data_set_is_described_and_survives_json(dataset: str) -> None:
    spec, source = DataSpec(dataset=dataset), SOURCES[dataset]
    assert DataSpec.model_validate(json.loads(json.dumps(spec.model_dump(mode="json")))) == spec
    assert spec.source is source and source.title and source.about.endswith(".")
    assert bool(source.download) == (source.kind == "download")
    assert spec.task == source.expects.task and spec.is_known == (source.kind != "file")


@pytest.mark.parametrize("dataset", [id for id, source in SOURCES.items() if source.kind != "file"])
def test_what_is_known_beforehand_has_shapes_and_classes(dataset: str) -> None:
    spec = DataSpec(dataset=dataset)
    assert spec.sample_shape and spec.output_shape
    assert bool(spec.num_classes) == (spec.task == "classification")


@pytest.mark.parametrize("model", [DataSpec, Augment, Synthetic, Table, Known])
def test_every_field_is_made_for_a_form(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.title, name
        assert field.description or name == "dataset", name


def test_emnists_part_tells_its_classes() -> None:
    for part, (classes, examples) in PARTS.items():
        spec = DataSpec(dataset="emnist", emnist=part)
        assert (spec.classes, spec.examples) == (classes, examples) and len(set(classes)) == len(classes)
    assert [len(PARTS[part][0]) for part in ("balanced", "letters", "byclass")] == [47, 26, 62]  # type: ignore[index]


def test_presets_are_the_data_sets_own() -> None:
    polynomial = DataSpec(dataset="polynomial")
    assert (polynomial.synthetic.noise, polynomial.synthetic.rows, polynomial.examples) == (0.1, 100, 300)
    one = DataSpec.model_validate({"dataset": "polynomial", "synthetic": {"degree": 1, "rows": 7}})
    assert (one.synthetic.noise, one.synthetic.rows, one.sample_shape) == (0.1, 7, (2,))
    prices = DataSpec().with_options(dataset="house-prices").table
    assert (prices.target, prices.log_target, prices.kind_of("Id")) == ("SalePrice", True, "ignore")
    assert prices.missing_categories == "always"
    assert DataSpec(dataset="house-prices").with_options(dataset="table").table == Table()


def test_a_part_may_be_changed_by_what_differs() -> None:
    spec = DataSpec(dataset="polynomial").with_options(synthetic={"rows": 50})
    again = spec.with_options(synthetic={"degree": 19}, augment={"flip": True})
    assert (again.synthetic.rows, again.synthetic.degree, again.augment.flip) == (50, 19, True)
    assert again.sample_shape == (20,)


def test_what_was_found_is_forgotten_with_the_file() -> None:
    spec = DataSpec(dataset="folder", path="/a", known=KNOWN)
    assert spec.sample_shape == (3, 20, 30) and spec.output_shape == (2,) and spec.examples == 9
    assert spec.with_options(resize=8, channels=1, normalize=True).sample_shape == (1, 8, 8)
    assert spec.with_options(path="/a").known == KNOWN
    for change in ({"path": "/b"}, {"dataset": "tensors"}, {"table": {"target": "y"}}):
        assert spec.with_options(**change).known is None
    other = spec.with_options(dataset="mnist")
    assert other == DataSpec(dataset="mnist") and spec.with_options(dataset="tensors").path == ""


def test_another_data_set_keeps_the_images_size() -> None:
    assert DataSpec(dataset="mnist").with_dataset("digits").sample_shape == (1, 28, 28)
    assert DataSpec(dataset="mnist", resize=96).with_dataset("cifar10").sample_shape == (3, 96, 96)
    assert DataSpec(dataset="digits").with_dataset("mnist").resize == 8
    assert DataSpec(dataset="mnist").with_dataset("linear").with_dataset("mnist") == DataSpec(dataset="mnist")
    assert DataSpec(dataset="mnist", normalize=True, seed=4).with_dataset("edges").seed == 4


def test_only_images_are_resized() -> None:
    for dataset, shape in (("linear", (2,)), ("edges", (1, 6, 8)), ("house-prices", (331,))):
        assert DataSpec.model_validate({"dataset": dataset, "resize": 64, "channels": 3}).sample_shape == shape
    flat = Known(sample_shape=(7,), classes=("a", "b"))
    assert DataSpec(dataset="tensors", path="a.npz", resize=8, known=flat).sample_shape == (7,)


@pytest.mark.parametrize(("options", "reason"), [
    ({"dataset": "coco"}, "Data must be"), ({"resize": 0}, "Resize must be at least 1"),
    ({"channels": 2}, "Channels must be"), ({"augment": {"rotate": 270}}, "Rotate must be at most 180"),
    ({"synthetic": {"rows": 0}}, "Training rows must be at least 1"),
    ({"table": {"test": 1}}, "Test share must be less"),
    ({"synthetic": {"noise": float("nan")}}, "Noise must be"), ({"emnist": "all"}, "EMNIST part must be"),
    ({"augment": {"zoom": 1}}, "zoom is not an option here"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(OptionError, match=reason):
        DataSpec().with_options(**options)


def test_true_weights_fit_the_inputs() -> None:
    assert Synthetic().weights == (2.0, -3.4)
    assert Synthetic(inputs=200, weight=0.01).weights == (0.01,) * 200
    with pytest.raises(OptionError, match="There are 3 inputs, but 2 true weights"):
        _ = Synthetic(inputs=3).weights
