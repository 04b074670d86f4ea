"""Pickles by our own opcodes: plain values as pickle gives them, everything else named and never made."""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

from engine.pickles import Made, Named, PickleError, Stored, unpickled
from tests.in_time import in_time

PLAIN = {"a": [1, -2**40, 2**100, 0.5, None, True, "é", b"\xff", (), (1,), (1, 2, (3, 4, 5, 6))], 7: {"b": []},
         "again": ["x" * 300] * 3, b"key": bytearray(b"12"), "float": -1e300}


def read(content: bytes) -> Any:
    return unpickled(io.BytesIO(content))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_are_as_pickle_has_them(protocol: int) -> None:
    value = {key: item for key, item in PLAIN.items() if protocol >= 3 or not isinstance(item, bytearray)}
    if protocol < 3:
        value["a"] = [item for item in PLAIN["a"] if item != b"\xff"]  # type: ignore[index]
    content = pickle.dumps(value, protocol)
    expected = pickle.loads(content)
    got = read(content)
    assert {key: item for key, item in got.items() if key != b"key"} == {
        key: item for key, item in expected.items() if key != b"key"}


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (f"open({str(self.path)!r}, 'w')",)


def test_nothing_is_run_but_it_is_said_what_would_be(tmp_path: Path) -> None:
    found = read(pickle.dumps([Evil(tmp_path / "ran"), Path("a"), OrderedDict(a=1)]))
    assert not (tmp_path / "ran").exists()
    assert [made.how for made in found] == [("builtins", "exec"), Named("pathlib", type(Path("a")).__name__),
                                            ("collections", "OrderedDict")]
    assert isinstance(found[2], Made) and found[2].items == {"a": 1}


def test_what_lies_outside_is_named() -> None:
    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: Any) -> Any:
            return ("storage", 3) if obj == "outside" else None

    file = io.BytesIO()
    Pickler(file, 2).dump(["outside", "inside"])
    assert read(file.getvalue()) == [Stored(("storage", 3)), "inside"]


def test_two_pickles_in_a_row_are_read_one_after_the_other() -> None:
    file = io.BytesIO(pickle.dumps(1) + pickle.dumps([2]) + b"rest")
    assert (unpickled(file), unpickled(file), file.read()) == (1, [2], b"rest")


@pytest.mark.parametrize("content", [
    b"", b".", b"\x80\x02", b"\x80\x02.", b"(.", b"R.", b"NNR.", b"Nb.", b"K\x01a.", b"(K\x01K\x02K\x03d.", b"h\x05.",
    b"(K\x01s.", b"]K\x01K\x02s.", b"K\x01K\x02\x93.", b"0.", b"1.", b"2.", b"q\x00.", b"N(u.", b"\x85.", b"K\x01\x86.",
    b"cbuiltins\nexec\n(tR", b"\x95\xff\xff\xff\xff\xff\xff\xff\x7f.", b"X\xff\xff\xff\x7fa.", b"I1x\n.", b"\x82\x01.",
    b"cnospace\n.",
])  # fmt: skip
def test_what_is_no_pickle_is_an_exception_of_pythons_own(content: bytes) -> None:
    with pytest.raises((PickleError, ValueError, TypeError, KeyError)):
        read(content)


def test_a_number_in_the_memo_takes_no_memory() -> None:
    assert read(b"Nr\xff\xff\xff\x7f.") is None  # pickle itself would make room for 2**31 values


def test_a_key_whose_hash_never_ends_is_left_out() -> None:
    deep = b"N" + b"\x85" * 100_000
    assert read(b"}(" + deep + b"K\x01X\x01\0\0\0aK\x02u.") == {"a": 2}


def long(number: int) -> bytes:
    return b"\x8a" + bytes([size := (number.bit_length() + 8) // 8]) + number.to_bytes(size, "little")


def test_a_key_of_a_chosen_hash_is_left_out() -> None:
    count = 150_000
    numbers = [b"\x8a\x01\x07" + b"K\x01", *(long(each * (2**61 - 1)) + b"N" for each in range(1, count))]
    decimals = [b"F%d\nN" % (each * 2**61) for each in range(count)]
    for pairs in (numbers, decimals):
        with in_time():
            assert read(b"}(" + b"".join(pairs) + b"u.") in ({7: 1}, {})
    memo = b"N" + b"".join(b"p%d\n" % (each * (2**61 - 1)) for each in range(count)) + b"."
    with in_time():
        assert read(memo) is None


def test_numbers_that_count_are_keys_however_many_there_are() -> None:
    counted = {each: str(each) for each in range(20_000)}
    assert read(pickle.dumps(counted)) == counted
    gaps = {each * 3: each for each in range(150)} | {-1: 0, 10**6: 0, 2**70: 0}
    assert read(pickle.dumps(gaps)) == {each * 3: each for each in range(150)}


def test_numbers_that_lie_in_each_others_way_are_few() -> None:
    slot, shift, way = 1010, 1010, list[int]()  # where Python looks for 1010 among 1024 places
    while len(way) < 520:
        way += [slot] if slot not in (*way, 1010) else []
        shift >>= 5
        slot = (5 * slot + shift + 1) % 1024
    pairs = [b"M" + each.to_bytes(2, "little") + b"N" for each in sorted(way) + [1010] * 200_000]
    with in_time():
        read(b"}(" + b"".join(pairs) + b"u.")


def test_a_pickle_that_goes_on_for_ever_is_bounded() -> None:
    with in_time(), pytest.raises(PickleError, match="too long"):
        read(b"N0" * 3_000_000)
