"""What the parts of a security configuration share: their base model and value types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AliasChoices, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from emr_platform.spec import PARENTHESES_IN_PAIRS, SpecModel, TextMatching


class PartSpec(SpecModel):
    """A part that EMR's own JSON document has as well, whose spelling of the keys is taken too."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)


def spelt(name: str, *emr: str) -> AliasChoices:
    """The spellings of a key: the file's, and those of EMR's document."""
    return AliasChoices(name, *emr)


@dataclass(frozen=True, eq=False)
class EmrWords:
    """Metadata for ``Annotated[Literal[...], ...]``: EMR's words for choices are taken as well.

    Attributes:
        ours: Our word by EMR's.
    """

    ours: Mapping[str, str]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_before_validator_function(self._our_word, handler(source))

    def _our_word(self, value: Any) -> Any:
        return self.ours.get(value, value) if isinstance(value, str) else value


S3Object = Annotated[
    str,
    TextMatching(
        r"(s3://[a-z0-9][a-z0-9.-]+|bucket://[a-z0-9-]+|arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]+)/\S*[^\s/]",
        "s3://bucket/key, bucket://name/key or arn:aws:s3:::bucket/key",
    ),
]
"""An object in S3. EMR takes URIs and ARNs."""

SecretArn = Annotated[
    str,
    TextMatching(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}",
        "the ARN of a secret of Secrets Manager",
    ),
]
"""The ARN of a secret, with or without the six characters that Secrets Manager puts at the end."""

RoleArn = Annotated[
    str,
    TextMatching(r"arn:aws[a-z-]*:iam::\d{12}:role/[\x21-\x7e]{1,576}", "the ARN of an IAM role"),
]
"""The ARN of an IAM role."""

RolePath = Annotated[
    str,
    TextMatching(
        PARENTHESES_IN_PAIRS + r"/[\x21-)+->@-Z\\^-z|~]{1,509}/",
        "an IAM path below /, starting and ending with a slash, without * ? [ ] { }, "
        "and with ( and ) in pairs",
    ),
]
"""The IAM path of some roles, of which it is the beginning."""

JavaClass = Annotated[
    str,
    TextMatching(
        r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*", "the full name of a Java class, com.example.Name"
    ),
]
"""The full name of a Java class."""

KerberosRealm = Annotated[
    str, TextMatching(r"[^\s/@:]{1,256}", "the name of a Kerberos realm, such as EC2.INTERNAL")
]
"""The name of a Kerberos realm; by convention a domain name in upper case."""

DomainName = Annotated[
    str,
    TextMatching(
        r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*",
        "a domain name, such as ad.example.com",
    ),
]
"""A domain name, or the name or IPv4 address of a host."""

Server = Annotated[
    str,
    TextMatching(
        r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?",
        "the name or address of a server, with its port where it is not the usual one",
    ),
]
"""A server by name or address, perhaps with a port."""
