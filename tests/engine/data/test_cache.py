"""What is kept: within the bound, the newest first, and only as long as its files are as they were."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.data.cache import RECENT, Cache, State, state_of
from engine.data.progress import Steps, result_of

OLD, NEW = State((("a", 1, 1),)), State((("a", 2, 1),))


class Kitchen:
    """Makes values of a size, and remembers what it made."""

    def __init__(self, bound: int) -> None:
        self.cache, self.made = Cache(bound), list[str]()

    def get(self, what: str, size: int = 1, state: State = OLD) -> str:
        def make() -> Steps[str]:
            yield from ()
            self.made.append(what)
            return f"{what} {len(self.made)}"

        return result_of(self.cache.get(what, state, make, lambda _: size))


def test_what_was_made_is_given_again() -> None:
    kitchen = Kitchen(10)
    assert [kitchen.get("soup"), kitchen.get("soup"), kitchen.get("bread")] == ["soup 1", "soup 1", "bread 2"]
    assert kitchen.cache.size == 2
    kitchen.cache.clear()
    assert kitchen.cache.size == 0 and kitchen.get("soup") == "soup 3"


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kitchen = Kitchen(10)
    for what in ("a", "b", "a", "c"):
        kitchen.get(what, 4)
    assert kitchen.cache.size == 8
    assert kitchen.get("a") == "a 1" and kitchen.get("c", 4) == "c 3"
    assert kitchen.get("b", 4) == "b 4"


def test_what_is_larger_than_the_bound_is_not_kept_and_drives_nothing_out() -> None:
    kitchen = Kitchen(10)
    kitchen.get("a", 4)
    assert [kitchen.get("whale", 11), kitchen.get("whale", 11)] == ["whale 2", "whale 3"]
    assert kitchen.cache.size == 4 and kitchen.get("a") == "a 1"


def test_what_has_changed_is_made_anew_and_the_old_goes() -> None:
    kitchen = Kitchen(10)
    assert [kitchen.get("a", 4, OLD), kitchen.get("a", 4, NEW), kitchen.get("a", 4, NEW)] == ["a 1", "a 2", "a 2"]
    assert kitchen.cache.size == 4


def test_what_has_only_just_changed_may_change_again_unseen() -> None:
    kitchen, fresh = Kitchen(10), State(OLD.files, is_settled=False)
    assert [kitchen.get("a", state=fresh), kitchen.get("a", state=fresh)] == ["a 1", "a 2"]
    assert [kitchen.get("a"), kitchen.get("a", state=fresh)] == ["a 3", "a 3"]


def test_what_fails_is_not_kept() -> None:
    cache = Cache()

    def fail() -> Steps[str]:
        yield from ()
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError):
            result_of(cache.get("a", OLD, fail, len))
    assert cache.size == 0


def test_the_state_is_that_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for place in ("a", "in/b", "in/deep/c"):
        (tmp_path / place).write_text(place)
    before = state_of([tmp_path / "in", tmp_path / "a", tmp_path / "gone"])
    assert [(Path(name).name, size) for name, _, size in before.files] == [("a", 1), ("b", 4), ("c", 9)]
    assert before == state_of([tmp_path / "in", tmp_path / "a"]) and not before.is_settled
    (tmp_path / "in" / "deep" / "c").write_text("another length")
    assert before != state_of([tmp_path / "in", tmp_path / "a"])
    long_ago = (time.time_ns() - 2 * RECENT,) * 2
    for place in ("a", "in/b", "in/deep/c"):
        os.utime(tmp_path / place, ns=long_ago)
    assert state_of([tmp_path]).is_settled and state_of([]).is_settled


def test_a_state_does_not_depend_on_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("a")
    absolute = state_of([tmp_path / "in"])
    monkeypatch.chdir(tmp_path)
    assert state_of([Path("in")]) == absolute == state_of([Path("in") / "a"])
