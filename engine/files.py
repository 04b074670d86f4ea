"""Files, through one door: nothing is ever half written, and nothing is read that does not end or is too much."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.messages import LayerloomError, Message, say, shown
from engine.units import bytes_text

UNTOLD = 3600.0  # seconds after which an unfinished file that names no process is nobody's
BRIEF = 5.0  # the same of a process that is gone: on a shared disk it may be another computer's
CHUNK = 2**20
NONBLOCK = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe that nobody writes to would wait for ever
# what is about a program's end or its stop, and not about a file
PASSING = (KeyboardInterrupt, SystemExit, GeneratorExit)


class WriteError(LayerloomError):
    """A file could not be written; what was there before is untouched."""


class ReadError(LayerloomError):
    """A file cannot be read at all; ``reason`` is the sentence without the file's name."""

    def __init__(self, path: Path, reason: Message) -> None:
        super().__init__("{path} could not be read: {reason}", path=path, reason=reason)
        self.reason = reason


# -- reading -----------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path, most: int | None = None) -> Iterator[IO[bytes]]:
    """A regular file of at most ``most`` bytes, to be read. Raises ReadError: never waits for a pipe or a device."""
    with _as_read_error(path):
        handle = os.open(path, os.O_RDONLY | NONBLOCK)
        try:
            _expect_plain(path, os.fstat(handle), most)
            file = os.fdopen(handle, "rb")
        except BaseException:
            os.close(handle)
            raise
    with file:
        yield file


def _expect_plain(path: Path, about: os.stat_result, most: int | None) -> None:
    if stat.S_ISDIR(about.st_mode):
        raise ReadError(path, say("is a directory"))
    if not stat.S_ISREG(about.st_mode):
        raise ReadError(path, say("it is not a plain file"))
    if most is not None and about.st_size > most:
        raise ReadError(path, say("it is too large: {size}, where {most} is the most",
                                  size=bytes_text(about.st_size), most=bytes_text(most)))


def read_bytes(path: Path, most: int) -> bytes:
    """All of a regular file. Raises ReadError, also where more comes out than ``most`` bytes, whatever it says."""
    with opened(path, most) as file, _as_read_error(path):
        parts = [file.read(os.fstat(file.fileno()).st_size)]
        while (left := most - sum(map(len, parts))) >= 0 and (part := file.read(min(left + 1, CHUNK))):
            parts.append(part)
    if left < 0:
        raise ReadError(path, say("it is too large: {most} is the most", most=bytes_text(most)))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def read_text(path: Path, most: int) -> str:
    """The same as text. Raises ReadError, also where it is none."""
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(path, say("it is not text")) from error


@contextmanager
def _as_read_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ReadError(path, say("{reason}", reason=reason_of_os_error(error))) from error
    except ValueError as error:  # a name that no system allows
        raise ReadError(path, say("no file can be called so")) from error


Refusal = Callable[[Message], LayerloomError]


@contextmanager
def parsing(unread: Refusal, broken: Refusal, damaged: Message) -> Iterator[None]:
    """The one place where whatever a parser raises becomes a sentence; each ``Refusal`` makes an error of a reason.

    ``unread`` is of a file that does not come in at all, ``broken`` of one that holds something else than it should;
    ``damaged`` is the reason where the parser knows none that is for people. What is a sentence already stays.
    """
    try:
        yield
    except ReadError as error:
        raise unread(error.reason) from error
    except (LayerloomError, *PASSING):
        raise
    except MemoryError as error:
        raise unread(say("it does not fit into memory")) from error
    except OSError as error:
        raise (unread(say("{reason}", reason=reason_of_os_error(error))) if error.errno else broken(damaged)) from error
    except RecursionError as error:
        raise broken(say("it is nested too deeply")) from error
    except Exception as error:  # a parser may raise anything at all for a damaged file
        raise broken(damaged) from error
    except BaseException as error:  # Rust's panics are no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise broken(damaged) from error


# -- writing -----------------------------------------------------------------------------------------------------------


def write_atomically(path: Path, write: Callable[[Path], object], *, durable: bool = True) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it into place. Raises WriteError.

    A symbolic link stays: what it leads to is written. What a killed process left there of the same file goes.
    Not ``durable``: when the power fails it may be damaged, which whoever reads it must notice.
    """
    temporary: Path | None = None
    try:
        target = path.resolve() if path.is_symlink() else path
        mode = _mode_of(target)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=unfinished(target), suffix=target.suffix)
        os.close(handle)
        temporary = Path(name)
        write(temporary)
        if durable:
            with temporary.open("r+b") as file:  # Windows flushes only what may be written
                os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except OSError as error:
        raise _not_written(path, reason_of_os_error(error)) from error
    except ValueError as error:  # a name that no system allows
        if temporary is not None:
            raise
        raise _not_written(path, "no file can be called so") from error
    except RuntimeError as error:  # links that lead in a circle, before Python 3.13
        if temporary is not None:
            raise
        raise _not_written(path, "its link leads nowhere") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    sweep(target)


def _not_written(path: Path, reason: str) -> WriteError:
    return WriteError("{path} could not be written: {reason}. Nothing was changed.", path=path, reason=reason)


def _mode_of(path: Path) -> int:
    """The permissions the written file gets. Raises PermissionError for a read-only one: renaming would not ask."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return 0o666 & ~_umask()
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "It is a folder" if stat.S_ISDIR(mode) else "It is not a plain file")
    if not mode & stat.S_IWUSR:
        raise PermissionError(errno.EACCES, "It is read-only")
    return mode & 0o777


def write_bytes(path: Path, content: bytes | bytearray | memoryview, *, durable: bool = True) -> None:
    """Write what is whole in memory, atomically. Raises WriteError: a full disk is an error like any other."""
    write_atomically(path, lambda temporary: temporary.write_bytes(content), durable=durable)


def write_text(path: Path, text: str) -> None:
    """Write text atomically; half characters, which no file can hold, become “?”. Raises WriteError."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", errors="replace"))


def unfinished(target: Path) -> str:
    """How names of files begin that are to become this one: ``sweep`` knows them, and whose they are."""
    return f".{target.name}.{os.getpid()}-"


def sweep(target: Path) -> None:
    """Remove what killed processes were about to write here: unfinished files of this very name, old or ownerless."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.(?:(\d+)-)?[a-z0-9_]{{8}}(?:{re.escape(target.suffix)})?")
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if entry.name.startswith(".") and (found := ours.fullmatch(entry.name)):
                with suppress(OSError):
                    if _is_ownerless(entry, found[1]):
                        os.unlink(entry.path)  # noqa: PTH108  (the entry knows its path as text)


def _is_ownerless(entry: os.DirEntry[str], process: str | None) -> bool:
    about = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(about.st_mode):
        return False
    age = time.time() - about.st_mtime
    if process is None:
        return age > UNTOLD
    import psutil  # takes a while to load, and nothing was left over nearly always

    return age > BRIEF and not psutil.pid_exists(int(process))


# -- places ------------------------------------------------------------------------------------------------------------


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


def why_not_named(path: Path) -> Message | None:
    """Why a path cannot be written down, as in a network's file; None: it can."""
    part = next((part for part in path.parts if shown(part) != part), None)
    return None if part is None else say("“{name}”: this name holds signs that cannot be kept. Rename it", name=part)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def reason_of_os_error(error: OSError) -> str:
    """What the operating system says, in lower case and without numbers: ``no space left on device``."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def real(path: Path | str) -> Path:
    """Where a path leads; itself where it leads nowhere, as a link to itself or a name that no file can have."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return Path(path)
