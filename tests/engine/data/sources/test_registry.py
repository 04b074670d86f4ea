"""Every registered source by what it says of itself: a new one is tested by being registered."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from engine.data.errors import DataError, DataMissingError
from engine.data.fetching.folder import downloads, missing_files, raw_folder
from engine.data.formats.arrays import Arrays
from engine.data.options.options import EmnistPart, Known, Synthetic
from engine.data.sources import SOURCES, USUAL, register, source_for
from engine.data.sources.base import KINDS, Expected, Page, Request, Source
from engine.data.spec.reading import described, read_arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.layers.base import OptionError
from tests.engine.data.data_cases import cifar_files, idx_files, svhn_files
from tests.engine.data.houses import house_prices

ROOT = Path(__file__).parents[4]
IDS = list(SOURCES)
DOWNLOADED = [id for id in IDS if SOURCES[id].kind == "download"]
OWN = [id for id in IDS if SOURCES[id].takes_path]


def image_files(spec: DataSpec, root: Path) -> None:
    for index in range(12):
        path = root / spec.path / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 5, 3), index, np.uint8)).save(path)


def table_file(spec: DataSpec, root: Path) -> None:
    (root / spec.path).write_text("x,y\n" + "".join(f"{index},{index / 3}\n" for index in range(20)))


def tensor_file(spec: DataSpec, root: Path) -> None:
    np.savez(root / spec.path, x=np.zeros((20, 2, 4, 4), np.float32), y=np.arange(20) % 3)


WRITERS: dict[str, Callable[[DataSpec, Path], object]] = {
    **dict.fromkeys(("mnist", "fashion-mnist", "kmnist", "emnist"), idx_files),
    **dict.fromkeys(("cifar10", "cifar100"), lambda spec, root: cifar_files(spec.dataset, root)),
    "svhn": lambda _, root: svhn_files(root), "house-prices": lambda _, root: house_prices(root),
    "folder": image_files, "table": table_file, "tensors": tensor_file,
}  # fmt: skip
"""A small file in the true format of each source that reads any from outside the program."""

PATHS = {"folder": "images", "table": "table.csv", "tensors": "tensors.npz"}
SPECS = [DataSpec(dataset=id, path=PATHS.get(id, "")) for id in IDS if id != "emnist"]
SPECS += [DataSpec(dataset="emnist", emnist=part) for part in get_args(EmnistPart)]


def name_of(spec: DataSpec) -> str:
    return f"{spec.dataset} {spec.emnist}" if spec.dataset == "emnist" else spec.dataset


@pytest.fixture(params=SPECS, ids=name_of)
def spec(request: pytest.FixtureRequest) -> DataSpec:
    return request.param


# -- what it says about itself ------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", IDS)
def test_a_source_explains_itself(id: str) -> None:
    source = SOURCES[id]
    assert source.id == id and re.fullmatch(r"[a-z][a-z0-9-]*", id)
    assert source.title and source.about.endswith(".") and source.__doc__
    assert source.kind in KINDS
    assert bool(source.download) == (source.kind == "download")
    assert source.takes_path == (source.kind == "file")
    assert source.expects.task in ("classification", "regression")
    assert set(source.reads) <= set(DataSpec.model_fields)
    assert set(source.presets) <= {"table", "synthetic", "augment"}
    assert source.rule_options <= set(Synthetic.model_fields)


def test_files_know_the_ids_of_old_and_lists_have_their_order() -> None:
    assert USUAL == ("digits", "mnist", "fashion-mnist", "kmnist", "emnist", "cifar10", "cifar100", "svhn",
                     "house-prices", "linear", "polynomial", "edges", "folder", "table", "tensors")
    assert [id for id in IDS if id in USUAL] == list(USUAL)
    assert [SOURCES[id].kind for id in IDS] == sorted((SOURCES[id].kind for id in IDS), key=KINDS.index)


def test_what_is_no_source_is_said_with_all_that_are() -> None:
    for wrong in ("coco", 5, None, ["mnist"], ""):
        with pytest.raises(OptionError) as raised:
            DataSpec().with_options(dataset=wrong)
        assert str(raised.value) == f"Data must be {', '.join(map(repr, IDS[:-1]))} or {IDS[-1]!r}"


def test_two_sources_cannot_be_called_the_same() -> None:
    with pytest.raises(ValueError, match="two data sources are called mnist"):
        register(type("Again", (Source,), {"id": "mnist"}))


@pytest.mark.parametrize("id", OWN)
def test_ones_own_are_asked_for_in_words(id: str) -> None:
    own = SOURCES[id].own
    assert own is not None
    assert all((own.words, own.button, own.hint, own.heading, own.choose, own.unchosen))
    assert own.button.endswith("…") and own.choose.endswith("…")
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in own.suffixes)


def test_what_a_path_can_be(tmp_path: Path) -> None:
    kinds = {"a.csv": "table", "b.TSV": "table", "c.txt": "table", "d.npz": "tensors", "e.PT": "tensors",
             "f.pth": "tensors", "g.png": None, "h": None, "i.csv.gz": "table"}  # fmt: skip
    found = {name: source_for(Path(name)) for name in kinds}
    assert {name: source and source.id for name, source in found.items()} == kinds
    (tmp_path / "folder.csv").mkdir()
    for folder in (tmp_path, tmp_path / "folder.csv"):
        assert source_for(folder) is SOURCES["folder"]


# -- the Data tab -------------------------------------------------------------------------------------------------


def test_pages_and_options_are_there(spec: DataSpec) -> None:
    source = spec.source
    assert source.pages(spec) <= set(get_args(Page))
    assert source.options(spec) <= set(DataSpec.model_fields) and "seed" in source.options(spec)
    assert ("rule" in source.pages(spec)) == (source.kind == "synthetic") == bool(source.rule)
    assert ("augmentation" in source.pages(spec)) == ("resize" in source.options(spec)) == spec.is_image
    assert ("columns" in source.pages(spec)) == ("preparation" in source.pages(spec)) == ("table" in source.reads)


def test_what_is_no_image_has_no_pages_of_images() -> None:
    flat = DataSpec(dataset="tensors", path="a.npz", known=Known(sample_shape=(7,), classes=("a", "b")))
    assert flat.source.pages(flat) == frozenset() and not flat.source.is_image(flat)
    assert flat.source.options(flat) == {"normalize", "validation", "seed", "swap"}
    guessed = DataSpec(dataset="tensors", path="a.npz")
    assert guessed.source.pages(guessed) == {"augmentation", "steps"}


def test_the_truth_is_that_of_the_rule() -> None:
    linear = DataSpec(dataset="linear").with_options(synthetic={"inputs": 3})
    with pytest.raises(OptionError, match="There are 3 inputs, but 2 true weights"):
        linear.source.truth(linear)
    for id, names in (("linear", "wbσ"), ("polynomial", "cσ"), ("edges", "K"), ("mnist", "")):
        assert "".join(SOURCES[id].truth(DataSpec(dataset=id))) == names


# -- its files ----------------------------------------------------------------------------------------------------


def written(spec: DataSpec, root: Path) -> DataSpec:
    """The spec, with a small file of its kind in the data folder if it reads one."""
    if spec.source.kind in ("download", "file"):
        assert spec.dataset in WRITERS, "write a small file in its format, so that this source is tested"
        root.mkdir(exist_ok=True)
        WRITERS[spec.dataset](spec, root)
    return spec


def test_a_file_in_its_format_is_what_the_source_says(spec: DataSpec, tmp_path: Path) -> None:
    written(spec, tmp_path / "data")
    arrays, found = read_arrays(spec, tmp_path / "data"), described(spec, tmp_path / "data")
    assert (arrays.known is not None) == spec.source.finds == (found.known is not None)
    assert found.is_known
    if found.known is not None:
        assert found.known.model_copy(update={"fingerprint": None}) == arrays.known
        assert (found.known.fingerprint is not None) == spec.source.takes_path
    assert arrays.inputs.shape[1:] == found.stored_shape and len(arrays.inputs) == len(arrays.targets)
    classes = found.task == "classification"
    assert arrays.targets.shape[1:] == (() if classes else found.output_shape)
    assert arrays.targets.max() < (found.num_classes if classes else math.inf)
    data = load_data(spec, tmp_path / "data")
    assert data.spec == found and len(data.train) and len(data.validation) and len(data.test)


@pytest.mark.parametrize("id", DOWNLOADED)
def test_what_is_missing_is_named(id: str, tmp_path: Path) -> None:
    spec = DataSpec(dataset=id)
    names = list(spec.files.names)
    assert names and missing_files(spec.files, tmp_path) == names
    with pytest.raises(DataMissingError) as raised:
        read_arrays(spec, tmp_path)
    assert all(name in str(raised.value) for name in (spec.source.title, *names, str(raw_folder(spec.files, tmp_path))))
    written(spec, tmp_path / "data")
    assert missing_files(spec.files, tmp_path / "data") == []
    (raw_folder(spec.files, tmp_path / "data") / names[-1]).unlink()
    assert missing_files(spec.files, tmp_path / "data") == names[-1:]


@pytest.mark.parametrize("id", DOWNLOADED)
def test_what_is_downloaded_has_a_checksum(id: str, tmp_path: Path) -> None:
    mirrors, checksums = SOURCES[id].official()
    assert mirrors and all(mirror.endswith("/") for mirror in mirrors)
    assert set(downloads(DataSpec(dataset=id).files, tmp_path)) <= set(checksums)
    assert all(re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}", checksum) for checksum in checksums.values())


@pytest.mark.parametrize("id", OWN)
def test_what_is_not_chosen_or_not_there_is_a_sentence(id: str, tmp_path: Path) -> None:
    own = SOURCES[id].own
    assert own is not None
    for use in (described, read_arrays, load_data):
        with pytest.raises(DataError) as raised:
            use(DataSpec(dataset=id))
        assert str(raised.value) == own.unchosen
        with pytest.raises(DataMissingError, match="nowhere is not there: choose the data again"):
            use(DataSpec(dataset=id, path="nowhere"), tmp_path)


@pytest.mark.parametrize("id", [id for id in IDS if SOURCES[id].kind in ("bundled", "synthetic")])
def test_what_needs_no_files_misses_none(id: str, tmp_path: Path) -> None:
    spec = DataSpec(dataset=id)
    assert missing_files(spec.files, tmp_path) == [] == downloads(spec.files, tmp_path)
    assert described(spec, tmp_path) == spec


# -- one class is enough ------------------------------------------------------------------------------------------


@pytest.fixture
def waves() -> Iterator[str]:
    @register
    class Waves(Source):
        """Not of this program."""

        id = "waves"
        title = "Waves"
        about = "Sines of two frequencies."
        kind = "synthetic"
        expects = Expected((1, 16), classes=("slow", "fast"), examples=60)
        reads = ("seed",)

        def read(self, request: Request, root: Path | None) -> Arrays:
            labels = np.arange(60) % 2
            phase = np.random.default_rng(request.seed).random((60, 1, 1))
            return Arrays(np.sin((labels[:, None, None] + 1) * np.arange(16) + phase), labels)

    yield Waves.id
    del SOURCES[Waves.id]


def test_a_class_is_enough_for_a_source(waves: str) -> None:
    spec = DataSpec.model_validate(json.loads(json.dumps({"dataset": waves, "normalize": True})))
    assert (spec.sample_shape, spec.output_shape, spec.classes) == ((1, 16), (2,), ("slow", "fast"))
    assert described(spec) == spec and spec.source.pages(spec) == frozenset()
    data = load_data(spec)
    assert (len(data.train), len(data.validation), len(data.test)) == (46, 5, 9)
    assert data.train.inputs.shape == (46, 1, 16)


def _comparisons(path: Path) -> Iterator[str]:
    """Where an id in the source text decides something."""
    for node in ast.walk(ast.parse(path.read_text())):
        parts: list[Any] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            parts = [node.func.value, *node.args]
        elif isinstance(node, ast.Match):
            parts = [node.subject, *(pattern for case in node.cases for pattern in ast.walk(case.pattern))]
        speaks = any((isinstance(inner, ast.Attribute) and inner.attr in ("dataset", "id"))
                     or (isinstance(inner, ast.Name) and inner.id == "dataset")
                     for part in parts for inner in ast.walk(part))
        ids = {inner.value for part in parts for inner in ast.walk(part) if isinstance(inner, ast.Constant)} & set(IDS)
        if speaks and ids:
            yield f"{path}:{node.lineno} {ids}"


def test_nobody_else_knows_a_source_by_its_id() -> None:
    files = [path for room in ("engine", "widgets", "app") for path in (ROOT / room).rglob("*.py")
             if (ROOT / "engine" / "data" / "sources") not in path.parents]
    assert len(files) > 300
    assert [found for path in files for found in _comparisons(path)] == []
