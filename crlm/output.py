"""Writing all or nothing: a folder is built aside and moved into place when it is complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crlm.problems import OutputError, Place, Problem


@contextmanager
def staged_folder(target: Path, *, ours: Sequence[str]) -> Iterator[Path]:
    """A temporary folder beside `target` that becomes `target` when the block ends without an error.

    `ours` names the entries that such a folder may hold; a `target` that exists and holds nothing else is replaced,
    one that holds anything else is refused, so that nobody's files are lost. When the block fails or is interrupted,
    the temporary folder is removed and `target` is as it was. Raises `OutputError`.
    """
    target = Path(target)
    refuse_foreign(target, ours)
    parent = target.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=parent))
    except OSError as error:
        raise OutputError(_cannot_write(target, error)) from error
    try:
        yield staged
        staged.chmod(0o777 & ~_umask())  # mkdtemp is private to the user; a report is as readable as any file
        _move_into_place(staged, target)
    except OSError as error:
        raise OutputError(_cannot_write(target, error)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def write_file(target: Path, text: str) -> None:
    """Write a text file in one piece: aside first, then moved into place. Raises `OutputError`."""
    target = Path(target)
    staged = target.with_name(f".{target.name}.part")
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(text, encoding="utf-8", newline="")
        staged.replace(target)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise OutputError(_cannot_write(target, error)) from error


@contextmanager
def staged_file(target: Path) -> Iterator[Path]:
    """A temporary file beside `target` that becomes `target` when the block ends without an error.

    A `target` that exists is refused: a single file does not show whose it is. Raises `OutputError`.
    """
    target = Path(target)
    if target.exists():
        raise OutputError(
            Problem(
                code="output-exists",
                given=f"{target} exists already.",
                allowed="a file that does not exist yet.",
                fix="give another name to --out, or remove it.",
                place=Place(file=str(target)),
            )
        )
    parent = target.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=parent))
    except OSError as error:
        raise OutputError(_cannot_write(target, error)) from error
    try:
        staged = folder / target.name
        yield staged
        staged.replace(target)
    except OSError as error:
        raise OutputError(_cannot_write(target, error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_foreign(target: Path, ours: Sequence[str]) -> None:
    """Raise an OutputError when `target` is a file, or a folder that holds more than `ours`: ask before a long run."""
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(
            Problem(
                code="output-is-a-file",
                given=f"{target} is a file.",
                allowed="a folder that does not exist yet, or an earlier one of ours.",
                fix="give another name to --out.",
                place=Place(file=str(target)),
            )
        )
    foreign = sorted(entry.name for entry in target.iterdir() if entry.name not in ours)
    if foreign:
        raise OutputError(
            Problem(
                code="output-not-ours",
                given=f"the folder {target} holds other files: "
                f"{', '.join(foreign[:5])}{' ...' if len(foreign) > 5 else ''}.",
                allowed="a folder that does not exist yet, an empty one, or an earlier output (it is replaced).",
                fix=f"write to a new folder, for example --out {target / 'report'}.",
                place=Place(file=str(target)),
            )
        )


def _move_into_place(staged: Path, target: Path) -> None:
    """Rename; an earlier folder is moved aside first and removed only when the new one stands."""
    if not target.exists():
        staged.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=staged.parent))
    earlier = aside / target.name
    target.rename(earlier)
    try:
        staged.rename(target)
    except OSError:
        earlier.rename(target)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _cannot_write(target: Path, error: OSError) -> Problem:
    return Problem(
        code="output-not-writable",
        given=f"{target} cannot be written: {error.strerror or error}.",
        allowed="a folder that you may write to, on a disk with room.",
        fix="give another folder to --out.",
        place=Place(file=str(target)),
    )
