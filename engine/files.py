"""Writing files so that nothing is ever half written."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.messages import LayerloomError


class WriteError(LayerloomError):
    """A file could not be written; what was there before is untouched."""


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it into place. Raises WriteError.

    A symbolic link stays: what it leads to is written.
    """
    temporary: Path | None = None
    try:
        target = path.resolve() if path.is_symlink() else path
        mode = _mode_of(target)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        with temporary.open("r+b") as file:  # Windows flushes only what may be written
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except OSError as error:
        raise WriteError("{path} could not be written: {reason}. Nothing was changed.", path=path,
                         reason=reason_of_os_error(error)) from error
    except RuntimeError as error:  # links that lead in a circle, before Python 3.13
        if temporary is not None:
            raise
        raise WriteError("{path} could not be written: {reason}. Nothing was changed.", path=path,
                         reason="its link leads nowhere") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _mode_of(path: Path) -> int:
    """The permissions the written file gets. Raises PermissionError for a read-only one: renaming would not ask."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return 0o666 & ~_umask()
    if not mode & stat.S_IWUSR:
        raise PermissionError(errno.EACCES, "It is read-only")
    return mode & 0o777


def write_text(path: Path, text: str) -> None:
    """Write text atomically; half characters, which no file can hold, become “?”. Raises WriteError."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", errors="replace"))


def cache_folder() -> Path:
    """Where what can be found out again is kept: LAYERLOOM_CACHE, or the place this system has for it."""
    chosen = os.environ.get("LAYERLOOM_CACHE")
    return Path(chosen) if chosen else users_folder("Caches", "XDG_CACHE_HOME", Path(".cache"))


def users_folder(library: str, variable: str, usual: Path) -> Path:
    """Our own folder where this system keeps such things of a user: below macOS's Library, or by the XDG variable."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / library
    else:
        base = Path(os.environ.get(variable) or Path.home() / usual)
    return base / "Layerloom"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason_of_os_error(error: OSError) -> str:
    """What the operating system says, in lower case and without numbers: ``no space left on device``."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
