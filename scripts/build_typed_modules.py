"""Lists the modules of aws-cdk-lib that the type checker has to read, in ``pyproject.toml``.

aws-cdk-lib is some 180 MB of Python, and its first module names all others. What this repository uses, and what that
refers to in turn, is a sixth of it. mypy reads these modules like any other and skips the rest, to which no type leads.
Run it after the use of another module of aws_cdk, or with a newer aws-cdk-lib:

    python -m scripts.build_typed_modules
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "pyproject.toml"
FOLDERS = ("benchmarks", "constructs", "scripts", "stacks", "tests")
LIBRARY = "aws_cdk"
USERS = ("cdk_nag",)
"""Packages beside our own whose types come from the library."""

_BEGIN = (
    "# The modules of aws-cdk-lib that types lead to, by `python -m scripts.build_typed_modules`.\n"
)
_LIST = re.compile(
    re.escape(_BEGIN) + r"\[\[tool\.mypy\.overrides\]\]\nmodule = \[\n(.*?)\]\n", re.DOTALL
)
# What the generated code imports itself; its examples import under names without a digest.
_IMPORT = re.compile(
    rf"^ *import ({LIBRARY}[\w.]*(?= as _\w+_[0-9a-f]{{8}}$)|{LIBRARY}[\w.]*\._jsii$)", re.MULTILINE
)
_RELATIVE_IMPORT = re.compile(r"^ *from (\.+)([\w.]*) import (\([^)]*\)|[^\n]+)", re.MULTILINE)
_NAME = re.compile(r"(\w+)(?: as \w+)?")
# In the packages that only name all of their modules, for `aws_cdk.aws_s3` without an import of its own.
_NAME_ALL = (LIBRARY, f"{LIBRARY}.interfaces")
_NAMES_ALL = re.compile(r"^    from \. import (\w+) as \1$", re.MULTILINE)


def needed_modules() -> list[str]:
    """The modules that are used here, and all that their types are made of.

    Returns:
        Full names, in alphabetical order.

    Raises:
        ModuleNotFoundError: aws-cdk-lib is not installed.
    """
    modules = _modules_of(LIBRARY)
    needed: set[str] = set()
    todo = {name for name in _used_here() if name in modules}
    while todo:
        name = todo.pop()
        needed.add(name)
        parents = {name.rsplit(".", count)[0] for count in range(name.count(".") + 1)}
        referred = {*parents, *_referred(name, modules[name])}
        todo |= (referred & modules.keys()) - needed
    return sorted(needed)


def _used_here() -> Iterator[str]:
    files = [
        ROOT / "app.py",
        *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")),
    ]
    for user in USERS:
        files += _modules_of(user).values()
    for file in files:
        text = file.read_text(encoding="utf-8")
        if LIBRARY in text:
            yield from _absolute_imports(ast.parse(text))
            # Also `cdk.aws_s3.Bucket` of `import aws_cdk as cdk`.
            yield from (f"{LIBRARY}.{name}" for name in re.findall(r"\bcdk\.(\w+)\.", text))


def _absolute_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _referred(name: str, file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    if name in _NAME_ALL:
        text = _NAMES_ALL.sub("", text)
    yield from _IMPORT.findall(text)
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for dots, inner, names in _RELATIVE_IMPORT.findall(text):
        base = package.rsplit(".", len(dots) - 1)[0] if len(dots) > 1 else package
        module = f"{base}.{inner}" if inner else base
        yield module
        yield from (f"{module}.{imported}" for imported in _NAME.findall(names))


def _modules_of(package: str) -> dict[str, Path]:
    """The file of every module of a package."""
    specification = importlib.util.find_spec(package)
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    root = Path(specification.origin).parents[1]
    found = {}
    for file in sorted((root / package).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def listed_modules(text: str) -> list[str]:
    """The modules that ``pyproject.toml`` lists.

    Raises:
        ValueError: It has no such list.
    """
    match = _LIST.search(text)
    if match is None:
        raise ValueError("no list of modules in pyproject.toml")
    return re.findall(r'"([\w.]+)"', match[1])


def with_modules(text: str, modules: Iterable[str]) -> str:
    """The text of ``pyproject.toml`` with another list."""
    lines = "".join(f'  "{name}",\n' for name in modules)
    return _LIST.sub(lambda _: f"{_BEGIN}[[tool.mypy.overrides]]\nmodule = [\n{lines}]\n", text)


def main() -> None:
    """Write the list into ``pyproject.toml``."""
    text = TARGET.read_text(encoding="utf-8")
    TARGET.write_text(with_modules(text, needed_modules()), encoding="utf-8")


if __name__ == "__main__":
    main()
