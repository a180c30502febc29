"""Reads tenants files: rows, each of which is made into one or more environments."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.file_problems import FileProblem
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.yaml_tree import MappingNode, Mark, Node, ScalarNode, locate, plain
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.problems import Path as ProblemPath
from emr_platform.tenants.addresses import AddressPool
from emr_platform.tenants.file_problems import ADDRESS_POOL, TEMPLATE_MISSING
from emr_platform.tenants.layers import stamped
from emr_platform.tenants.lock import Lock, lock_path, read_lock
from emr_platform.tenants.spec import AddressPoolSpec, SharedSpec, TenantsFileSpec, TenantSpec
from emr_platform.tenants.template import Template, load_template, missing_template
from emr_platform.tenants.tenancy import Tier

IMPLICIT_SHARED = "shared"
"""Name of the shared environment that a file has which declares none and needs one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One environment, as the tenants file has it.

    Attributes:
        name: Name of the environment: ``acme``, or ``acme-prod``.
        section: ``tenants`` or ``shared``.
        key: The row's name in its section: the tenant's, or the shared environment's.
        stage: Key of one of the tenant's several environments; None if it has one only.
        tier: Its tier, as far as it can be told before the row is checked.
        mark: Where its name stands.
        node: What the row says.
        stage_node: What the tenant's row says about this environment; None if it has one only.
    """

    name: str
    section: str
    key: str
    stage: str | None
    tier: Tier
    mark: Mark
    node: Node
    stage_node: Node | None

    @property
    def tenant(self) -> str | None:
        """Whose it is; None for a shared environment."""
        return self.key if self.section == "tenants" else None

    @property
    def path(self) -> ProblemPath:
        """The keys that lead to it."""
        stage = ("environments", self.stage) if self.stage is not None else ()
        return (self.section, self.key, *stage)

    @property
    def layers(self) -> Iterator[tuple[ProblemPath, MappingNode]]:
        """What it says, with the keys that lead there; the later wins."""
        if isinstance(self.node, MappingNode):
            yield (self.section, self.key), self.node
        if isinstance(self.stage_node, MappingNode):
            yield (self.section, self.key, "environments", self.stage or ""), self.stage_node

    def entries(self, key: str) -> Iterator[tuple[ProblemPath, Any]]:
        """The entries of a key in each layer that has it."""
        for path, layer in self.layers:
            if entry := layer.entries.get(key):
                yield (*path, key), entry

    def problem(
        self,
        kind: FileProblem,
        mark: Mark,
        message: str,
        *,
        path: ProblemPath | None = None,
        allowed: str | None = None,
    ) -> Problem:
        """A problem of this environment."""
        where = self.path if path is None else path
        found = kind.at(mark.location(mark.file), message, path=where, allowed=allowed)
        return replace(found, subject=self.name)


class TenantsFile:
    """A tenants file that was read.

    Attributes:
        path: The file.
        root: The document, whose places name the file.
    """

    def __init__(self, path: Path, root: Node, problems: tuple[Problem, ...] = ()) -> None:
        self.path = path
        self._reading_problems = problems
        self.root = stamped(root, str(path))
        self._templates: dict[Path, Template | InvalidSpecError] = {}

    # --- What it declares ------------------------------------------------------------------

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Its environments by name, in the order of the file; of two with one name the first."""
        found: dict[str, Row] = {}
        for row in self._all_rows():
            found.setdefault(row.name, row)
        return found

    @cached_property
    def doubles(self) -> list[tuple[Row, Row]]:
        """Environments with the name of another one, with that other one."""
        return [
            (row, first)
            for row in self._all_rows()
            if (first := self.rows[row.name]).mark != row.mark
        ]

    def _all_rows(self) -> Iterator[Row]:
        for section in ("shared", "tenants"):
            yield from self._rows_of(section)
        if self.is_shared_implicit:
            node = MappingNode(self.root.mark, block=True)
            yield Row(
                IMPLICIT_SHARED,
                "shared",
                IMPLICIT_SHARED,
                None,
                "shared",
                self.root.mark,
                node,
                None,
            )

    def _rows_of(self, section: str) -> Iterator[Row]:
        for key, entry in self._mapping(section).entries.items():
            tier: Tier = "shared" if section == "shared" else _tier(entry.node)
            stages = _child(entry.node, "environments") if section == "tenants" else None
            if isinstance(stages, MappingNode) and stages.entries:
                for stage, inner in stages.entries.items():
                    name = f"{key}-{stage}"
                    yield Row(name, section, key, stage, tier, inner.mark, entry.node, inner.node)
            else:
                yield Row(key, section, key, None, tier, entry.mark, entry.node, None)

    @cached_property
    def is_shared_implicit(self) -> bool:
        """Whether tenants use a shared environment although the file declares none."""
        rows = self._mapping("tenants").entries.values()
        return not self._mapping("shared").entries and any(
            _tier(entry.node) in ("bridge", "pool") for entry in rows
        )

    def _mapping(self, key: str) -> MappingNode:
        node = _child(self.root, key)
        return node if isinstance(node, MappingNode) else MappingNode(self.root.mark, block=True)

    # --- What is wrong with the file as such -------------------------------------------------

    @cached_property
    def head(self) -> TenantsFileSpec | None:
        """What the file says besides its rows; None if that is wrong."""
        return self._checked_head[0]

    @cached_property
    def head_problems(self) -> list[Problem]:
        """What is wrong with the file but for its rows."""
        problems = [*self._reading_problems, *self._checked_head[1]]
        if self.head and (pool := self.pool_spec) and self.pool is None:
            entry = locate(self.root, ("address_pool",))
            problems.append(
                ADDRESS_POOL.at(
                    entry.mark.location(str(self.path)),
                    f"{pool.cidr} has no blocks of /{pool.prefix_length}",
                    path=("address_pool",),
                    allowed="a cidr that is larger than its blocks, and reserved ranges",
                )
            )
        return problems

    @cached_property
    def _checked_head(self) -> tuple[TenantsFileSpec | None, list[Problem]]:
        document = plain(self.root)
        if isinstance(document, dict):
            for section in ("shared", "tenants"):
                if isinstance(document.get(section), dict):
                    document[section] = {key: {} for key in document[section]}
        errors = []
        if isinstance(self.root, MappingNode):
            keys = {k: e for k, e in self.root.entries.items() if k not in ("shared", "tenants")}
            head_only = MappingNode(self.root.mark, self.root.block, keys)
            errors += empty_values(head_only, TenantsFileSpec)
        try:
            head = TenantsFileSpec.model_validate(document)
        except ValidationError as error:
            head = None
            errors += error.errors(include_url=False)
        problems = schema_problems(
            errors, model=TenantsFileSpec, root=self.root, file=str(self.path)
        )
        return (None if errors else head), problems

    # --- Rows --------------------------------------------------------------------------------

    def row_spec(self, row: Row) -> TenantSpec | SharedSpec:
        """What a row says.

        Args:
            row: One of the file's rows.

        Raises:
            InvalidSpecError: The row says what no row can mean.
        """
        model: type[TenantSpec] | type[SharedSpec] = (
            SharedSpec if row.section == "shared" else TenantSpec
        )
        errors = empty_values(_without_overrides(row.node), model)
        try:
            spec = model.model_validate(plain(row.node))
        except ValidationError as error:
            errors += error.errors(include_url=False)
        if errors:
            for each in errors:
                each["loc"] = (row.section, row.key, *each["loc"])
            found = schema_problems(
                errors, model=TenantsFileSpec, root=self.root, file=str(self.path)
            )
            raise InvalidSpecError([replace(each, subject=row.name) for each in found])
        return spec

    def template(self, row: Row) -> Template:
        """The template of an environment.

        Raises:
            InvalidSpecError: There is none, or it is wrong.
        """
        named = [*row.entries("template")]
        if named:
            path, entry = named[-1]
        elif isinstance(self.root, MappingNode) and "template" in self.root.entries:
            path, entry = ("template",), self.root.entries["template"]
        else:
            raise InvalidSpecError(
                [
                    row.problem(
                        TEMPLATE_MISSING,
                        row.mark,
                        "it has no template",
                        allowed="template: templates/… here, or at the beginning of the file",
                    )
                ]
            )
        file = self.path.parent / str(plain(entry.node))
        if not file.is_file():
            raise InvalidSpecError([missing_template(file, entry.value_mark, str(self.path), path)])
        if file not in self._templates:
            try:
                self._templates[file] = load_template(file)
            except InvalidSpecError as error:
                self._templates[file] = error
        template = self._templates[file]
        if isinstance(template, InvalidSpecError):
            raise template
        return template

    # --- Addresses ---------------------------------------------------------------------------

    @property
    def pool_spec(self) -> AddressPoolSpec | None:
        """The address pool as the file says it; None if it has none."""
        form = self.head.address_pool if self.head else None
        return AddressPoolSpec(cidr=form) if isinstance(form, str) else form

    @cached_property
    def pool(self) -> AddressPool | None:
        """The address pool; None if the file has none, or none that could give out a block."""
        spec = self.pool_spec
        if spec is None:
            return None
        cidr = IPv4Network(spec.cidr)
        if cidr.prefixlen > spec.prefix_length:
            return None
        return AddressPool(
            cidr, spec.prefix_length, tuple(IPv4Network(each) for each in spec.reserved)
        )

    @cached_property
    def lock(self) -> Lock:
        """The lock file."""
        return self._read_lock[0]

    def release(self, names: Collection[str]) -> None:
        """Forget the ranges of environments that are gone, before ranges are given out.

        Args:
            names: The environments.
        """
        kept = {name: each for name, each in self.lock.ranges.items() if name not in names}
        self.lock = replace(self.lock, ranges=kept)

    @property
    def lock_problems(self) -> list[Problem]:
        """What is wrong with the text of the lock file."""
        return self._read_lock[1]

    @cached_property
    def _read_lock(self) -> tuple[Lock, list[Problem]]:
        return read_lock(lock_path(self.path))

    def wants_range(self, row: Row) -> bool:
        """Whether an environment gets its addresses from the pool.

        Raises:
            InvalidSpecError: It has no template, or one that is wrong.
        """
        if row.tier not in ("silo", "shared") or self.pool is None:
            return False
        return not self._network_keys(row).keys() & {"cidr", "vpc_id"}

    def own_cidr(self, row: Row) -> str | None:
        """The address range that an environment gives itself, as it is written; None if it gives none.

        Raises:
            InvalidSpecError: It has no template, or one that is wrong.
        """
        node = self._network_keys(row).get("cidr") if row.tier in ("silo", "shared") else None
        return node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else None

    def _network_keys(self, row: Row) -> dict[str, Node]:
        """What an environment says of its network, by key."""
        networks = [_child(self.template(row).root, "network")]
        networks += [_child(entry.node, "network") for _, entry in row.entries("overrides")]
        said: dict[str, Node] = {}
        for network in networks:
            for key, entry in network.entries.items() if isinstance(network, MappingNode) else ():
                if isinstance(entry.node, ScalarNode) and entry.node.value is None:
                    said.pop(key, None)
                else:
                    said[key] = entry.node
        return said


def _tier(node: Node) -> Tier:
    said = _child(node, "tier")
    value = said.value if isinstance(said, ScalarNode) else None
    tiers: dict[object, Tier] = {"bridge": "bridge", "pool": "pool"}
    return tiers.get(value, "silo")


def _child(node: Node | None, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, MappingNode) else None
    return entry.node if entry else None


def _without_overrides(node: Node) -> Node:
    """A row without its overrides, in which a key without a value means something."""
    if not isinstance(node, MappingNode):
        return node
    entries = {key: entry for key, entry in node.entries.items() if key != "overrides"}
    stages = entries.get("environments")
    if stages and isinstance(stages.node, MappingNode):
        inner = {
            key: replace(entry, node=_without_overrides(entry.node))
            for key, entry in stages.node.entries.items()
        }
        entries["environments"] = replace(
            stages, node=MappingNode(stages.node.mark, stages.node.block, inner)
        )
    return MappingNode(node.mark, node.block, entries)
