"""What a person's own file holds, put into the spec: shapes and classes. No torch, but for .pt."""

from __future__ import annotations

from pathlib import Path

from engine.data.fetching.folder import missing_files
from engine.data.sources.image_folder import scan
from engine.data.sources.raw import read_arrays
from engine.data.spec.options import Known
from engine.data.spec.spec import DataSpec


def described(spec: DataSpec, root: Path | None = None) -> DataSpec:
    """The spec with ``known`` as the file says it now; as it is for what needs no file, or is not downloaded yet.

    Of an image folder only names and headers are read. Raises DataError, in words.
    """
    if not (spec.info.takes_path or (spec.dataset == "house-prices" and not missing_files(spec, root))):
        return spec
    return spec.with_options(known=_scanned(spec, root) if spec.dataset == "folder" else read_arrays(spec, root).known)


def _scanned(spec: DataSpec, root: Path | None) -> Known:
    steps = scan(spec, root)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            known: Known = end.value.known()
            return known
