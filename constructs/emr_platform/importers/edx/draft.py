"""The environment file in the making: values, comments, and where in the cluster file they are from."""

from __future__ import annotations

from typing import Any

from emr_platform.problems import Location, Path


class AnyScalar(str):
    """A text that the environment file may also hold as a number or truth value of that spelling."""

    __slots__ = ()


_ORDER = ("name", "region", "tags", "network", "storage", "ssh", "clusters")
_CLUSTER_ORDER = (
    "release",
    "applications",
    "primary",
    "core",
    "task",
    "configurations",
    "bootstrap",
    "steps",
    "termination_protection",
    "log_uri",
    "root_volume",
    "additional_security_groups",
    "tags",
)


class Draft:
    """An environment file before it is written.

    Attributes:
        data: Its content as mappings, lists and scalars.
        comments: Lines to write above a key or list item, by its path.
        origins: Where a value comes from, by its path.
    """

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.comments: dict[Path, list[str]] = {}
        self.origins: dict[Path, Location] = {}

    def put(
        self,
        path: tuple[str, ...],
        value: Any,
        *,
        origin: Location | None = None,
        comment: str | None = None,
    ) -> None:
        """Set a value; mappings on the way to it are made.

        Args:
            path: The keys that lead to it.
            value: A scalar, list or mapping.
            origin: Where in the cluster file it comes from.
            comment: What to say above it.
        """
        mapping = self.data
        for key in path[:-1]:
            mapping = mapping.setdefault(key, {})
        mapping[path[-1]] = value
        if origin:
            self.origins[path] = origin
        if comment:
            self.comments.setdefault(path, []).append(comment)

    def origin(self, path: Path) -> Location | None:
        """Where the value at a path, or the nearest one around it, comes from."""
        for length in range(len(path), 0, -1):
            if found := self.origins.get(path[:length]):
                return found
        return None

    def ordered(self) -> dict[str, Any]:
        """The content with its keys in the order in which people read them."""
        content = _sorted(self.data, _ORDER)
        clusters = content.get("clusters", {})
        content["clusters"] = {
            name: _sorted(cluster, _CLUSTER_ORDER) for name, cluster in clusters.items()
        }
        return content


def _sorted(mapping: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    return {key: mapping[key] for key in sorted(mapping, key=order.index)}
