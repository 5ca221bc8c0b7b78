"""Every key and every choice of a protocol is used by a study that R has checked."""

import tomllib
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from crlm.study.protocol.model import Protocol

PROTOCOLS = [
    tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (Path(__file__).parent / "protocols").glob("*.toml")
]

WITHOUT_MEANING = {("derived.levels.code", None), ("derived.type", "several"), ("column.type", "several")}
"""A level that an expression gives is its name, and no expression gives several; several are for registries."""


def keys_of(model, prefix=""):
    """Each key with the values that a Literal allows: ("model.ties", "breslow"); other keys with None."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        inner = list(leaves(field.annotation))
        models = [one for one in inner if isinstance(one, type) and issubclass(one, BaseModel)]
        choices = [value for one in inner if get_origin(one) is Literal for value in get_args(one)]
        for one in models:
            yield from keys_of(one, f"{key}.")
        if choices:
            yield from ((key, value) for value in choices)
        elif not models:
            yield key, None


def leaves(annotation):
    """The types inside a union, tuple or annotated type; a Literal is one."""
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield annotation
        return
    for one in get_args(annotation):
        yield from leaves(one)


def used(given, prefix=""):
    """Every key that a protocol has, with its value."""
    if isinstance(given, dict):
        for name, value in given.items():
            yield from used(value, f"{prefix}{name}.")
    elif isinstance(given, list):
        for value in given:
            yield from used(value, prefix)
    else:
        yield prefix.removesuffix("."), given


OF_A_REGISTRY = (
    "data.registry",
    "relabel.",
    "endpoint.dates",
    "endpoint.unit",
    "baseline.unit",
    "paired.unit",
    "model.unit",
    "population.unit",
    "population.criteria.first_by",
)
"""Keys that the protocols of registries use; tests/registry_study runs the shipped ones."""

USED = {pair for protocol in PROTOCOLS for pair in used(protocol)}
USED_KEYS = {key for key, _ in USED}


@pytest.mark.parametrize(
    ("key", "choice"),
    [
        pair
        for pair in keys_of(Protocol)
        if pair not in WITHOUT_MEANING and not pair[0].startswith(OF_A_REGISTRY)
    ],
)
def test_is_used(key, choice):
    assert key in USED_KEYS if choice is None else (key, choice) in USED
