"""A tenants file whose head and rows are checked, each when it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path

from pydantic import ValidationError

from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.yaml_tree import MappingNode, Node, ScalarNode, locate, plain
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.tenants.addresses import AddressPool
from emr_platform.tenants.file_problems import ADDRESS_POOL
from emr_platform.tenants.lock import Lock, lock_path, read_lock
from emr_platform.tenants.spec import AddressPoolSpec, SharedSpec, TenantsFileSpec, TenantSpec
from emr_platform.tenants.template import Template
from emr_platform.tenants.template_parameters import Parameter, template_parameters
from emr_platform.tenants.tenants_document import Row, TenantsDocument, child


class TenantsFile(TenantsDocument):
    """A tenants file that was read."""

    def __init__(self, path: Path, root: Node, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(path, root, problems)
        self._parameters: dict[Path, Mapping[str, Parameter] | InvalidSpecError] = {}

    # --- What is wrong with the file as such -------------------------------------------------

    @cached_property
    def head(self) -> TenantsFileSpec | None:
        """What the file says besides its rows; None if that is wrong."""
        return self._checked_head[0]

    @cached_property
    def head_problems(self) -> list[Problem]:
        """What is wrong with the file but for its rows."""
        problems = [*self.reading_problems, *self._checked_head[1]]
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
                    # Names are checked as those of environments, which begin with them.
                    document[section] = {f"row-{i}": {} for i in range(len(document[section]))}
        errors = []
        if isinstance(self.root, MappingNode):
            keys = {k: e for k, e in self.root.entries.items() if k not in ("shared", "tenants")}
            head_only = MappingNode(self.root.mark, self.root.block, keys)
            errors += empty_values(head_only, document, TenantsFileSpec)
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
        document = plain(row.node)
        errors = empty_values(_without_overrides(row.node), document, model)
        try:
            spec = model.model_validate(document)
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

    def parameters(self, template: Template) -> Mapping[str, Parameter]:
        """The parameters of a template.

        Raises:
            InvalidSpecError: It says what no parameter can mean.
        """
        if template.file not in self._parameters:
            try:
                self._parameters[template.file] = template_parameters(template)
            except InvalidSpecError as error:
                self._parameters[template.file] = error
        parameters = self._parameters[template.file]
        if isinstance(parameters, InvalidSpecError):
            raise parameters
        return parameters

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
        """The address range that an environment gives its VPC, as it is written; None if it gives none.

        Raises:
            InvalidSpecError: It has no template, or one that is wrong.
        """
        said = self._network_keys(row) if row.tier in ("silo", "shared") else {}
        # A VPC that exists may well be used by several.
        node = None if "vpc_id" in said else said.get("cidr")
        return node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else None

    def _network_keys(self, row: Row) -> dict[str, Node]:
        """What an environment says of its network, by key."""
        networks = [child(self.template(row).root, "network")]
        networks += [child(entry.node, "network") for _, entry in row.entries("overrides")]
        said: dict[str, Node] = {}
        for network in networks:
            for key, entry in network.entries.items() if isinstance(network, MappingNode) else ():
                if isinstance(entry.node, ScalarNode) and entry.node.value is None:
                    said.pop(key, None)
                else:
                    said[key] = entry.node
        return said


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
