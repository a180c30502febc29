"""What ``deployment.yaml`` may say of a pipeline on AWS."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from emr_platform.spec import Items, Name, SpecModel, TextMatching

Branch = Annotated[str, TextMatching(r"[A-Za-z0-9._/-]{1,255}", "the name of a branch")]

NamePattern = Annotated[
    str,
    TextMatching(r"[a-z0-9*?-]{1,64}", "the name of an environment, in which * and ? may stand"),
]


class ConnectionSourceSpec(SpecModel):
    """A repository at GitHub, GitLab or Bitbucket, through a connection of AWS CodeConnections."""

    connection_arn: Annotated[
        str,
        TextMatching(
            r"arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection/[0-9a-f-]{36}",
            "the ARN of a connection",
        ),
    ] = Field(description="ARN of the connection.")
    repository: Annotated[
        str, TextMatching(r"[\w.-]+(/[\w.-]+)+", "a repository with its owner: owner/name")
    ] = Field(description="The repository with its owner: owner/name.")
    branch: Branch = Field(default="main", description="The branch that is deployed.")


class CodeCommitSourceSpec(SpecModel):
    """A repository of AWS CodeCommit, in the account and region of the pipeline."""

    codecommit: Annotated[str, TextMatching(r"[\w.-]{1,100}", "the name of a repository")] = Field(
        description="Name of the repository."
    )
    branch: Branch = Field(default="main", description="The branch that is deployed.")


class BucketSourceSpec(SpecModel):
    """A ZIP archive in a versioned S3 bucket, which something else puts there."""

    bucket: Annotated[
        str, TextMatching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket")
    ] = Field(description="Name of the bucket. It must be versioned.")
    key: Annotated[str, Field(min_length=1, max_length=1024)] = Field(
        description="Key of the archive, for example environments.zip."
    )


def _kind(value: Any) -> str:
    """Tell the forms apart by the keys that only one of them has; their names are no keys themselves."""
    for kind, form, key in (
        ("CodeCommit", CodeCommitSourceSpec, "codecommit"),
        ("S3 archive", BucketSourceSpec, "bucket"),
    ):
        if isinstance(value, form) or (isinstance(value, dict) and key in value):
            return kind
    return "connection"


SourceSpec = Annotated[
    Annotated[ConnectionSourceSpec, Tag("connection")]
    | Annotated[CodeCommitSourceSpec, Tag("CodeCommit")]
    | Annotated[BucketSourceSpec, Tag("S3 archive")],
    Discriminator(_kind),
]
"""Where the project comes from: a connection, CodeCommit, or an archive in a bucket."""


class PipelineSpec(SpecModel):
    """A pipeline of AWS CodePipeline that deploys environments, and itself."""

    name: Name = Field(
        default="environments",
        description="Name of the pipeline; the first part of its stack's name.",
    )
    account: Annotated[str, TextMatching(r"\d{12}", "twelve digits")] = Field(
        description="AWS account of the pipeline, twelve digits in quotes. "
        "Environments without an account are deployed there, too."
    )
    region: Annotated[
        str, TextMatching(r"[a-z]{2,4}(-[a-z]+)+-\d", "a region such as eu-west-1")
    ] = Field(description="AWS region of the pipeline.")
    source: SourceSpec = Field(description="Where the project comes from.")
    environments: Items[NamePattern] = Field(
        default=("*",),
        min_length=1,
        description="Environments that it deploys, by names in which * and ? may stand. Left out: all.",
    )
    allow: Items[Annotated[str, Field(min_length=1, max_length=255)]] = Field(
        default=(),
        description="Logical ids or types of resources that may be replaced or lost, as for "
        "emr-platform changes. Left out: none; the pipeline stops.",
    )
