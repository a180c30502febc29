"""A cluster without its sizes, which are what differs most between tenants of one template."""

from __future__ import annotations

from typing import Any, TypeVar

from emr_platform.catalog.data import catalog_data
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.instances.spec import CoreGroupSpec, TaskGroupSpec
from emr_platform.remembered import remembered
from emr_platform.spec import SpecModel

_G = TypeVar("_G", CoreGroupSpec, TaskGroupSpec)

_MOST_CLUSTERS = 256
_PLAIN = frozenset((str, int, bool, type(None)))
_SIZES: dict[str, Any] = {"count": 1, "ebs": None}

_known: dict[Any, ClusterSpec] = {}


@remembered
def without_sizes(spec: ClusterSpec) -> ClusterSpec:
    """The cluster with one node in each of its core and task groups, and no EBS volumes of theirs.

    Args:
        spec: The cluster.

    Returns:
        The very same object for clusters that differ in nothing but these sizes, so that what is remembered of one
        of them is remembered of all.
    """
    groups = {"core": spec.core, "task": spec.task}
    others = {name: value for name, value in spec.__dict__.items() if name not in groups}
    key = (
        # What rules say of a cluster goes by the catalogue, and is not to be remembered under another one.
        catalog_data(),
        frozenset(spec.model_fields_set),
        _exactly(others),
        _exactly_but_sizes(spec.core),
        *((name, _exactly_but_sizes(group)) for name, group in spec.task.items()),
    )
    known = _known.get(key)
    if known is None:
        update = {
            "core": spec.core and _without_sizes(spec.core),
            "task": {name: _without_sizes(group) for name, group in spec.task.items()},
        }
        known = spec.model_copy(update=update)
        if len(_known) >= _MOST_CLUSTERS:
            _known.clear()
        _known[key] = known
    return known


def _without_sizes(group: _G) -> _G:
    return group.model_copy(update=_SIZES)


def _exactly_but_sizes(group: CoreGroupSpec | TaskGroupSpec | None) -> Any:
    if group is None:
        return None
    return _exactly({name: value for name, value in group.__dict__.items() if name not in _SIZES})


def _exactly(value: Any) -> Any:
    """What a value is, to the letter and in its order, as something that dictionaries take for a key."""
    kind = value.__class__
    if kind in _PLAIN:
        return (kind, value)
    if isinstance(value, dict):
        return (dict, *((name, _exactly(inner)) for name, inner in value.items()))
    if isinstance(value, list | tuple):
        return (kind, *map(_exactly, value))
    # Parts of what is remembered are told by their identity, which no other one can get meanwhile.
    return (kind, id(value) if isinstance(value, SpecModel) else value)
