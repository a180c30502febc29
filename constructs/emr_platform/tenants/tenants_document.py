"""A tenants file as a document: which environments it makes, from which templates, and what they amount to.

Nothing is checked here that can be done without; that is why all environments are listed in no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from emr_platform.environment.file_problems import FileProblem
from emr_platform.environment.text import is_file
from emr_platform.environment.yaml_tree import Entry, MappingNode, Mark, Node, ScalarNode, plain
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.problems import Path as ProblemPath
from emr_platform.tenants.file_problems import TEMPLATE_MISSING
from emr_platform.tenants.layers import stamped
from emr_platform.tenants.template import Template, load_template, missing_template
from emr_platform.tenants.tiers import TenantTier, Tier

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
    def is_implicit(self) -> bool:
        """Whether it stands nowhere in the file, and is there because tenants use it."""
        return self.section == "shared" and self.mark == self.node.mark

    @property
    def path(self) -> ProblemPath:
        """The keys that lead to it."""
        stage = ("environments", self.stage) if self.stage is not None else ()
        return (self.section, self.key, *stage)

    @property
    def built_in_values(self) -> dict[str, ScalarNode]:
        """The values of the placeholders that every template has."""
        values = {
            "name": self.name,
            "tenant": self.key,
            "environment": self.stage or self.key,
            "tier": self.tier,
        }
        return {name: ScalarNode(self.mark.given_by(name), value) for name, value in values.items()}

    @property
    def layers(self) -> Iterator[tuple[ProblemPath, MappingNode]]:
        """What it says, with the keys that lead there; the later wins."""
        if isinstance(self.node, MappingNode):
            yield (self.section, self.key), self.node
        if isinstance(self.stage_node, MappingNode):
            yield (self.section, self.key, "environments", self.stage or ""), self.stage_node

    def entries(self, key: str) -> Iterator[tuple[ProblemPath, Entry]]:
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


class TenantsDocument:
    """A tenants file that was read.

    Attributes:
        path: The file.
        root: The document, whose places name the file.
        reading_problems: What was found when it was read.
    """

    def __init__(self, path: Path, root: Node, problems: tuple[Problem, ...] = ()) -> None:
        self.path = path
        self.root = stamped(root, str(path))
        self.reading_problems = problems
        self._templates: dict[str, Template | InvalidSpecError] = {}

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
            stages = child(entry.node, "environments") if section == "tenants" else None
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
        node = child(self.root, key)
        return node if isinstance(node, MappingNode) else MappingNode(self.root.mark, block=True)

    def shared_of(self, row: Row) -> Row | None:
        """The shared environment that a tenant of bridge or pool uses; None if that cannot be told.

        Args:
            row: The tenant's environment.
        """
        if row.tier not in ("bridge", "pool"):
            return None
        named = next((entry for _, entry in row.entries("shared")), None)
        if named:
            return self.shared_rows.get(str(plain(named.node)))
        there = [each for each in self.shared_rows.values() if row.tier in self.serves(each)]
        return there[0] if len(there) == 1 else None

    @cached_property
    def shared_rows(self) -> Mapping[str, Row]:
        """The shared environments by name."""
        return {row.key: row for row in self.rows.values() if row.section == "shared"}

    def serves(self, row: Row) -> frozenset[TenantTier]:
        """The tiers that a shared environment is there for, as far as it says tiers."""
        said = [plain(entry.node) for _, entry in row.entries("serves")]
        tiers = said[-1] if said else ["bridge", "pool"]
        if self.is_shared_implicit:
            tiers = [each.tier for each in self.rows.values()]
        known: tuple[TenantTier, ...] = ("bridge", "pool")
        return frozenset(tier for tier in known if isinstance(tiers, list) and tier in tiers)

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
        name = str(plain(entry.node))
        if name not in self._templates:
            file = self.path.parent / name
            if not is_file(file):
                problem = missing_template(file, entry.value_mark, str(self.path), path)
                raise InvalidSpecError([problem])
            try:
                self._templates[name] = load_template(file)
            except InvalidSpecError as error:
                self._templates[name] = error
        template = self._templates[name]
        if isinstance(template, InvalidSpecError):
            raise template
        return template


def _tier(node: Node) -> Tier:
    said = child(node, "tier")
    value = said.value if isinstance(said, ScalarNode) else None
    tiers: dict[object, Tier] = {"bridge": "bridge", "pool": "pool"}
    return tiers.get(value, "silo")


def child(node: Node | None, key: str) -> Node | None:
    """The value of a key; None where there is none."""
    entry = node.entries.get(key) if isinstance(node, MappingNode) else None
    return entry.node if entry else None
