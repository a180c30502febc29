"""The stack of an environment's imported SSH key."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from emr_platform.environment.spec import EnvironmentSpec
from stacks.base import Deletion, EnvironmentStack


class SshKeyStack(EnvironmentStack):
    """A key pair made of a public key. It has a stack of its own because it outlives any cluster that uses it.

    Attributes:
        key_pair: The key pair.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        public_key: str,
        deletion: Deletion,
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id.
            environment: The environment.
            public_key: The public key in OpenSSH's format.
            deletion: What may be deleted.
        """
        super().__init__(
            scope, id, environment=environment, deletion=deletion, description="SSH key"
        )
        self.key_pair = ec2.KeyPair(self, "SshKey", public_key_material=public_key)
        self.offer(self.key_pair.key_pair_name)
