"""The book against what was really trained, and against folders that are old, half written, damaged or gone."""

from __future__ import annotations

import json
import math
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import engine
from engine.experiment.experiment import Variant, load_experiment
from engine.files import WriteError
from engine.runs import claim as claims
from engine.runs.book import index
from engine.runs.book.book import Book, read_book, read_entry, remembered
from engine.runs.book.entry import Entry
from engine.runs.book.marks import Marks, mark, marks_of
from engine.runs.exporting import write_csv, write_tensorboard
from engine.runs.folder import About, record
from engine.runs.names import BEST, EXPERIMENT, METRICS, POINTS, RUN, SUMMARY, TIMES
from engine.runs.naming import places
from engine.runs.opened import RunError, open_run
from engine.training import fit, fit_series
from engine.training.events import Steered
from tests.engine.cases import experiment, with_recipe
from tests.engine.runs.book.kept import folder_of, kept

EARLIER = Path(__file__).parents[1] / "earlier"


def words(entry: Entry) -> list[str]:
    assert entry.changed is not None
    return [str(each) for each in entry.changed]


def test_a_line_says_what_the_run_itself_says(tmp_path: Path) -> None:
    base = experiment(epochs=2)
    for _ in record(fit(base), base, tmp_path / "net-20260301-120000"):
        pass
    (entry,) = read_book([tmp_path])
    run, summary = open_run(entry.folder), open_run(entry.folder).state.summary
    assert summary is not None and run.state.last is not None
    assert (entry.state, entry.network, entry.number, entry.kind) == ("ended", "net", "1", "run")
    assert entry.numbers["best"] == pytest.approx(summary.validation.named)
    assert entry.numbers["train"] == pytest.approx(summary.train.named)
    assert entry.numbers["test"] == pytest.approx(summary.test.named)
    assert entry.numbers["last"] == pytest.approx(run.state.last.validation.named)
    assert (entry.measure, entry.is_larger_better, entry.best_epoch) == ("accuracy", True, summary.best_epoch)
    assert (entry.params, entry.seed, entry.epochs, entry.planned) == (summary.params, 0, 2, 2)
    assert entry.seconds == pytest.approx(summary.total_seconds) and entry.versions == run.versions
    assert entry.size == sum(path.stat().st_size for path in entry.folder.rglob("*") if path.is_file())
    assert run.state.times and entry.open().experiment == run.experiment


def test_the_newest_is_first_and_each_says_what_it_changed(tmp_path: Path) -> None:
    base = experiment(epochs=3)
    faster, other = with_recipe(base, lr=0.05), with_recipe(base, lr=0.05, batch_size=32)
    for minute, each in enumerate((base, faster, other, other)):
        kept(tmp_path, minute, each)
    book = read_book([tmp_path])
    assert [entry.number for entry in book] == ["4", "3", "2", "1"]
    assert [len(words(entry)) for entry in book] == [0, 1, 1, 1]
    assert "0.05" in words(book.entries[2])[0] and "32" in words(book.entries[1])[0]
    assert book.entries[1].base == folder_of(tmp_path, 1)


def test_the_run_that_is_nearest_is_what_another_was_made_from_where_nobody_said(tmp_path: Path) -> None:
    base = experiment(epochs=3)
    kept(tmp_path, 0, base)
    kept(tmp_path, 1, with_recipe(base, lr=0.5, batch_size=8, optimizer="sgd"))
    kept(tmp_path, 2, with_recipe(base, batch_size=32))
    assert read_book([tmp_path]).entries[0].base == folder_of(tmp_path, 0)


def test_what_it_was_made_from_is_what_the_run_says(tmp_path: Path) -> None:
    base = experiment(epochs=3)
    first = kept(tmp_path, 0, base)
    kept(tmp_path, 1, with_recipe(base, lr=0.5))
    kept(tmp_path, 2, with_recipe(base, lr=0.5, batch_size=8), about=About(base=str(first)))
    newest = read_book([tmp_path]).entries[0]
    assert newest.base == first and len(words(newest)) == 2
    shutil.rmtree(first)
    (tmp_path / index.INDEX).unlink()
    assert len(words(read_book([tmp_path]).entries[0])) == 1  # now it is held against the one that is left


