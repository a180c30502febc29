"""What ``emr-platform synth``, or an app with many environments, and workers say to each other, in lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

CHANNEL_VARIABLE = "EMR_PLATFORM_SYNTHESIS_CHANNEL"
"""Environment variable that makes an app a worker: the numbers of two open files, requests and answers."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a worker says of itself when it is ready.

    Attributes:
        python: Version of its Python.
        library: The folder of the package ``emr_platform`` that it uses.
        node: The Node.js that it runs the CDK with: a path or a name, as ``JSII_NODE`` has it.
    """

    python: str
    library: str
    node: str


@dataclass(frozen=True, slots=True)
class Request:
    """One environment to synthesize.

    Attributes:
        name: The environment's name.
        directory: Where the cloud assembly goes, an empty folder.
        context: The context of the app, without what the app is called with otherwise.
    """

    name: str
    directory: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    Attributes:
        problem: Why there are no templates; None if there are.
        inputs: Digest of what the environment was made from, as :class:`EnvironmentInputs` has it; None if there
            are no templates, empty if that changed meanwhile.
        warnings: What the app warns of.
        sources: Files and folders of the program that are not installed packages: the app's own modules.
    """

    problem: str | None
    inputs: str | None
    warnings: tuple[str, ...]
    sources: tuple[str, ...]


def written(message: Hello | Request | Answer) -> bytes:
    """A message as it goes over the wire."""
    return json.dumps(asdict(message)).encode() + b"\n"


def read_hello(line: bytes) -> Hello:
    """Read the first line of a worker."""
    return Hello(**json.loads(line))


def read_request(line: bytes) -> Request:
    """Read a request."""
    return Request(**json.loads(line))


def read_answer(line: bytes) -> Answer:
    """Read an answer."""
    content = json.loads(line)
    return Answer(
        problem=content["problem"],
        inputs=content["inputs"],
        warnings=tuple(content["warnings"]),
        sources=tuple(content["sources"]),
    )
