"""Downloads: mirrors, archives, checksums, stopping, and being offline."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from engine.data.errors import DataDamagedError, DataOfflineError, StoppedError
from engine.data.fetching.download import fetch
from engine.data.fetching.folder import Official, data_folder, downloads, missing_files, raw_folder
from engine.data.sources import SOURCES
from engine.data.sources.mnist import FILES
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from tests.engine.cases import idx
from tests.engine.data.data_cases import cifar_files, files_of, mnist_files, only_mirror


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return mnist_files(tmp_path / "data")


def test_the_data_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_home: Path) -> None:
    assert data_folder() == own_home / "Layerloom" / "data"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data_folder() == Path.home() / "Library" / "Application Support" / "Layerloom" / "data"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert data_folder() == tmp_path / "local" / "Layerloom" / "data"
    monkeypatch.setenv("LAYERLOOM_DATA", str(tmp_path / "chosen"))
    assert data_folder() == tmp_path / "chosen"
    assert missing_files(files_of("digits")) == []
    assert missing_files(files_of("mnist")) == list(FILES)


def test_torchvision_tells_mirrors_and_checksums() -> None:
    mirrors, checksums = SOURCES["fashion-mnist"].official()
    assert mirrors and set(checksums) == {f"{name}.gz" for name in FILES}
    assert SOURCES["mnist"].official()[1] != checksums  # asked twice: the second import must not fail


@pytest.fixture
def mirror(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """A local server with packed files, known as the only mirror; its address and checksums."""
    served = tmp_path / "served"
    served.mkdir()
    for path in raw_folder(files_of("mnist"), root).iterdir():
        (served / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    checksums = {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in served.iterdir()}

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/"
    only_mirror(monkeypatch, lambda: Official(["http://127.0.0.1:9/", address], checksums))
    yield address, checksums
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("mirror")
def test_downloads_what_is_missing_from_the_next_mirror(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    data = load_data(DataSpec(dataset="mnist"), tmp_path / "new", lambda done, total: seen.append((done, total)))
    assert (len(data.train), len(data.validation), len(data.test)) == (18, 2, 10)
    assert any(done == total > 0 for done, total in seen)
    names = sorted(path.name for path in raw_folder(files_of("mnist"), tmp_path / "new").iterdir())
    assert names == sorted(f"{name}.gz" for name in FILES)  # nothing else is left
    assert list(fetch(files_of("mnist"), tmp_path / "new")) == []


def test_a_wrong_file_is_refused(mirror: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    mirror[1]["t10k-images-idx3-ubyte.gz"] = "0" * 32
    with pytest.raises(DataOfflineError, match="what came is not the original file"):
        list(fetch(files_of("mnist"), tmp_path / "new"))
    assert not (raw_folder(files_of("mnist"), tmp_path / "new") / "t10k-images-idx3-ubyte.gz").exists()


@pytest.mark.usefixtures("mirror")
def test_a_download_can_be_stopped(tmp_path: Path) -> None:
    steps = fetch(files_of("mnist"), tmp_path / "new")
    for step in steps:
        if step.done:
            break
    steps.close()
    assert list(raw_folder(files_of("mnist"), tmp_path / "new").iterdir()) == []
    with pytest.raises(StoppedError):
        load_data(DataSpec(dataset="mnist"), tmp_path / "other", cancelled=lambda: True)


def test_offline_is_one_sentence_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = dict.fromkeys((f"{name}.gz" for name in FILES), "")
    only_mirror(monkeypatch, lambda: Official(["http://127.0.0.1:9/"], names))
    with pytest.raises(DataOfflineError) as raised:
        load_data(DataSpec(dataset="fashion-mnist"), tmp_path)
    sentence = str(raised.value)
    assert sentence.startswith("Fashion-MNIST is not here and could not be downloaded (connection refused): put ")
    assert sentence.endswith(str(tmp_path / "FashionMNIST" / "raw")) and FILES[3] in sentence


# -- archives ---------------------------------------------------------------------------


def tar(folder: Path, path: Path) -> Path:
    """The folder as an archive such as CIFAR's."""
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, arcname=folder.name)
        for name in ("../outside", "/tmp/outside"):  # nobody may write where they like
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"evil"))
    return path


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose files a local server gives, known as the only mirror of everything."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    def official() -> Official:
        sums = {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        return Official([f"http://127.0.0.1:{server.server_port}/"], sums)

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    only_mirror(monkeypatch, official)
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("dataset", ["cifar10", "cifar100"])
def test_an_archive_is_unpacked_and_gone(dataset: str, served: Path, tmp_path: Path) -> None:
    source = cifar_files(dataset, tmp_path / "source")
    tar(source, served / files_of(dataset).archive)
    root = tmp_path / "new"
    data = load_data(DataSpec(dataset=dataset), root)
    assert len(data.test) == (12 if dataset == "cifar10" else 8)
    folder = raw_folder(files_of(dataset), root)
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in source.iterdir())
    assert [path.name for path in root.iterdir()] == [folder.name]
    assert not (tmp_path / "outside").exists()