def test_changes_by_hand_are_told_and_those_of_the_run_before_are_not(tmp_path: Path) -> None:
    base = experiment(epochs=3)
    slower = Steered(1, 2, 0.2, {"lr": 0.001}, {"lr": 0.005})
    parent = kept(tmp_path, 0, base, changes=[slower])
    kept(tmp_path, 1, base, changes=[slower, Steered(2, 0, 1.0, {"lr": 0.1}, {"lr": 0.001})],
         about=About(parent=str(parent)))
    new, old = read_book([tmp_path])
    assert words(old)[-1] == "lr 0.005 → 0.001 by hand" and words(new) == ["lr 0.001 → 0.1 by hand"]
    assert new.goes_on and not old.goes_on


def test_a_series_is_one_line_with_its_runs(tmp_path: Path) -> None:
    base = replace(experiment(epochs=1), variants=(Variant(title="slow", recipe={"lr": 0.0001}),
                                                    Variant(title="fast", recipe={"lr": 0.01})))
    for _ in record(fit_series(base), base, tmp_path / "net-20260301-120000"):
        pass
    (entry,) = read_book([tmp_path])
    assert entry.kind == "series" and entry.state == "ended"
    assert [(member.number, member.title) for member in entry] == [("1.1", "slow"), ("1.2", "fast")]
    assert ["0.01" in words(member)[0] for member in entry] == [False, True]
    assert [run.folder for run in read_book([tmp_path]).runs] == [member.folder for member in entry]
    assert len({member.course for member in entry}) == 2


def test_runs_that_were_broken_off_or_stopped(tmp_path: Path) -> None:
    kept(tmp_path, 0, ends=False)
    kept(tmp_path, 1, stopped=True)
    stopped, left = read_book([tmp_path])
    assert (left.state, stopped.state) == ("left", "stopped")
    assert left.value("best", "accuracy") == 0.9 and left.value("last", "accuracy") == 0.8
    assert left.epochs == 3 and left.seconds == 6.0 and left.best_epoch == 2


def test_a_run_that_goes_on_says_so_and_is_looked_at_anew(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0, accuracies=(0.5,), ends=False)
    held = claims.claim(folder)
    assert held is not None
    try:
        assert [entry.state for entry in read_book([tmp_path])] == ["running"]
        with (folder / METRICS).open("a", encoding="utf-8") as file:
            file.write("2,1.0,0.5,0.1,0.95\n")
        (entry,) = read_book([tmp_path])
        assert entry.state == "running" and entry.value("last", "accuracy") == 0.95
    finally:
        held.release()
    assert [entry.state for entry in read_book([tmp_path])] == ["left"]


# -- what is known from another time -----------------------------------------------------------------------------------


