"""Every reader on some damaged files, always the same: read or refused in words. ``tests.benchmarks.fuzz`` has more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.fuzz import Case, Outcome
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


def test_an_exception_that_is_not_the_products_own_is_seen(tmp_path: Path) -> None:
    def fails(_: Path) -> object:
        raise IndexError("own")

    assert Case(replace(READERS["idx"], read=fails), 1, tmp_path).read(tmp_path) == "IndexError: own"


def test_what_ends_the_process_or_takes_long_is_counted() -> None:
    outcome = Outcome()
    for line in ('0 ["read", 0.1, 0]', '1 ["refused", 6.0, 0]', '2 ["IndexError: own", 0.1, 2000000000]'):
        outcome.hear(line)
    assert dict(outcome.results) == {"read": 1, "refused": 1, "foreign": 1, "hangs": 1, "memory": 1}
    assert outcome.failures == {"took 6.0 s": [1], "IndexError: own": [2], "took 2.0 GB": [2]}
