"""The book: every run below some folders, the newest first. A thousand are read in a moment. No torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from pathlib import Path

from engine.experiment.experiment import Experiment
from engine.experiment.series import without_variants
from engine.files import real
from engine.graph.graph import Graph
from engine.messages import LayerloomError, say
from engine.runs.book.entry import Entry
from engine.runs.book.index import Index, Line, is_short, read_index, write_index
from engine.runs.book.reading import entry_of, experiment_in, trouble_with, with_course
from engine.runs.book.scanning import Scan, scan
from engine.runs.book.words import Marks, by_hand, swept_over, words_of
from engine.runs.names import EXPERIMENT, SWEEP
from engine.runs.naming import HERE, RunFolder, places, run_folder, runs_inside, safe_name
from engine.runs.opened import RunError

NEAR = 12  # runs that are looked at for what another was made from


@dataclass(frozen=True)
class Book:
    """All runs, series and sweeps that were found, the newest first."""

    entries: tuple[Entry, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def runs(self) -> tuple[Entry, ...]:
        """Every single run, those of series and sweeps too."""
        return tuple(run for entry in self.entries for run in entry.runs)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(entry.size for entry in self.entries)

    def of(self, network: str) -> Book:
        """Only the runs of networks of this name."""
        name = safe_name(network)
        return Book(tuple(entry for entry in self.entries if safe_name(entry.network) == name))

    def find(self, text: str) -> Entry:
        """A run by its folder, the folder's name, or its number: ``7``, ``lenet-7`` where several networks have one.

        Raises RunError, which says what there is.
        """
        everything = [*self.entries, *(member for entry in self.entries for member in _below(entry))]
        path = real(text)
        for fits in (lambda each: real(each.folder) == path, lambda each: each.folder.name == text,
                     lambda each: f"{safe_name(each.network)}-{each.number}" == text.replace(" ", "-"),
                     lambda each: each.number == text):
            found = [entry for entry in everything if fits(entry)]
            if len(found) == 1:
                return found[0]
            if found:
                raise RunError("{text} may be any of these runs: {runs}. Name one of them so", text=text,
                               runs=", ".join(f"{safe_name(each.network)}-{each.number}" for each in found[:10]))
        if run_folder(Path(text)) is not None:
            return read_entry(Path(text))
        raise RunError("There is no run {text}: “runs list” shows those that there are", text=text)


def _below(entry: Entry) -> Iterator[Entry]:
    for member in entry.members:
        yield member
        yield from _below(member)


def read_book(folders: Iterable[Path] = (HERE,), *, told: bool = True) -> Book:
    """Every run below these folders. ``told``: also what each has changed, for which networks are read that were not
    read before; without it this is as fast where nothing is known yet, and a second call may tell the rest."""
    shelves = [_Shelf(place) for place in {real(place): place for place in folders}.values()]
    for shelf in shelves:
        shelf.read()
    if told:
        teller = _Teller([entry for shelf in shelves for entry in shelf.entries.values()])
        for shelf in shelves:
            shelf.tell(teller)
            shelf.keep()
    return _bound(shelves)


def remembered(folders: Iterable[Path]) -> Book:
    """The book as it was when it was read last, without looking whether it still is so: to show until it is read.
    Empty where that would take long."""
    shelves = [_Shelf(place) for place in {real(place): place for place in folders}.values() if is_short(place)]
    for shelf in shelves:
        shelf.recall()
    return _bound(shelves)


def _bound(shelves: Sequence[_Shelf]) -> Book:
    entries = _told_apart(shelves)
    return Book(tuple(sorted(entries, key=lambda entry: (entry.begun, entry.folder.name), reverse=True)))


def _told_apart(shelves: Sequence[_Shelf]) -> list[Entry]:
    """All of them. Where two places have runs of one network, those of a person's own folder keep their plain numbers;
    the others say where they lie: ``./7``."""
    own, known = real(places()[1]), set[str]()
    found: list[Entry] = []
    for shelf in sorted(shelves, key=lambda shelf: real(shelf.place) != own):
        networks = {safe_name(entry.network) for entry in shelf.entries.values()}
        where = "./" if real(shelf.place) == real(HERE) else f"{shelf.place.name}/"
        found += [_numbered(entry, f"{where}{entry.number}") if safe_name(entry.network) in known else entry
                  for entry in shelf.entries.values()]
        known |= networks
    return found


def read_entry(folder: Path) -> Entry:
    """One run, wherever it lies. Raises RunError where there is none."""
    run = run_folder(folder) or run_folder(folder, SWEEP)
    if run is None:
        raise RunError("{folder} is not a run: there is no {file} in it", folder=folder, file=EXPERIMENT)
    entry = entry_of(run, scan(folder))
    return _Teller([entry]).told(entry)


class _Shelf:
    """The runs below one folder, and what is known of them from another time."""

    def __init__(self, place: Path) -> None:
        self.place, self._index = place, read_index(place)
        self._scans: dict[str, Scan] = {}
        self.entries: dict[str, Entry] = {}

    def read(self) -> None:
        """What has not changed since is taken as it was."""
        for run in runs_inside(self.place):
            name, found = run.path.name, scan(run.path)
            self._scans[name] = found
            known = self._index.lines.get(name)
            is_same = known is not None and known.mark == found.mark and known.entry.state != "running"
            entry = known.entry if is_same and known is not None else self._fresh(run, found, known)
            self.entries[name] = entry if entry.number else _numbered(entry, self._index.given.get(name, ""))
        self._number()

    def recall(self) -> None:
        """What was known, as it was then."""
        self.entries = {name: line.entry for name, line in self._index.lines.items()}

    def _fresh(self, run: RunFolder, found: Scan, known: Line | None) -> Entry:
        entry = entry_of(run, found)
        if known is None or known.entry.network != run.name:
            return entry
        entry, before = _numbered(entry, known.entry.number), known.entry
        if not entry.state == before.state == "running":
            return entry
        return replace(entry, changed=before.changed, base=before.base, seed=before.seed, course=before.course,
                       facts=before.facts, planned=before.planned)

    def _number(self) -> None:
        """Those of a network count from 1 as they began, and keep their number where another is gone."""
        highest = dict(self._index.numbers)
        for name, entry in sorted(self.entries.items(), key=lambda item: (item[1].begun, item[0])):
            network = safe_name(entry.network)
            if not entry.number:
                highest[network] = highest.get(network, 0) + 1
                self.entries[name] = _numbered(entry, str(highest[network]))
            elif entry.number.isdecimal():
                highest[network] = max(highest.get(network, 0), int(entry.number))
        self._highest = highest

    def tell(self, teller: _Teller) -> None:
        """What each has changed, where that is not known."""
        self.entries = {name: entry if entry.changed is not None else teller.told(entry)
                        for name, entry in self.entries.items()}

    def keep(self) -> None:
        """For the next time."""
        lines = {name: Line(self._scans[name].mark, entry) for name, entry in self.entries.items()}
        index = Index(lines, self._highest, {name: entry.number for name, entry in self.entries.items()})
        if index != self._index:
            write_index(self.place, index)


def _numbered(entry: Entry, number: str) -> Entry:
    members = tuple(_numbered(member, f"{number}.{place}" if number else "")
                    for place, member in enumerate(entry.members, 1))
    return replace(entry, number=number, members=members)


class _Teller:
    """Reads networks, each once, to tell what a run has changed."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._before = _earlier(entries)
        self._names = {entry.folder: safe_name(entry.network) for entry in entries}
        self._kinds = {entry.folder: entry.kind for entry in entries}
        self._read: dict[Path, Experiment | LayerloomError] = {}
        self._marks: dict[Path, Marks] = {}
        self._graphs: deque[Graph] = deque(maxlen=4)

    def told(self, entry: Entry) -> Entry:
        """With what it changed, and what it has in common with others."""
        try:
            experiment = self._experiment(entry.folder)
        except LayerloomError as error:
            return replace(trouble_with(entry, error), changed=())
        base = entry.base if entry.base is not None and self._is_there(entry.base) else self._nearest(entry, experiment)
        words = swept_over(entry.folder) if entry.kind == "sweep" else words_of(experiment, self._base(base))
        steered = by_hand(entry.folder, base if entry.goes_on else None) if entry.kind == "run" else ()
        found = replace(entry, base=base, changed=(*words, *steered))
        if entry.kind != "sweep":
            found = with_course(found, experiment)
        return replace(found, members=tuple(self._told_member(member, experiment) for member in entry.members))

    def _told_member(self, member: Entry, whole: Experiment) -> Entry:
        """A member of a series or a sweep says what it has otherwise than the whole."""
        try:
            experiment = self._experiment(member.folder)
        except LayerloomError as error:
            return replace(trouble_with(member, error), changed=())
        words = words_of(experiment, without_variants(whole)) or (() if member.title else (say("as it was"),))
        return with_course(replace(member, changed=words), experiment)

    def _nearest(self, entry: Entry, experiment: Experiment) -> Path | None:
        """Where nobody said what it was made from: of the runs before it the one from which least is another. Of runs
        with other names, as ``--out`` gives them, only those of the very network."""
        mine = self._marked(entry.folder, experiment)
        earlier = [(mine.distance(marks), folder) for folder in self._before.get(entry.folder, ())
                   if (base := self._base(folder)) is not None and (
                       (marks := self._marked(folder, base)).network == mine.network
                       or self._names[folder] == self._names[entry.folder])]
        return min(earlier, key=itemgetter(0), default=(0, None))[1]

    def _marked(self, folder: Path, experiment: Experiment) -> Marks:
        if folder not in self._marks:
            self._marks[folder] = Marks.of(experiment)
        return self._marks[folder]

    def _base(self, folder: Path | None) -> Experiment | None:
        with suppress(LayerloomError):
            return self._experiment(folder) if folder is not None else None
        return None

    def _is_there(self, folder: Path) -> bool:
        return folder in self._kinds or run_folder(folder) is not None

    def _shared(self, experiment: Experiment) -> Experiment:
        """Equal networks are one object: nothing about them is worked out twice."""
        known = next((graph for graph in self._graphs if graph == experiment.graph), None)
        if known is None:
            self._graphs.appendleft(experiment.graph)
            return experiment
        return replace(experiment, graph=known)

    def _experiment(self, folder: Path) -> Experiment:
        if folder not in self._read:
            try:
                self._read[folder] = self._shared(experiment_in(folder, self._kinds.get(folder, "run")))
            except LayerloomError as error:
                self._read[folder] = error.alone()
        found = self._read[folder]
        if isinstance(found, LayerloomError):
            raise found.alone()
        return found


def _earlier(entries: Iterable[Entry]) -> Mapping[Path, Sequence[Path]]:
    """Of each run those of its name that were begun before it, the newest first; of the first one those of others."""
    latest: dict[str, list[Path]] = {}
    of_any: deque[Path] = deque(maxlen=NEAR)
    found: dict[Path, Sequence[Path]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.begun, entry.folder.name)):
        before = latest.setdefault(safe_name(entry.network), [])
        found[entry.folder] = before[:NEAR] or tuple(of_any)
        before.insert(0, entry.folder)
        of_any.appendleft(entry.folder)
    return found
