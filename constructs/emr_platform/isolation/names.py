"""What resources are called: names that templates give, and characters for those that AWS makes up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emr_platform.isolation.matching import ACCOUNT, HOLE, REGION, literal
from emr_platform.isolation.symbols import Place, Symbols
from emr_platform.isolation.targets import SHAPES, Shape
from emr_platform.templates.evaluate import Scope
from emr_platform.templates.model import Resource, Stack, export_key

Json = Any

MOST_ALTERNATIVES = 16
"""Of more texts that a value can be, nothing is known."""


_OF_SYSTEMS_MANAGER = (
    "AWS::SSM::Parameter::Value<String>",
    "AWS::SSM::Parameter::Value<List<String>>",
)
"""Types of parameters whose values are those of parameters of Systems Manager, which they name."""

_OF_PARAMETER = re.compile(r"\{\{resolve:ssm:([^:{}]+)(?::\d+)?\}\}")
"""The dynamic reference to a parameter of Systems Manager."""


@dataclass
class Offered:
    """What stacks have for others, by names that these have to know.

    Attributes:
        exports: What they export: who resolves it, and the value.
        parameters: The same of parameters of Systems Manager, by their names.
    """

    exports: dict[str, list[tuple[Naming, Json]]] = field(default_factory=dict)
    parameters: dict[str, list[tuple[Naming, Json]]] = field(default_factory=dict)

    def add(self, naming: Naming) -> None:
        """Note what a stack has for others."""
        for name, value in naming.stack.exports.items():
            self.exports.setdefault(name, []).append((naming, value))
        for resource in naming.stack.resources.values():
            called = resource.properties.get("Name")
            if resource.type == "AWS::SSM::Parameter" and isinstance(called, str):
                value = resource.properties.get("Value")
                self.parameters.setdefault(called, []).append((naming, value))

    def exporting(self, name: str, place: Place) -> list[tuple[Naming, Json]]:
        """Who exports something, as those see it who are deployed to a place."""
        return _near(self.exports.get(name, ()), place)


def _near(offers: Sequence[tuple[Naming, Json]], place: Place) -> list[tuple[Naming, Json]]:
    """Of offers of the same name, those of an account and region; each of them has names of its own."""
    return [each for each in offers if len(offers) == 1 or each[0].place == place]


class Naming:
    """Resolves the values of one stack's template to texts."""

    def __init__(
        self,
        stack: Stack,
        environment: str,
        symbols: Symbols,
        offered: Offered,
        given: Mapping[str, list[str]] | None = None,
    ) -> None:
        """Prepare.

        Args:
            stack: The stack.
            environment: Its environment.
            symbols: The characters of names.
            offered: What stacks have for each other.
            given: Of a nested stack, the parameters that its stack gives it, resolved.
        """
        self.stack = stack
        self.environment = environment
        self.place = Place(stack.account or ACCOUNT, stack.region or REGION)
        self._symbols = symbols
        self._offered = offered
        self._scope = Scope(stack)
        self._names: dict[str, str] = {}
        self._following: set[str] = set()
        self._given = given or {}
        self._inner: dict[str, Naming] = {}

    def nested(self, logical_id: str, stack: Stack) -> Naming:
        """Who resolves the values of a stack within this one.

        Args:
            logical_id: Logical id of the nested stack.
            stack: The nested stack, as its template has it.
        """
        written = self.stack.resources[logical_id].properties.get("Parameters")
        given = {
            name: self.texts(value)
            for name, value in (written if isinstance(written, dict) else {}).items()
        }
        parameters = dict(stack.parameters)
        for name, texts in given.items():
            # What a condition compares with is not the default any more.
            known = {"Default": texts[0]} if len(texts) == 1 and texts[0].isascii() else {}
            parameters[name] = {"Type": "String", **known}
        inside = replace(
            stack,
            account=self.stack.account,
            region=self.stack.region,
            tags=self.stack.tags,
            parameters=parameters,
        )
        naming = Naming(inside, self.environment, self._symbols, self._offered, given)
        self._inner[logical_id] = naming
        return naming

    # --- Resources -------------------------------------------------------------------------

    def symbol(self, logical_id: str, what: str = "") -> str:
        """The character of a name that AWS makes up."""
        return self._symbols.character(self.environment, self.stack.name, logical_id, what)

    def name(self, logical_id: str, shape: Shape | None = None) -> str:
        """The name of a resource, or the character of the one that it will get."""
        if logical_id not in self._names:
            # While it is found out, a resource whose name depends on itself has an unknown one.
            self._names[logical_id] = HOLE
            self._names[logical_id] = self._name(logical_id, self.stack.resources.get(logical_id))
        if shape is not None:
            return shape.generated + self.symbol(logical_id, "nodes" if shape.generated else "")
        return self._names[logical_id]

    def _name(self, logical_id: str, resource: Resource | None) -> str:
        shape = SHAPES.get(resource.type) if resource else None
        if resource is None or shape is None:
            return self.symbol(logical_id)
        if shape.name:
            given: Json = resource.properties
            for key in shape.name.split("."):
                given = given.get(key) if isinstance(given, dict) else None
            texts = self.texts(given) if given is not None else []
            if texts:
                name = texts[0] if len(texts) == 1 else HOLE
                # Secrets Manager adds a hyphen and six characters to the name.
                is_secret = resource.type == "AWS::SecretsManager::Secret"
                return f"{name}-{self.symbol(logical_id)}" if is_secret else name.lstrip("/")
        return shape.beginning(self.stack.name) + self.symbol(logical_id)

    def filled(self, form: str, logical_id: str, name: str | None = None) -> str:
        """Fill a form of :class:`Shape` for a resource."""
        resource = self.stack.resources.get(logical_id)
        shape = SHAPES.get(resource.type) if resource else None
        path = self.texts(resource.properties.get("Path", "/")) if resource else []
        if "{arn}" in form and shape:
            form = form.replace("{arn}", shape.arn)
        return (
            form.replace("{P}", self.place.partition)
            .replace("{R}", self.place.region)
            .replace("{A}", self.place.account)
            .replace("{path}", path[0] if len(path) == 1 else HOLE)
            .replace("{cidr}", self._cidr(resource))
            .replace("{other}", self.symbol(logical_id, "DefaultSecurityGroup"))
            .replace("{name}", self.name(logical_id) if name is None else name)
        )

    def _cidr(self, resource: Resource | None) -> str:
        texts = self.texts(resource.properties.get("CidrBlock")) if resource else []
        return texts[0] if len(texts) == 1 else HOLE

    def reference(self, logical_id: str) -> str:
        """What ``Ref`` of a resource returns."""
        resource = self.stack.resources[logical_id]
        if resource.type == "AWS::SecretsManager::SecretTargetAttachment":
            secret = self.texts(resource.properties.get("SecretId"))
            return secret[0] if len(secret) == 1 else HOLE
        shape = SHAPES.get(resource.type)
        return self.filled(shape.ref, logical_id) if shape else self.symbol(logical_id)

    def attribute(self, logical_id: str, attribute: str) -> str:
        """What ``Fn::GetAtt`` of a resource returns."""
        resource = self.stack.resources.get(logical_id)
        if resource is None:
            return HOLE
        if attribute.startswith("Outputs.") and logical_id in self._inner:
            return self._output(logical_id, attribute.partition(".")[2])
        shape = SHAPES.get(resource.type)
        if shape and (form := shape.attributes.get(attribute)):
            return self.filled(form, logical_id)
        if shape and attribute == "Arn":
            return self.filled(shape.arn, logical_id)
        is_custom = resource.type.startswith(("Custom::", "AWS::CloudFormation::"))
        # What a function of somebody's returns may be anything.
        return HOLE if is_custom else self.symbol(logical_id, attribute)

    def _output(self, logical_id: str, name: str) -> str:
        """An output of a nested stack."""
        inner, key = self._inner[logical_id], f"{logical_id}.{name}"
        output = inner.stack.outputs.get(name)
        if not isinstance(output, dict) or key in self._following:
            return HOLE
        self._following.add(key)
        try:
            texts = inner.texts(output.get("Value"))
        finally:
            self._following.discard(key)
        return texts[0] if len(texts) == 1 else HOLE

    # --- Values ----------------------------------------------------------------------------

    def holds(self, condition: str | None) -> bool:
        """Whether something under a condition may be there."""
        return condition is None or self._scope.condition(condition) is not False

    def texts(self, value: Json) -> list[str]:
        """All texts that a value can be; of lists, those of the items.

        Args:
            value: As the template has it.

        Returns:
            The texts; none for what comes to nothing, as ``AWS::NoValue`` does.
        """
        if value is None:
            return []
        if isinstance(value, list):
            return [text for item in value for text in self.texts(item)]
        if not isinstance(value, dict):
            return self._text(str(value))
        if len(value) != 1:
            return [HOLE]
        [(name, argument)] = value.items()
        found = self._function(name, argument)
        return found if len(found) <= MOST_ALTERNATIVES else [HOLE]

    def _text(self, text: str) -> list[str]:
        if "{{resolve:" not in text:
            return [literal(text)]
        named = _OF_PARAMETER.fullmatch(text)
        key = named.group(1) if named else ""
        return self._of_others(key, self._offered.parameters.get(key, ())) or [HOLE]

    def _function(self, name: str, argument: Json) -> list[str]:
        if name == "Ref" and isinstance(argument, str):
            return self._ref(argument)
        if name == "Fn::GetAtt" and isinstance(argument, list) and len(argument) > 1:
            return [self.attribute(str(argument[0]), ".".join(str(each) for each in argument[1:]))]
        if name == "Fn::Sub":
            return self._sub(argument)
        if name == "Fn::ImportValue":
            return self._import(argument)
        if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
            holds = self._scope.condition(str(argument[0]))
            chosen = [argument[1]] if holds is not False else []
            chosen += [argument[2]] if holds is not True else []
            return list(dict.fromkeys(text for each in chosen for text in self.texts(each)))
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
            return self._join(str(argument[0]), argument[1])
        if name == "Fn::Select" and isinstance(argument, list) and len(argument) == 2:
            items = self._items(argument[1])
            index = str(argument[0])
            if items is not None and index.isdecimal() and int(index) < len(items):
                return [items[int(index)]]
        if name == "Fn::FindInMap":
            found = self._scope.evaluate({name: argument}, ())
            if found and (found.text is not None or found.items):
                texts = [found.text, *(item.text for item in found.items)]
                return [literal(text) for text in texts if text is not None]
        if name == "Fn::Split":
            return self._items({name: argument}) or [HOLE]
        return [HOLE]

    def _ref(self, name: str) -> list[str]:
        if name == "AWS::NoValue":
            return []
        pseudo = {
            "AWS::AccountId": self.place.account,
            "AWS::Region": self.place.region,
            "AWS::Partition": self.place.partition,
            "AWS::URLSuffix": "amazonaws.com.cn"
            if self.place.partition == "aws-cn"
            else "amazonaws.com",
            "AWS::StackName": literal(self.stack.name),
        }
        if name in pseudo:
            return [pseudo[name]]
        if name in self._given:
            return self._given[name]
        if name in self.stack.resources:
            return [self.reference(name)]
        written = self.stack.parameters.get(name)
        if isinstance(written, dict) and str(written.get("Type")) in _OF_SYSTEMS_MANAGER:
            key = str(written.get("Default"))
            return self._of_others(key, self._offered.parameters.get(key, ())) or [HOLE]
        known = self._scope.parameter(name)
        if isinstance(known, str):
            return [literal(known)]
        return [literal(each) for each in known] if isinstance(known, list) else [HOLE]

    def _items(self, value: Json) -> list[str] | None:
        """The items of a list that is put together or split by functions."""
        if isinstance(value, dict) and len(value) == 1 and "Fn::Split" in value:
            argument = value["Fn::Split"]
            if not isinstance(argument, list) or len(argument) != 2 or not argument[0]:
                return None
            texts = self.texts(argument[1])
            return texts[0].split(str(argument[0])) if len(texts) == 1 else None
        if isinstance(value, list):
            found = [self.texts(item) for item in value]
            return [texts[0] if len(texts) == 1 else HOLE for texts in found]
        return None

    def _join(self, separator: str, value: Json) -> list[str]:
        if not isinstance(value, list):
            items = self._items(value)
            return [separator.join(items)] if items is not None else [HOLE]
        joined = [""]
        for index, item in enumerate(value):
            texts = self.texts(item)
            between = separator if index else ""
            joined = [f"{start}{between}{text}" for start in joined for text in texts]
            if len(joined) > MOST_ALTERNATIVES:
                return [HOLE]
        return joined

    def _sub(self, argument: Json) -> list[str]:
        variables: Json = {}
        if isinstance(argument, list) and len(argument) == 2:
            argument, variables = argument
        if not isinstance(argument, str) or not isinstance(variables, dict):
            return [HOLE]
        parts: list[Json] = []
        rest = argument
        while "${" in rest:
            start, _, rest = rest.partition("${")
            name, _, rest = rest.partition("}")
            if name.startswith("!"):
                parts += [start, f"${{{name[1:]}}}"]
                continue
            name = name.strip()
            logical_id, dot, attribute = name.partition(".")
            value = {"Fn::GetAtt": [logical_id, attribute]} if dot else {"Ref": name}
            parts += [start, variables.get(name, value)]
        return self._join("", [*parts, rest])

    def _import(self, name: Json) -> list[str]:
        for key in dict.fromkeys((export_key(name), *self.texts(name))):
            found = self._of_others(key, self._offered.exports.get(key, ()))
            if found is not None:
                return found
        return [HOLE]

    def _of_others(self, key: str, offers: Sequence[tuple[Naming, Json]]) -> list[str] | None:
        """What another stack has for others under a name; None if that is not known."""
        offers = _near(offers, self.place)
        if len(offers) != 1 or key in self._following:
            return None
        [(other, value)] = offers
        self._following.add(key)
        try:
            return other.texts(value)
        finally:
            self._following.discard(key)
