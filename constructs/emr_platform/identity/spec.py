"""What a user may declare about IAM roles and shell access."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emr_platform.network.spec import Cidr
from emr_platform.spec import Items, SpecModel, TextMatching


class IdentitySpec(SpecModel):
    """How the environment's IAM roles are made."""

    permissions_boundary: (
        Annotated[
            str,
            TextMatching(
                r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "the ARN of an IAM policy"
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="ARN of the IAM policy that bounds every role. Left out: no boundary.",
    )
    role_path: Annotated[
        str, TextMatching(r"/|/[\x21-\x7e]{1,510}/", "an IAM path, starting and ending with /")
    ] = Field(
        default="/",
        description="IAM path of the clusters' roles, starting and ending with a slash.",
    )


class SshSpec(SpecModel):
    """SSH access to cluster nodes: an existing key pair, or a public key to import."""

    key_pair: (
        Annotated[str, TextMatching(r"[\x20-\x7e]{1,255}", "the name of a key pair")] | None
    ) = Field(default=None, description="Name of an EC2 key pair that exists in the region.")
    public_key: (
        Annotated[
            str,
            TextMatching(
                r"(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( \S.*)?", "ssh-ed25519 … or ssh-rsa …"
            ),
        ]
        | None
    ) = Field(default=None, description="OpenSSH public key to import as a key pair.")
    allow_from: Items[Cidr] = Field(
        default=(),
        description="Address ranges that may connect to port 22 of primary nodes. Left out: none.",
    )

    @model_validator(mode="after")
    def _one_key(self) -> SshSpec:
        if (self.key_pair is None) == (self.public_key is None):
            raise PydanticCustomError(
                "one_of",
                "{found} of key_pair and public_key is given",
                {
                    "found": "neither" if self.key_pair is None else "both",
                    "allowed": "exactly one of key_pair and public_key",
                    "choices": "key_pair public_key",
                },
            )
        return self