def test_a_second_look_reads_nothing_but_the_index_and_says_the_same(tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    base = experiment(epochs=3)
    for minute in range(3):
        kept(tmp_path, minute, with_recipe(base, lr=0.01 * (1 + minute)))
    first = read_book([tmp_path])
    monkeypatch.setattr("engine.runs.book.book.entry_of", None)
    monkeypatch.setattr("engine.runs.book.book.experiment_in", None)
    again = read_book([tmp_path])
    assert [without_nan(entry) for entry in again] == [without_nan(entry) for entry in first]


def without_nan(entry: Entry) -> Entry:
    return replace(entry, seconds=0.0 if math.isnan(entry.seconds) else entry.seconds,
                   members=tuple(map(without_nan, entry.members)))


def test_numbers_stay_when_a_run_is_gone(tmp_path: Path) -> None:
    for minute in range(3):
        kept(tmp_path, minute)
    read_book([tmp_path])
    shutil.rmtree(folder_of(tmp_path, 1))
    kept(tmp_path, 5)
    assert [entry.number for entry in read_book([tmp_path])] == ["4", "3", "1"]
    shutil.rmtree(folder_of(tmp_path, 5))
    read_book([tmp_path])
    kept(tmp_path, 6)
    assert read_book([tmp_path]).entries[0].number == "5"


def test_of_each_network_runs_count_for_themselves(tmp_path: Path) -> None:
    kept(tmp_path, 0, network="one")
    kept(tmp_path, 1, network="other")
    kept(tmp_path, 2, network="one")
    book = read_book([tmp_path])
    assert [(entry.network, entry.number) for entry in book] == [("one", "2"), ("other", "1"), ("one", "1")]
    assert len(book.of("one")) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 1}', '{"version": 999}',
                                  '{"version": %d, "lines": {"net-20260301-120000": {"mark": 3}}, "numbers": []}'])
def test_an_index_that_is_none_is_made_anew(text: str, tmp_path: Path) -> None:
    kept(tmp_path, 0)
    read_book([tmp_path])
    (tmp_path / index.INDEX).write_text(text % index.VERSION if "%d" in text else text, encoding="utf-8")
    (entry,) = read_book([tmp_path])
    assert entry.state == "ended" and entry.number == "1" and words(entry)


@pytest.mark.parametrize(("place", "value"), [
    (["params"], [1]), (["size"], "7"), (["number"], 7), (["seed"], [1]), (["state"], "asleep"), (["epochs"], 10**400),
    (["begun"], "2026-01-01T00:00:00+00:00"), (["numbers", "best"], 5), (["numbers", "best", "accuracy"], "x"),
    (["numbers", "best", "loss"], 10**400), (["facts", "lr"], [0.1]), (["note"], {}), (["members"], 3),
    (["versions"], 3), (["changed"], [["{x}", {}]]), (["members"], [{"folder": "..", "network": "x"}])])
def test_a_line_of_the_index_with_anything_else_in_it_is_made_anew(place: list[str], value: object,
                                                                   tmp_path: Path) -> None:
    kept(tmp_path, 0)
    before = read_book([tmp_path])
    raw = json.loads((tmp_path / index.INDEX).read_text())
    at = raw["lines"]["net-20260301-120000"]
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    (tmp_path / index.INDEX).write_text(json.dumps(raw))
    (entry,) = read_book([tmp_path])
    assert replace(entry, number="1") == before.entries[0]


def test_members_keep_their_numbers_when_the_whole_has_changed(tmp_path: Path) -> None:
    folder = tmp_path / "net-20260301-120000"
    for _ in record(fit_series(experiment(epochs=1, folds=2)), experiment(epochs=1, folds=2), folder):
        pass
    read_book([tmp_path])
    mark(folder, note="looked at again")
    assert [member.number for member in read_book([tmp_path]).entries[0]] == ["1.1", "1.2"]


def test_a_name_that_is_no_text_keeps_its_number(tmp_path: Path) -> None:
    kept(tmp_path, 0).rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    assert [read_book([tmp_path]).entries[0].number for _ in range(3)] == ["1"] * 3


def test_a_copy_was_begun_when_its_run_was(tmp_path: Path) -> None:
    kept(tmp_path, 0).rename(tmp_path / "zeta")
    kept(tmp_path, 1).rename(tmp_path / "alpha")
    for name, begun in (("zeta", "2026-03-01T12:00:00+00:00"), ("alpha", "2026-03-02T12:00:00+00:00")):
        about = json.loads((tmp_path / name / RUN).read_text())
        (tmp_path / name / RUN).write_text(json.dumps({**about, "begun": begun}))
        os.utime(tmp_path / name / EXPERIMENT, (2e9, 2e9))
    new, old = read_book([tmp_path])
    assert (new.folder.name, old.folder.name) == ("alpha", "zeta") and old.begun.month in (2, 3)
    assert new.begun - old.begun == timedelta(days=1)


