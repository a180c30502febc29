"""Which RDS instance classes there are for MySQL, by engine version and region. Names have no ``db.`` prefix."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from emr_platform.catalog.ranges import indexes


@cache
def _data() -> Any:
    file = files("emr_platform.result_store") / "instance_classes.json"
    return json.loads(file.read_text(encoding="utf-8"))


@cache
def classes_of_engine(engine: str) -> tuple[str, ...]:
    """The classes that RDS has for an engine such as ``mysql-8.4``, in the order of their names."""
    data = _data()
    return tuple(data["classes"][position] for position in indexes(data["engines"][engine]))


@cache
def classes_in_region(region: str) -> frozenset[str] | None:
    """The classes that RDS had in a region when the list was made; None if it has no such region."""
    data = _data()
    if region not in data["regions"]:
        return None
    return frozenset(data["classes"][position] for position in indexes(data["regions"][region]))
