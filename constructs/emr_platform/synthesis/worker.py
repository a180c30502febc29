"""The worker: a CDK app that stays alive, and synthesizes one environment after the other as it is asked.

Starting Python, Node.js and the CDK takes seconds; the environments themselves take less.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import emr_platform
from emr_platform.synthesis.protocol import (
    CHANNEL_VARIABLE,
    Answer,
    Hello,
    Request,
    read_request,
    written,
)

SHOW_TRACEBACK = "EMR_PLATFORM_TRACEBACK"
LIBRARY = Path(emr_platform.__file__).parent
"""The folder of the package ``emr_platform``."""

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Made:
    """A cloud assembly that an app has made.

    Attributes:
        inputs: Digest of what the environment was made from; empty if that changed meanwhile.
        warnings: What the app warns of, beside the CDK itself.
    """

    inputs: str
    warnings: tuple[str, ...] = ()


class AppLostError(SystemExit):
    """The app can do nothing any more, not even for other environments; the message says why."""


def is_worker() -> bool:
    """Whether this process was started as a worker: of ``emr-platform synth``, or of another process of the app."""
    return CHANNEL_VARIABLE in os.environ


def serve(
    synthesize: Callable[[Request], Made], *, refusals: tuple[type[Exception], ...] = ()
) -> None:
    """Answer requests until there are no more.

    Args:
        synthesize: Makes the cloud assembly of a request.
        refusals: Exceptions that are answers to bad input: their message says everything. Of any other exception
            it is also said where in the app it was raised.
    """
    requests_number, answers_number = map(int, os.environ.pop(CHANNEL_VARIABLE).split(","))
    for number in (requests_number, answers_number):
        os.set_inheritable(number, False)
    with (
        open(requests_number, "rb") as requests,  # noqa: PTH123 - a number, not a path
        open(answers_number, "wb", buffering=0) as answers,  # noqa: PTH123
    ):
        node = os.environ.get("JSII_NODE", "node")
        answers.write(written(Hello(platform.python_version(), str(LIBRARY), node)))
        try:
            answers.writelines(
                written(answer_to(read_request(line), synthesize, refusals)) for line in requests
            )
        except KeyboardInterrupt:
            sys.exit(_INTERRUPTED)
        except BrokenPipeError:
            # Who asked has gone.
            sys.exit(1)


def answer_to(
    request: Request,
    synthesize: Callable[[Request], Made],
    refusals: tuple[type[Exception], ...],
) -> Answer:
    """Answer one request, whatever becomes of it; arguments are those of :func:`serve`.

    Raises:
        AppLostError: The app cannot go on.
    """
    made = problem = None
    try:
        made = synthesize(request)
    except refusals as error:
        problem = str(error)
    except AppLostError:
        # Who asked sees that nothing comes, and starts another one for the rest.
        raise
    except SystemExit as end:
        problem = f"the app ended: {end.code}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this environment's own
        problem = _described(error)
    return Answer(
        problem=problem,
        inputs=made.inputs if made else None,
        warnings=made.warnings if made else (),
        sources=own_sources(list(sys.modules.values())),
    )


def _described(error: Exception) -> str:
    if os.environ.get(SHOW_TRACEBACK):
        return "".join(traceback.format_exception(error)).rstrip()
    text = f"{type(error).__name__}: {str(error).strip() or 'no reason given'}"
    here = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_own(frame.filename) and not Path(frame.filename).is_relative_to(LIBRARY)
    ]
    if here:
        text += f"\n  in {_from_here(Path(here[-1].filename))}:{here[-1].lineno}"
    return f"{text}\n  {SHOW_TRACEBACK}=1 shows more"


def own_sources(modules: Iterable[ModuleType | None]) -> tuple[str, ...]:
    """Where modules come from that are no installed packages, and the library in any case.

    Args:
        modules: Modules that are loaded.

    Returns:
        Folders of packages, and files of single modules; from the current folder if they are in it.
    """
    found = {_from_here(LIBRARY)}
    for module in modules:
        file = getattr(module, "__file__", None)
        if module and file and _is_own(file):
            top = sys.modules.get(module.__name__.partition(".")[0])
            found.add(_source(file, tuple(getattr(top, "__path__", ()))))
    return tuple(sorted(found))


@cache
def _source(file: str, folders: tuple[str, ...]) -> str:
    """The one of a package's folders that a module is in, or the module itself."""
    path = Path(file).resolve()
    resolved = (Path(folder).resolve() for folder in folders)
    return _from_here(next((each for each in resolved if path.is_relative_to(each)), path))


@cache
def _is_own(file: str) -> bool:
    path = Path(file).resolve()
    if not path.is_file() or {"site-packages", "dist-packages"} & set(path.parts):
        return False
    return not any(path.is_relative_to(folder) for folder in _installed())


@cache
def _installed() -> frozenset[Path]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return frozenset(Path(sysconfig.get_path(name)).resolve() for name in names)


def _from_here(path: Path) -> str:
    here = Path.cwd().resolve()
    path = path.resolve()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()
