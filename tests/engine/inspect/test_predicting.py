"""Predictions for files: against plain torch on the same pixels, rows and arrays; what cannot be read is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.preprocessing import StandardScaler

from engine import DataSpec, Experiment, Recipe, build_module, load_data
from engine.data.formats.table import header
from engine.inspect.predicting import Failed, Prediction, Predictor, files_in
from engine.inspect.samples.sample import SampleError, UnreadSampleError
from engine.inspect.samples.splits import from_split
from tests.engine.cases import chain, experiment
from tests.engine.data.houses import house_prices


def asked(base: Experiment, *paths: Path, root: Path | None = None) -> list[Prediction | Failed]:
    """Everything that is said of some files."""
    return list(Predictor(base, root=root).predictions(files_in(paths)))


def digits(folder: Path, count: int) -> torch.Tensor:
    """The first test digits as pictures; as they are stored."""
    images = load_data(DataSpec()).test.inputs[:count]
    for place, image in enumerate(images):
        Image.fromarray(image[0].numpy()).save(folder / f"{place:03}.png")
    return images


def test_pictures_one_by_one_and_in_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    images = digits(tmp_path / "a" / "b", 70)
    base = experiment()
    module = build_module(base).eval()
    with torch.no_grad():
        wanted = module(images / 255).softmax(1)
    (tmp_path / "a" / "notes.txt").write_text("no picture")
    (tmp_path / "a" / ".hidden.png").write_text("no picture")
    (tmp_path / "a" / "odd.png").write_bytes(b"no picture")
    (tmp_path / "a" / "unnamed").write_bytes((tmp_path / "a" / "b" / "000.png").read_bytes())
    found = asked(base, tmp_path / "a", tmp_path / "a" / "b" / "003.png")
    named = [each for each in found if isinstance(each, Prediction)]
    names = [Path(each.path).name for each in named]
    assert names == ["unnamed", *(f"{place:03}.png" for place in range(70)), "003.png"]
    for each, row in zip(named, [wanted[0], *wanted, wanted[3]], strict=True):
        assert list(each.probabilities.values()) == pytest.approx(row.tolist(), abs=1e-6)
        assert each.label == str(int(row.argmax())) and list(each.probabilities) == list("0123456789")
    assert list(named[0].as_json()) == ["path", "class", "probabilities"]
    [failed] = [each for each in found if isinstance(each, Failed)]
    assert failed.path == str(tmp_path / "a" / "odd.png") and "cannot be read as a picture" in str(failed.error)
    assert found.index(failed) == 0  # in its place


def test_rows_of_a_table_are_scaled_as_scikit_learn_would(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(5, 3, 60), "b": random.integers(0, 1000, 60),
                          "kind": random.choice(["x", "y"], 60), "target": random.choice(["no", "yes"], 60)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    spec = load_data(DataSpec().with_file(tmp_path / "t.csv")).spec
    base = Experiment(chain(("fc", "Linear", {"out_features": 2})), spec, Recipe())
    train = load_data(spec).unscaled.train
    new = frame.drop(columns="target").sample(frac=1, random_state=1)[["kind", "b", "a"]]
    new.to_csv(tmp_path / "new.csv", index=False)
    scaled = StandardScaler().fit(train[:, :2]).transform(new[["a", "b"]].to_numpy())
    x = np.column_stack([scaled, new.kind == "x", new.kind == "y"])
    with torch.no_grad():
        wanted = build_module(base)(torch.from_numpy(x.astype(np.float32))).softmax(1)
    found = asked(base, tmp_path / "new.csv")
    assert [(each.path, each.row) for each in found] == [(str(tmp_path / "new.csv"), row) for row in range(60)]
    got = torch.tensor([list(each.probabilities.values()) for each in found])  # type: ignore[union-attr]
    assert torch.allclose(got, wanted, atol=1e-5)
    assert list(found[0].as_json()) == ["path", "row", "class", "probabilities"]  # type: ignore[union-attr]
    plain = asked(base, tmp_path / "t.csv")  # with the target
    new[["a", "b", "kind"]].to_csv(tmp_path / "bare.csv", index=False, header=False)
    assert [each.label for each in asked(base, tmp_path / "bare.csv")] == [each.label for each in found]
    assert len(plain) == 60 and all(plain[place].probabilities == pytest.approx(found[row].probabilities)
                                    for row, place in enumerate(new.index))


def test_one_wrong_row_and_missing_columns(tmp_path: Path) -> None:
    rows = "".join(f"{place},{'uv'[place % 2]},{place * 2.5}\n" for place in range(30))
    (tmp_path / "t.csv").write_text(f"a,k,y\n{rows}")
    spec = load_data(DataSpec().with_file(tmp_path / "t.csv").with_options(
        table={"kinds": (("a", "number"), ("k", "category")), "task": "regression"})).spec
    base = Experiment(chain(("fc", "Linear", {"out_features": 1})), spec, Recipe(loss="mse"))
    (tmp_path / "new.csv").write_text("k,a\nu,1\nw,2\nv,\nu,big\n")
    one, two, three, four = asked(base, tmp_path / "new.csv")
    assert isinstance(one, Prediction) and isinstance(three, Prediction) and isinstance(one.values, float)
    assert list(one.as_json()) == ["path", "row", "value"]
    assert isinstance(two, Failed) and "“w” is no value of “k”" in str(two.error) and two.row == 1
    assert isinstance(four, Failed) and "“big” is no number" in str(four.error)
    (tmp_path / "less.csv").write_text("a\n1\n2\n")
    [failed] = asked(base, tmp_path / "less.csv")
    assert isinstance(failed, Failed) and "lacks the column “k”" in str(failed.error)
    (tmp_path / "page.csv").write_text("<!doctype html>")
    [failed] = asked(base, tmp_path / "page.csv")
    assert isinstance(failed, Failed) and "web page" in str(failed.error)


def test_prices_come_without_their_logarithm(tmp_path: Path) -> None:
    house_prices(tmp_path)
    base = Experiment(chain(("fc",
    "Linear", {"out_features": 1})), DataSpec(dataset="house-prices"), Recipe(loss="mse"))
    data = load_data(base.data, tmp_path)
    table = pd.read_csv(tmp_path / "kaggle_house_pred_train.csv")
    table.drop(columns=["SalePrice", "Id"]).to_csv(tmp_path / "new.csv", index=False, na_rep="NA")
    found = asked(replace(base, data=data.spec), tmp_path / "new.csv", root=tmp_path)
    fitted = data.unscaled.fitted.applied(data.unscaled.rows)
    with torch.no_grad():
        wanted = build_module(replace(base, data=data.spec))(torch.from_numpy(fitted)).exp()[:, 0]
    assert [each.values for each in found] == pytest.approx(wanted.tolist(), rel=1e-4)  # type: ignore[union-attr]
    title = str(from_split(base, "test", 0, tmp_path).title)
    price = table.SalePrice[data.unscaled.of_test[0]]
    assert float(title.partition(": ")[2].replace("\u00a0", "")) == pytest.approx(price, rel=1e-3)


@pytest.mark.parametrize("name", ["x.npy", "x.npz"])
def test_arrays_stored_as_the_data_are(name: str, tmp_path: Path) -> None:
    images = load_data(DataSpec()).test.inputs[:5].numpy()
    base = experiment(data=DataSpec(normalize=True))
    data = load_data(base.data)
    np.save(tmp_path / name, images[:, 0]) if name == "x.npy" else np.savez(tmp_path / name, x=images)
    with torch.no_grad():
        x = (torch.from_numpy(images) / 255 - data.mean[0]) / data.std[0]
        wanted = build_module(base)(x).softmax(1)
    found = asked(base, tmp_path / name)
    assert [each.row for each in found] == list(range(5))
    got = torch.tensor([list(each.probabilities.values()) for each in found])  # type: ignore[union-attr]
    assert torch.allclose(got, wanted, atol=1e-5)


@pytest.mark.parametrize(("array", "said"), [
    (np.zeros((2, 3, 3), np.uint8), "2×3×3, but the network takes 1×8×8"), (np.array(["a"]), "not numbers"),
    (np.full((8, 8), np.nan), "NaN or infinite"), (np.array([{}]), "Python objects"), (np.zeros((0, 8, 8)), "is empty"),
    (b"\x93NUMPY\x01\x00cut", "could not be read"), (b"", "could not be read"),
])
def test_arrays_that_are_none(array: np.ndarray | bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(array) if isinstance(array, bytes) else np.save(path, array)
    [failed] = asked(experiment(), path)
    assert isinstance(failed, Failed) and said in str(failed.error)


def test_one_endless_line_is_refused_without_reading_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.txt").write_text("1," * 50_000)
    looked = list[str]()
    monkeypatch.setattr(header, "is_value", lambda text: looked.append(text) is None)
    [failed] = asked(experiment(), tmp_path / "x.txt")
    assert isinstance(failed, Failed) and "50001 columns" in str(failed.error) and 0 < len(looked) <= header.MANY


def test_plain_rows_of_numbers(tmp_path: Path) -> None:
    base = Experiment(chain(("fc", "Linear", {"out_features": 1})), DataSpec(dataset="linear"), Recipe(loss="mse"))
    rows = load_data(base.data).test.inputs[:4].double().numpy()
    pd.DataFrame(rows, columns=["x1", "x2"]).to_csv(tmp_path / "r.csv", index=False)
    with torch.no_grad():
        wanted = build_module(base)(torch.from_numpy(rows).float())[:, 0].tolist()
    found = asked(base, tmp_path / "r.csv")
    assert [each.values for each in found] == pytest.approx(wanted, abs=1e-5)  # type: ignore[union-attr]


def test_a_folder_of_ones_own_that_was_not_looked_at_yet(tmp_path: Path) -> None:
    for place in range(8):
        path = tmp_path / ["cat", "dog"][place % 2] / f"{place}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((6, 6), 30 * place, np.uint8)).save(path)
    spec = DataSpec().with_dataset("folder", str(tmp_path))
    base = Experiment(chain(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 2})), spec, Recipe())
    found = asked(base, tmp_path / "cat")
    assert len(found) == 4 and set(found[0].probabilities) == {"cat", "dog"}  # type: ignore[union-attr]


def test_what_is_not_there_or_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, said in (("gone.png", "is not there"), ("empty", "holds no pictures")):
        with pytest.raises(UnreadSampleError, match=said):
            files_in([tmp_path / name])
    base = Experiment(chain(("fc", "Linear", {"out_features": 1})), DataSpec(dataset="linear"), Recipe(loss="mse"))
    digits(tmp_path, 1)
    with pytest.raises(SampleError, match="A picture cannot be looked at: the network takes 2"):
        asked(base, tmp_path / "000.png")
