"""What tenants of bridge and pool share: which environment it is, and who uses it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from pydantic import ValidationError

from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.environment.yaml_tree import Entry, MappingNode, plain
from emr_platform.network.spec import ExistingVpcSpec, NetworkSpec, SharedVpcSpec
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.layers import merged
from emr_platform.tenants.row_parameters import parameter_values
from emr_platform.tenants.tenancy import PoolTenant
from emr_platform.tenants.tenants_document import Row
from emr_platform.tenants.tenants_file import TenantsFile

PLACE = ("account", "region")
"""What a tenant has of a shared environment whether or not it says so."""


class SharedEnvironments:
    """The shared environments of a tenants file.

    Attributes:
        file: The tenants file.
    """

    def __init__(self, file: TenantsFile, load: Callable[[Row], LoadedEnvironment]) -> None:
        self.file = file
        self._load = load
        self._loaded: dict[str, LoadedEnvironment | InvalidSpecError] = {}
        self._networks: dict[str, NetworkSpec] = {}
        self._places: dict[str, dict[str, Entry]] = {}

    def place(self, row: Row) -> dict[str, Entry]:
        """Account and region of an environment, as far as they are said.

        Raises:
            InvalidSpecError: It has no template, or one that is wrong.
        """
        if row.name not in self._places:
            template = self.file.template(row)
            values, _ = parameter_values(row, template, self.file.parameters(template))
            root, _ = template.substitution.of(values)
            place = {key: root.entries[key] for key in PLACE if key in root.entries}
            for key in PLACE:
                for _, entry in row.entries(key):
                    place[key] = entry
            self._places[row.name] = place
        return self._places[row.name]

    def loaded(self, row: Row, root: MappingNode) -> LoadedEnvironment:
        """The shared environment that a tenant uses, checked.

        Args:
            row: The tenant's environment.
            root: What that amounts to.

        Raises:
            InvalidSpecError: There is none for the tenant, it is elsewhere, or it is wrong itself.
        """
        shared = self._serving(row)
        if shared.name not in self._loaded:
            try:
                self._loaded[shared.name] = self._load(shared)
            except InvalidSpecError as error:
                self._loaded[shared.name] = error
        loaded = self._loaded[shared.name]
        if isinstance(loaded, InvalidSpecError):
            raise loaded
        problems = []
        for key, there in (("account", loaded.spec.account), ("region", loaded.spec.region)):
            said = root.entries.get(key)
            here = plain(said.node) if said else None
            if here != there and said:
                problems.append(
                    row.problem(
                        kinds.SHARED_ELSEWHERE,
                        said.value_mark,
                        f"its {key} is {here}, that of {shared.name} is {there or 'not said'}",
                        path=(key,),
                        allowed=f"the {key} of {shared.name}, or nothing here",
                    )
                )
        if problems:
            raise InvalidSpecError(problems)
        return loaded

    def _serving(self, row: Row) -> Row:
        there = [
            each for each in self.file.shared_rows.values() if row.tier in self.file.serves(each)
        ]
        path, entry = next(row.entries("shared"), (None, None))
        if entry is not None:
            name = str(plain(entry.node))
            message = f"no shared environment {name} is there for the tier {row.tier}"
            found = next((each for each in there if each.key == name), None)
        else:
            message = (
                "it does not say which shared environment it uses"
                if there
                else f"no shared environment is there for the tier {row.tier}"
            )
            found = there[0] if len(there) == 1 else None
        if found is None:
            names = ", ".join(each.key for each in there)
            raise InvalidSpecError(
                [
                    row.problem(
                        kinds.SHARED_UNKNOWN,
                        entry.value_mark if entry else row.mark,
                        message,
                        path=path,
                        allowed=f"shared: {names}"
                        if names
                        else f"an environment under shared: with serves: [{row.tier}]",
                    )
                ]
            )
        return found

    def network(self, shared: LoadedEnvironment) -> NetworkSpec:
        """The network of a shared environment, as its tenants have it."""
        name, network = shared.spec.name, shared.spec.network
        if isinstance(network, ExistingVpcSpec):
            return network
        if name not in self._networks:
            said = {**dict(network), "environment": name}
            self._networks[name] = SharedVpcSpec.model_validate(said)
        return self._networks[name]

    def pool_node(self, row: Row) -> MappingNode:
        """What a tenant has of a shared cluster: its row's words over those of the shared environment."""
        node = MappingNode(row.mark, block=True)
        for each in (self.file.shared_of(row), row):
            for _, entry in each.entries("pool") if each else ():
                if isinstance(entry.node, MappingNode):
                    node = merged(node, entry.node)
        return node

    def pool_tenants(self, shared: Row) -> tuple[PoolTenant, ...]:
        """The tenants of a shared cluster, but for those whose rows are wrong.

        Args:
            shared: The shared environment.
        """
        return tuple(self._pool_tenants.get(shared.name, ()))

    @cached_property
    def _pool_tenants(self) -> dict[str, list[PoolTenant]]:
        found: dict[str, list[PoolTenant]] = {}
        for row in sorted(self.file.rows.values(), key=lambda each: each.name):
            shared = self.file.shared_of(row) if row.tier == "pool" else None
            if shared is None:
                continue
            try:
                self.file.row_spec(row)
                pool = PoolSpec.model_validate(plain(self.pool_node(row)))
            except (InvalidSpecError, ValidationError):
                continue
            found.setdefault(shared.name, []).append(PoolTenant(row.name, pool))
        return found
