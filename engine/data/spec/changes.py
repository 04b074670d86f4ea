"""Whether a person's own data are still those that were read: by size and time, and by contents where these differ."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

from engine.data.cache import LOADED, State, state_of
from engine.data.options.options import Fingerprint, Known
from engine.data.progress import Step, Steps, result_of
from engine.data.spec.spec import DataSpec
from engine.messages import Message, say
from engine.units import bytes_text, grouped

BLOCK = 2**20


def marked(known: Known | None, spec: DataSpec, root: Path | None, state: State | None = None) -> Steps[Known | None]:
    """What was found in a person's own files, with their fingerprint."""
    if known is None or not spec.source.takes_path:
        return known
    return known.model_copy(update={"fingerprint": (yield from fingerprint_of(spec, root, state))})


def fingerprint_of(spec: DataSpec, root: Path | None, state: State | None = None) -> Steps[Fingerprint]:
    """What tells the files apart from changed ones. Raises DataError where they are gone."""
    paths = spec.source.paths(spec, root)
    state = state_of(paths) if state is None else state
    return (yield from LOADED.get(("fingerprint", spec.dataset, spec.path), state, lambda: _made(paths, state),
                                  lambda _: 200))


def _made(paths: Iterable[Path], state: State) -> Steps[Fingerprint]:
    mark, several = 0, len(state.files) != 1
    begin = os.path.commonpath([os.path.dirname(path) for path, _, _ in state.files]) if several and state.files else ""  # noqa: PTH120
    for path, _, size in state.files:
        mark = zlib.crc32(f"{path.removeprefix(begin)} {size}\n".encode("utf-8", "surrogateescape"), mark)
    if not several:  # of many files, names and sizes say enough
        mark = yield from _contents(state.files[0][0])
    return Fingerprint(files=len(state.files), bytes=sum(size for _, _, size in state.files),
                       newest=max((changed for _, changed, _ in state.files), default=0), mark=f"{mark:08x}")


def _contents(path: str) -> Steps[int]:
    mark, done = 0, 0
    with open(path, "rb") as file:  # noqa: PTH123
        total = os.fstat(file.fileno()).st_size
        while done < total and (block := file.read(BLOCK)):
            mark, done = zlib.crc32(block, mark), done + len(block)
            yield Step("", done, total, "reading")
    return mark


def changes(spec: DataSpec, root: Path | None = None) -> Message | None:
    """How a person's own files differ from what is known of them; None: not at all, or nothing is known.

    Raises DataError where they are gone.
    """
    before = spec.known.fingerprint if spec.known is not None else None
    if before is None or not spec.source.takes_path:
        return None
    state = state_of(spec.source.paths(spec, root))
    if _looks_like(before, state):
        return None
    return difference(before, result_of(fingerprint_of(spec, root, state)), spec)


def _looks_like(before: Fingerprint, state: State) -> bool:
    """Whether nothing was written since; no contents are read for it."""
    return (before.files == len(state.files) == 1 and before.bytes == state.files[0][2]
            and before.newest == state.files[0][1])


def difference(before: Fingerprint | None, now: Fingerprint | None, spec: DataSpec) -> Message | None:
    """What changed, in words; None: nothing, or it is not known."""
    if before is None or now is None:
        return None
    path = Path(spec.path).name or spec.path
    if before.mark == now.mark:
        if now.files < 2 or before.newest in (0, now.newest):
            return None
        return say("{path} may have changed since it was read: its files have the same names and sizes, but were "
                   "written at another time", path=path)
    if before.files != now.files:
        template = ("{path} has changed since it was read: there were {before} files, now there are {now}")
        return say(template, path=path, before=grouped(before.files), now=grouped(now.files))
    if before.bytes != now.bytes:
        return say("{path} has changed since it was read: it had {before} bytes, now it has {now}", path=path,
                   before=grouped(before.bytes), now=grouped(now.bytes))
    if now.files > 1:
        return say("{path} has changed since it was read: files in it have other names or sizes", path=path)
    return say("{path} has changed since it was read: it has other contents of the same size, {size}", path=path,
               size=bytes_text(now.bytes))
