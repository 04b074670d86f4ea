"""Every reader on some damaged files, always the same: read or refused in words. ``tests.benchmarks.fuzz`` has more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.fuzz import Case
from tests.benchmarks.fuzz_readers import READERS

FILES = {"run": 40, "code": 40}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    case, found = Case(READERS[name], 1, tmp_path), set[str]()
    for number in range(FILES.get(name, 120)):
        result = case.read(case.write(number))
        assert result in ("read", "refused"), f"{name} 1/{number}: {result}"
        found.add(result)
    assert found == {"read", "refused"}  # neither so damaged that nothing is tried, nor hardly at all


def test_the_same_number_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    one, two = (Case(READERS["idx"], 5, tmp_path / folder) for folder in "ab")
    assert [one.write(number).read_bytes() for number in range(20)] == [two.write(number).read_bytes()
                                                                       for number in range(20)]


def test_a_crash_a_hang_and_a_foreign_exception_are_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    case = Case(READERS["idx"], 1, tmp_path)

    def fails(_: Path) -> object:
        raise IndexError("own")

    object.__setattr__(case._reader, "read", fails)
    try:
        assert case.read(tmp_path) == "IndexError: own"
    finally:
        monkeypatch.undo()
