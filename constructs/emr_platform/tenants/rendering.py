"""Makes the environments of a tenants file: a template, laid over by what a tenant's row says, and checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from emr_platform.environment.known_parts import KnownParts
from emr_platform.environment.loader import LoadedEnvironment, check_document
from emr_platform.environment.script_rules import LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_tree import Entry, MappingNode, Mark, Node, ScalarNode, plain
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import InvalidSpecError, Problem, dotted
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.explanation import values_of
from emr_platform.tenants.layers import Substitution, merged, with_values, without
from emr_platform.tenants.row_addresses import RowAddresses
from emr_platform.tenants.row_parameters import parameter_values, placeholder_problems
from emr_platform.tenants.row_shared import PLACE, SharedEnvironments
from emr_platform.tenants.tenancy import Tenancy
from emr_platform.tenants.tenants_document import Row
from emr_platform.tenants.tenants_file import TenantsFile

_OF_POOL = ("name", *PLACE, "protection", "tags", "identity", "acknowledge")
"""What a tenant of a shared cluster has of a template."""


@dataclass(frozen=True, slots=True)
class Effective:
    """What an environment amounts to, before it is checked.

    Attributes:
        root: The environment, each value with its place.
        pool: For the tier ``pool``: what it has of the shared environment; None for the others.
        problems: What is wrong with how it is put together.
    """

    root: MappingNode
    pool: MappingNode | None
    problems: tuple[Problem, ...]


class Rendering:
    """Makes environments of one tenants file, and remembers what they have in common.

    Attributes:
        file: The tenants file.
        addresses: Their addresses.
        shared: What they share.
    """

    def __init__(self, file: TenantsFile) -> None:
        self.file = file
        self.addresses = RowAddresses(file)
        self.shared = SharedEnvironments(file, self.load)
        self._known = KnownParts()
        self._scripts = LocalScripts(file.path.parent)

    def effective(self, row: Row) -> Effective:
        """Put an environment together.

        Args:
            row: One of the file's rows.

        Raises:
            InvalidSpecError: Its row or its template cannot be understood.
        """
        self.file.row_spec(row)
        left_out = self._left_out(row)
        template = self.file.template(row)
        parameters = self.file.parameters(template)
        values, problems = parameter_values(row, template, parameters)
        root, unknown = template.substitution.of(values)
        for key in ("name", "tenant"):
            if entry := root.entries.get(key):
                problems.append(
                    row.problem(
                        kinds.FIXED_KEY,
                        entry.mark,
                        f"the template says {key}",
                        path=(key,),
                        allowed="nothing here: the tenants file says it",
                    )
                )
        for path, entry in row.entries("overrides"):
            if isinstance(entry.node, MappingNode):
                over, more = Substitution(entry.node).of(values)
                unknown += more
                root = merged(root, over)
                problems += _override_problems(row, path, entry.node, left_out)
        problems += placeholder_problems(
            row, parameters, unknown, matters=lambda key: not left_out(key)
        )
        root = self._with_identity(row, root)
        root = without(root, *(key for key in root.entries if left_out(key)))
        pool = self.shared.pool_node(row) if row.tier == "pool" else None
        return Effective(root, pool, (*_misplaced(row), *_resolved_secrets(row), *problems))

    def _left_out(self, row: Row) -> Callable[[str], bool]:
        """Which keys of a template are no part of an environment, by its tier."""
        if row.tier == "pool":
            return lambda key: key not in _OF_POOL
        if row.tier == "bridge":
            return lambda key: key == "network"
        if row.tier == "shared":
            # Those of the tier bridge have their own; those of pool have the shared clusters.
            pool = "pool" in self.file.serves(row)
            unused = ("result_store",) if pool else ("result_store", "clusters", "ssh")
            return lambda key: key in unused
        return lambda key: key == ""

    def _with_identity(self, row: Row, root: MappingNode) -> MappingNode:
        """Set what the tenants file alone says: name, account, region, tags, addresses."""
        values: list[tuple[str, Mark, Node]] = [
            ("name", row.mark, ScalarNode(row.mark, row.name)),
        ]
        shared = self.file.shared_of(row)
        if shared:
            root = without(root, *PLACE)
            place = self.shared.place(shared)
            values += [(key, entry.mark, entry.node) for key, entry in place.items()]
        for key in PLACE:
            values += [(key, entry.mark, entry.node) for _, entry in row.entries(key)]
        root = with_values(root, values)
        for _, entry in row.entries("tags"):
            root = _with_entry(root, entry)
        network = self.file.lock.ranges.get(row.name) if self.file.wants_range(row) else None
        if network:
            mark = row.mark.given_by("address_pool")
            cidr = Entry("cidr", mark, ScalarNode(mark, str(network)))
            inner = MappingNode(mark, block=True, entries={"cidr": cidr})
            root = _with_entry(root, Entry("network", mark, inner))
        return root

    def load(self, row: Row) -> LoadedEnvironment:
        """Make an environment, and check it.

        Args:
            row: One of the file's rows.

        Raises:
            InvalidSpecError: It has errors. All of its problems are in it, and say whose they are.
        """
        try:
            loaded = self._load(row)
        except InvalidSpecError as error:
            raise InvalidSpecError(_about(row, error.problems)) from None
        return replace(
            loaded,
            warnings=_about(row, loaded.warnings),
            acknowledged=_about(row, loaded.acknowledged),
        )

    def _load(self, row: Row) -> LoadedEnvironment:
        effective = self.effective(row)
        problems = [*effective.problems, *self.addresses.problems(row, effective.root)]
        if any(each.severity == "error" for each in problems):
            # Placeholders without a value would only make more errors, which mean nothing.
            raise InvalidSpecError(problems)
        tenancy = Tenancy("silo", row.tenant)
        completed: Callable[[EnvironmentSpec], EnvironmentSpec] | None = None
        if row.tier == "shared":
            serves = self.file.serves(row)
            tenants = self.shared.pool_tenants(row) if "pool" in serves else ()
            tenancy = Tenancy("shared", serves=serves, pool_tenants=tenants)
        elif row.tier != "silo":
            shared = self.shared.loaded(row, effective.root)
            network = self.shared.network(shared)
            pool = PoolSpec.model_validate(plain(effective.pool)) if effective.pool else None
            tenancy = Tenancy(row.tier, row.tenant, shared=shared.spec, pool=pool)

            def completed(spec: EnvironmentSpec) -> EnvironmentSpec:
                return spec.model_copy(update={"network": network})

        return check_document(
            effective.root,
            problems,
            file=self.file.path,
            read_again=lambda: _with_pool(self.effective(row)),
            completed=completed,
            tenancy=tenancy,
            known=self._known,
            scripts=self._scripts,
            places=_with_pool(effective),
        )


def _with_pool(effective: Effective) -> MappingNode:
    """The environment with what it has of a shared one, which is no part of its own declaration."""
    if effective.pool is None:
        return effective.root
    return with_values(effective.root, [("pool", effective.pool.mark, effective.pool)])


def _misplaced(row: Row) -> list[Problem]:
    """What a row says that its tier has no use for."""
    unused = {"silo": ("pool", "shared"), "bridge": ("pool",)}.get(row.tier, ())
    return [
        row.problem(
            kinds.OF_ANOTHER_TIER,
            entry.mark,
            f"an environment of the tier {row.tier} has no use for {key}",
            path=path,
            allowed=f"another tier, or no {key}",
        )
        for key in unused
        for path, entry in row.entries(key)
    ]


def _resolved_secrets(row: Row) -> list[Problem]:
    """Values of a row that CloudFormation would replace by a secret.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    return [
        row.problem(
            kinds.RESOLVED_SECRET,
            value.mark or row.mark,
            f"{dotted((*path, *value.path))} has a dynamic reference",
            path=(*path, *value.path),
            allowed="dynamic references in templates only",
        )
        for path, layer in row.layers
        for value in values_of(without(layer, "environments"))
        if isinstance(value.value, str) and "{{resolve:" in value.value
    ]