def test_of_runs_with_names_of_their_own_it_is_told_what_changed_too(tmp_path: Path) -> None:
    base = experiment(epochs=3)
    kept(tmp_path, 0, base, network="first")
    kept(tmp_path, 1, experiment(("fc1", "Linear", {"out_features": 7}), epochs=3), network="stranger")
    kept(tmp_path, 2, with_recipe(base, lr=0.05), network="second")
    second, stranger, first = read_book([tmp_path])
    assert second.base == first.folder and words(second) == ["lr 0.005 → 0.05"]
    assert stranger.base is None and first.base is None


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path, 0)

    def full(*_: object) -> None:
        raise WriteError("the disk is full")

    monkeypatch.setattr(index, "write_text", full)
    assert len(read_book([tmp_path])) == 1 and not (tmp_path / index.INDEX).exists()


# -- damaged, old, not there -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in EARLIER.iterdir() if path.is_dir()))
def test_runs_of_earlier_versions_are_listed(name: str, tmp_path: Path) -> None:
    shutil.copytree(EARLIER / name, tmp_path / name)
    (entry,) = read_book([tmp_path])
    assert entry.state != "damaged" and entry.runs and entry.changed is not None
    assert all(run.numbers.get("best") for run in entry.runs)


def test_a_damaged_network_is_a_line_that_says_why(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    kept(tmp_path, 1)
    (folder / EXPERIMENT).write_text("{", encoding="utf-8")
    new, damaged = read_book([tmp_path])
    assert damaged.state == "damaged" and damaged.trouble is not None and "damaged" in str(damaged.trouble)
    assert new.state == "ended" and new.base is None


@pytest.mark.parametrize("name", [RUN, SUMMARY, METRICS])
@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b'{"versions": 3, "best_epoch": "x"}'])
def test_whatever_is_in_a_file_the_others_are_listed(name: str, content: bytes, tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    (folder / name).write_bytes(content)
    kept(tmp_path, 1)
    new, old = read_book([tmp_path])
    assert new.state == "ended" and old.folder == folder and old.state in ("ended", "left")


def test_places_and_epochs_that_cannot_be_are_left_out(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    for name, line in ((POINTS, "inf,1,1\n1e400,1,1\n-5,1,1\n1e300,1,1\n,1,1\n"), (TIMES, "inf,1\n"),
                       (METRICS, f"{'9' * 5000}{(folder / METRICS).read_text().splitlines()[1][1:]}\n")):
        with (folder / name).open("a") as file:
            file.write(line)
    (entry,) = read_book([tmp_path])
    run = entry.open()
    assert len(run.state.points) == 6 and len(run.state.epochs) == 3
    write_csv([entry], tmp_path / "all.csv")
    assert len(write_tensorboard([entry], tmp_path / "board")) == 1


def test_what_is_no_run_is_left_out_and_a_place_that_is_not_there_is_empty(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert read_book([tmp_path, tmp_path / "nowhere", tmp_path / "file"]) == Book()
    with pytest.raises(RunError, match="is not a run"):
        read_entry(tmp_path / "notes")


def test_one_place_by_two_ways_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    kept(tmp_path / "runs", 0)
    (tmp_path / "link").symlink_to(tmp_path / "runs")
    assert len(read_book([tmp_path / "runs", tmp_path / "link"])) == 1


# -- finding, marking, from a script -----------------------------------------------------------------------------------


def test_a_run_is_found_by_folder_name_and_number(tmp_path: Path) -> None:
    first, second = kept(tmp_path, 0, network="one"), kept(tmp_path, 1, network="two")
    kept(tmp_path, 2, network="two")
    book = read_book([tmp_path])
    for text in (str(first), first.name, "one-1", "one 1"):
        assert book.find(text).folder == first
    assert book.find("two-1").folder == second and book.find("2").folder == folder_of(tmp_path, 2, "two")
    with pytest.raises(RunError, match="two-1, one-1"):
        book.find("1")
    with pytest.raises(RunError, match="There is no run 7"):
        book.find("7")


def test_a_run_elsewhere_is_found_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    folder = kept(tmp_path, 0)
    found = read_book([tmp_path / "here"]).find(str(folder))
    assert found.folder == folder and found.changed is not None


def test_stars_and_notes_are_kept_beside_the_run(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    read_book([tmp_path])
    assert marks_of(folder) == Marks() and mark(folder, star=False) == Marks() and not (folder / "marks.json").exists()
    mark(folder, star=True)
    mark(folder, note="the good one\nwith a second line")
    (entry,) = read_book([tmp_path])
    assert entry.star and entry.note == "the good one\nwith a second line"
    mark(folder, star=False)
    assert marks_of(folder) == Marks(False, "the good one\nwith a second line")


def test_a_run_begun_again_in_its_folder_keeps_what_was_written_beside_it(tmp_path: Path) -> None:
    folder = kept(tmp_path, 0)
    mark(folder, note="mine")
    kept(tmp_path, 0)
    assert marks_of(folder).note == "mine"


def test_a_script_gets_a_run_and_what_differs(tmp_path: Path) -> None:
    base = experiment(epochs=2)
    for minute, lr in enumerate((0.005, 0.01)):
        each = with_recipe(base, lr=lr)
        for _ in record(fit(each), each, folder_of(tmp_path, minute)):
            pass
    new, old = (entry.open() for entry in engine.runs(tmp_path))
    assert [str(each) for each in new.differs_from(old)] == ["lr 0.005 → 0.01"]
    assert new.best_weights().keys() == new.last_weights().keys() == dict(engine.build_module(
        new.experiment).state_dict()).keys()
    losses = new.curves["validation_loss"]
    assert [place for place, _ in losses] == [1.0, 2.0]
    assert [value for _, value in losses] == pytest.approx([row.validation.loss for row in new.state.epochs])
    assert (new.folder / BEST).exists() and load_experiment(new.folder / EXPERIMENT) == new.experiment
    assert json.loads((new.folder / RUN).read_text(encoding="utf-8"))["versions"] == new.versions


def test_numbers_stay_where_the_index_is_of_another_version(tmp_path: Path) -> None:
    for minute in range(3):
        kept(tmp_path, minute)
    read_book([tmp_path])
    shutil.rmtree(folder_of(tmp_path, 1))
    text = (tmp_path / index.INDEX).read_text(encoding="utf-8")
    (tmp_path / index.INDEX).write_text(text.replace(f'"version": {index.VERSION}', '"version": 1'), encoding="utf-8")
    assert [entry.number for entry in read_book([tmp_path])] == ["3", "1"]
    kept(tmp_path, 9)
    assert read_book([tmp_path]).entries[0].number == "4"


def test_runs_of_one_network_in_two_places_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    here, own = places()
    mine, first = kept(own, 0), kept(here, 1)
    kept(here, 2, network="other")
    book = read_book(places())
    assert {(entry.network, entry.number) for entry in book} == {("net", "1"), ("net", "./1"), ("other", "1")}
    assert book.find("./1").folder == first and book.find("net-1").folder == mine
    assert {entry.number for entry in read_book([here])} == {"1"}, "alone it needs no more"


def test_what_was_read_last_is_there_without_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert remembered([tmp_path, tmp_path / "nowhere"]) == Book()
    for minute in range(3):
        kept(tmp_path, minute)
    known = read_book([tmp_path])
    shutil.rmtree(folder_of(tmp_path, 1))
    assert [without_nan(entry) for entry in remembered([tmp_path])] == [without_nan(entry) for entry in known]
    monkeypatch.setattr(index, "MOMENT", 10)
    assert remembered([tmp_path]) == Book() and len(read_book([tmp_path])) == 2
