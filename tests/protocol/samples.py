"""A protocol that has everything, and ways to break it."""

from crlm.study.protocol.load import LoadedProtocol, load_protocol
from crlm.study.protocol.reference import complete_example

COMPLETE = complete_example()


def written(tmp_path, text, name="study.toml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(tmp_path, text) -> LoadedProtocol:
    return load_protocol(written(tmp_path, text))


def changed(*changes, text=COMPLETE):
    """The complete protocol with pieces of its text replaced, each found exactly where expected."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the protocol"
        text = text.replace(old, new, 1)
    return text


def line_of(text, part):
    """The first line that has a part, from 1."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if part in line)