def _with_entry(root: MappingNode, entry: Entry) -> MappingNode:
    """An environment with a mapping laid over that of the same key, unless something else is there: it is at fault."""
    there = root.entries.get(entry.key)
    if there and not isinstance(there.node, MappingNode):
        return root
    return merged(root, MappingNode(entry.mark, block=True, entries={entry.key: entry}))


def _override_problems(
    row: Row, path: tuple[str | int, ...], overrides: MappingNode, left_out: Callable[[str], bool]
) -> list[Problem]:
    """What overrides say that is said elsewhere, or that the tier has no use for."""
    problems = []
    for key, entry in overrides.entries.items():
        if key in ("name", "tenant", *PLACE):
            kind, message = kinds.FIXED_KEY, f"{key} is not overridden"
            allowed = f"{key}: … in the row itself" if key in PLACE else "the row's own name"
        elif left_out(key):
            kind = kinds.OF_ANOTHER_TIER
            message = f"an environment of the tier {row.tier} has no {key} of its own"
            allowed = "another tier, or no such override"
        else:
            continue
        problems.append(row.problem(kind, entry.mark, message, path=(*path, key), allowed=allowed))
    return problems


def _about(row: Row, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Problems that say whose they are; those of a shared environment say so already."""
    return tuple(each if each.subject else replace(each, subject=row.name) for each in problems)
