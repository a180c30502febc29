"""What all stacks of an environment have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from constructs import Construct

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.tags import ENVIRONMENT_TAG, TENANT_TAG, TIER_TAG
from emr_platform.tenants.tenancy import Tenancy


@dataclass(frozen=True, slots=True)
class Deletion:
    """What may be deleted along with an environment.

    Attributes:
        stacks: Whether its stacks may be deleted.
        data: Whether deleting them may take data along: buckets, keys, databases, logs.
    """

    stacks: bool
    data: bool

    @classmethod
    def of(cls, spec: EnvironmentSpec, *, destroy_data: bool) -> Deletion:
        """Put the two keys together: the file's ``protection``, and the flag of the command line.

        Args:
            spec: The environment.
            destroy_data: Whether the command line named this environment's data to be destroyed.
        """
        unprotected = spec.protection == "destroy"
        return cls(stacks=unprotected, data=unprotected and destroy_data)

    @property
    def data_policy(self) -> RemovalPolicy:
        """What becomes of whatever holds data when its stack is deleted."""
        # What a failed first deployment made is empty: it need not be kept.
        return RemovalPolicy.DESTROY if self.data else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


def environment_tags(spec: EnvironmentSpec, tenancy: Tenancy | None = None) -> dict[str, str]:
    """The tags of everything in an environment.

    Those of the platform say which environment it is, whose, and of which tier: costs are allocated and access is
    granted by them, so that nothing that an environment or a cluster says of itself overrides them.

    Args:
        spec: The environment.
        tenancy: Who it is for. Default: nobody, the environment has a file of its own.
    """
    tags = {**spec.tags, ENVIRONMENT_TAG: spec.name}
    if tenancy:
        tags[TIER_TAG] = tenancy.tier
        if tenancy.tenant:
            tags[TENANT_TAG] = tenancy.tenant
    return tags


class EnvironmentStack(Stack):
    """A stack of an environment, protected from deletion as the environment says."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        deletion: Deletion,
        description: str,
        tenancy: Tenancy | None = None,
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id; with the environment's name in front it is the stack's name.
            environment: The environment.
            deletion: What may be deleted.
            description: What the stack is for, without the environment's name.
            tenancy: Who the environment is for; None for one that has a file of its own.
        """
        super().__init__(
            scope,
            id,
            description=f"{description} of the EMR environment {environment.name}",
            termination_protection=not deletion.stacks,
            tags=environment_tags(environment, tenancy),
        )

    def offer(self, *values: str) -> None:
        """Export values for other stacks of the environment, whether or not one uses them now.

        Otherwise the CDK exports what is used. Removing a cluster from the file would then drop exports that the
        deployed cluster still uses, and CloudFormation would refuse the whole deployment.

        Args:
            values: Attributes of resources of this stack.
        """
        for value in values:
            self.export_value(value)

    def output(self, name: str, value: str, description: str) -> None:
        """Publish a value of the stack for people and scripts.

        Args:
            name: Name of the output in the template, in Pascal case.
            value: The value, usually a token.
            description: What the value is.
        """
        # Right below the stack, the id is the logical id.
        CfnOutput(self, name, value=value, description=description)

    def output_each(self, name: str, values: Mapping[str, str], description: str) -> None:
        """Publish a value for each of several things that have names.

        Args:
            name: What the names of the outputs begin with, in Pascal case; ``DataBucket`` for ``DataBucketInput``.
            values: The values by the names of the things, as the environment file has them: ``input``.
            description: What the values are, without the names.
        """
        alike = Counter(map(_without_hyphens, values))
        for each, value in values.items():
            pascal = _without_hyphens(each)
            # Names of outputs have no hyphens, so a-1 and a1 would be one.
            digest = sha256(each.encode()).hexdigest()[:8] if alike[pascal] > 1 else ""
            self.output(f"{name}{pascal}{digest}", value, f"{description} {each}")


def _without_hyphens(name: str) -> str:
    return name.title().replace("-", "")
