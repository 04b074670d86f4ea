"""Numbers that float32 cannot tell apart are said; what comes from a packed file has its bounds."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from engine.data.errors import DataError
from engine.data.formats.table import opening, records
from tests.engine.data.formats.test_table_styles import notes, read

SAME = "become the same in the network, such as"
ROWS = 40


def table(values: list[object], header: str = "x,z,y") -> str:
    return f"{header}\n" + "".join(f"{value},{row % 7}.5,{row}.5\n" for row, value in enumerate(values))


@pytest.mark.parametrize(("values", "note"), [
    ([1, 2, 3, 4, 10**9, 3e9], SAME), ([1e-50, 0, 1, 2], f"{SAME} 0 and 1e-50"),
    ([1.5, 1.5000001, 1e9, 2e9], f"{SAME} 1.5 and 1.5000001"), ([2**60, 2**60 + 1, 5, 7], "too large to be told apart"),
])  # fmt: skip
def test_inputs_that_become_the_same_are_said(values: list[object], note: str, tmp_path: Path) -> None:
    said = notes(read(tmp_path, table(values * 10)))
    assert len(said) == 1 and said[0].startswith("“x”") and note in said[0]


@pytest.mark.parametrize(("values", "note"), [
    ([16777216, 16777217, 5.5, 7], f"{SAME} 16777216 and 16777217"), ([1e-50, 0.5, 1, 2], "1e-50 are so small"),
    ([1.5, 1.5 + 1e-9, 2, 3], f"{SAME} 1.5 and 1.500000001"),
])  # fmt: skip
def test_what_is_not_standardised_is_said_too(values: list[object], note: str, tmp_path: Path) -> None:
    for options in ({"standardize": False}, {"target": "x", "task": "regression"}):
        said = notes(read(tmp_path, table(values * 10), **options))
        assert len(said) == 1 and said[0].startswith("“x”") and note in said[0]


@pytest.mark.parametrize("values", [
    [16777216, 16777217] * 20, [1.5e9 + row for row in range(ROWS)], [0.1, 0.1 + 0.2, 0.3, 1] * 10, [1e-50, 2e-50] * 20,
    np.random.default_rng(0).normal(size=5000).tolist(), np.random.default_rng(0).integers(0, 10**6, 5000).tolist(),
    [0.0001 * row for row in range(5000)],
], ids=lambda values: str(values[:3]))  # fmt: skip
def test_what_stays_apart_is_not_said(values: list[object], tmp_path: Path) -> None:
    assert notes(read(tmp_path, table(values))) == []


def test_a_target_that_becomes_one_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="“x” has numbers that are too close to be told apart"):
        read(tmp_path, table([16777216.5, 16777216.25] * 20), target="x")


def test_what_is_packed_to_nearly_nothing_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "FREE_BYTES", 2**16)
    with pytest.raises(DataError, match=r"unpacks to more than .* from .*: unpack it first, then choose the table"):
        read(tmp_path, gzip.compress(b"x,y\n" + b"1,2.5\n" * 500_000), "a.csv.gz")
    plain = read(tmp_path, table([str(row) for row in range(10_000)]))
    packed = read(tmp_path, gzip.compress((tmp_path / "a.csv").read_bytes()), "a.csv.gz")
    assert np.array_equal(plain.inputs, packed.inputs)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_packed_has_a_bound_in_memory(encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = gzip.compress(table([row * 7 % 1000 for row in range(30_000)]).encode(encoding))
    assert len(read(tmp_path, content, "a.csv.gz").inputs) == 30_000
    monkeypatch.setattr(records, "MOST_PACKED", 2**20)
    with pytest.raises(DataError, match=r"rows of 3 columns: .* is the most for a packed file\. Unpack it first"):
        read(tmp_path, content, "a.csv.gz")