def test_an_archive_put_there_by_hand_is_used_and_stays(served: Path, tmp_path: Path) -> None:
    archive = tar(cifar_files("cifar10", tmp_path / "source"), served / files_of("cifar10").archive)
    own = tmp_path / "new" / archive.name
    own.parent.mkdir()
    own.write_bytes(archive.read_bytes())
    steps = list(fetch(files_of("cifar10"), tmp_path / "new"))
    assert {step.doing for step in steps if step.file.startswith("data_batch")} == {"reading"}
    assert own.is_file() and missing_files(files_of("cifar10"), tmp_path / "new") == []


def test_emnist_is_unpacked_from_its_zip(served: Path, tmp_path: Path) -> None:
    spec = DataSpec(dataset="emnist", emnist="digits")
    with zipfile.ZipFile(served / "gzip.zip", "w") as archive:
        for name in spec.files.names:
            images = np.zeros((10, 28, 28), np.uint8) if "images" in name else np.arange(10, dtype=np.uint8)
            archive.writestr(f"gzip/{name}.gz", gzip.compress(idx(images)))
        archive.writestr("gzip/emnist-letters-train-images-idx3-ubyte.gz", b"not asked for")
        archive.writestr("../emnist-outside.gz", b"evil")
    data = load_data(spec, tmp_path / "new")
    assert len(data.train) + len(data.validation) == 10
    assert sorted(path.name for path in raw_folder(spec.files, tmp_path / "new").iterdir()) == sorted(
        f"{name}.gz" for name in spec.files.names)


@pytest.mark.parametrize(("dataset", "content"), [("cifar10", b"no tar"), ("emnist", b"PK no zip"), ("cifar100", b"")])
def test_what_cannot_be_unpacked_is_a_sentence(dataset: str, content: bytes, served: Path,
                                               tmp_path: Path) -> None:
    (served / files_of(dataset).archive).write_bytes(content)
    with pytest.raises(DataDamagedError, match="cannot be unpacked"):
        list(fetch(files_of(dataset), tmp_path / "new"))
    assert missing_files(files_of(dataset), tmp_path / "new") == list(files_of(dataset).names)


def test_unpacking_can_be_stopped(served: Path, tmp_path: Path) -> None:
    tar(cifar_files("cifar10", tmp_path / "source"), served / files_of("cifar10").archive)
    steps = fetch(files_of("cifar10"), tmp_path / "new")
    for step in steps:
        if step.doing == "reading":
            break
    steps.close()
    assert not any(path.name.startswith(".") for path in (tmp_path / "new").rglob("*"))


@pytest.mark.parametrize(("dataset", "name"), [
    ("cifar10", "cifar-10-python.tar.gz"), ("svhn", "train_32x32.mat"), ("house-prices", "kaggle_house_pred_train.csv"),
])  # fmt: skip
def test_offline_says_which_file_goes_where(dataset: str, name: str, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    mirrors, sums = SOURCES[dataset].official()
    assert all(mirror.endswith("/") for mirror in mirrors) and name in sums
    only_mirror(monkeypatch, lambda: Official(["http://127.0.0.1:9/"], sums))
    with pytest.raises(DataOfflineError) as raised:
        load_data(DataSpec(dataset=dataset), tmp_path)
    sentence = str(raised.value)
    assert f"could not be downloaded (connection refused): put {name}" in sentence
    assert sentence.endswith(f"into {tmp_path}")


@pytest.mark.parametrize(("dataset", "url"), [
    ("cifar10", "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"),
    ("cifar100", "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"),
    ("svhn", "http://ufldl.stanford.edu/housenumbers/train_32x32.mat"),
    ("emnist", "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"),
    ("house-prices", "http://d2l-data.s3-accelerate.amazonaws.com/kaggle_house_pred_train.csv"),
])  # fmt: skip
def test_addresses_and_checksums(dataset: str, url: str) -> None:
    mirrors, sums = SOURCES[dataset].official()
    name = url.rsplit("/", 1)[1]
    assert mirrors[0] + name == url
    assert len(sums[name]) == (40 if dataset == "house-prices" else 32)
    assert set(downloads(files_of(dataset), Path("/nowhere"))) == set(sums)
