"""Parts that were read before stand for the same parts of other documents, and for no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from emr_platform.environment.known_parts import KnownParts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode, Node, plain
from emr_platform.tenants.layers import merged

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in ("environments", "tests/examples", "tests/importers")
    for file in (ROOT / folder).rglob("*.yaml")
)

DOCUMENT = """\
name: dev
region: us-east-1
storage: {data: {input: {}, output: {infrequent_access_after_days: 90}}}
clusters:
  etl:
    release: emr-7.12.0
    core: {type: m6g.xlarge, count: 2, ebs: {size_gib: 64}}
    task: {spot: {type: m6g.xlarge, count: 1, market: spot}}
    configurations: {hdfs-site: {dfs.replication: 1}}
    steps: [{name: smoke-test, script: s3://bucket/test.sh, args: [a]}]
"""


def node(text: str) -> Node:
    root, problems = parse(text, "dev.yaml")
    assert root is not None
    assert problems == []
    return root


def checked(known: KnownParts, root: Node) -> EnvironmentSpec:
    spec = EnvironmentSpec.model_validate(known.document(root))
    known.keep(root, spec)
    return spec


def test_parts_that_say_the_same_are_the_same() -> None:
    known = KnownParts()
    first = checked(known, node(DOCUMENT))
    second = checked(known, node(DOCUMENT.replace("dev", "prod").replace("  etl:", "  adhoc:")))

    assert second.clusters["adhoc"] is first.clusters["etl"]
    assert second.storage is first.storage


def test_parts_of_clusters_that_differ_elsewhere_are_the_same() -> None:
    known = KnownParts()
    first = checked(known, node(DOCUMENT)).clusters["etl"]
    second = checked(known, node(DOCUMENT.replace("size_gib: 64", "size_gib: 65"))).clusters["etl"]

    assert second.core != first.core
    assert second.task["spot"] is first.task["spot"]
    assert second.configurations is first.configurations
    assert second.steps[0] is first.steps[0]
    assert second.primary == first.primary


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("size_gib: 64", "size_gib: 65"),
        ("count: 1", "count: 2"),
        ("dfs.replication: 1}", "dfs.replication: 1.0}"),
        ("dfs.replication: 1}", "dfs.replication: 1.00}"),
        ("dfs.replication: 1}", "dfs.replication: '1.0'}"),
        ("dfs.replication: 1}", "dfs.replication: true}"),
        ("dfs.replication: 1}", "dfs.replication: 0x1}"),
        ("hdfs-site", "yarn-site"),
        ("args: [a]", "args: [b]"),
        ("args: [a]", "args: [a, a]"),
        ("infrequent_access_after_days: 90", "infrequent_access_after_days: 91"),
        ("storage:", "identity: {}\nstorage:"),
    ],
)
def test_parts_that_look_alike_are_told_apart(before: str, after: str) -> None:
    assert before in DOCUMENT
    known = KnownParts()
    documents = [node(DOCUMENT), node(DOCUMENT.replace(before, after))]
    for document in [*documents, *documents]:
        assert checked(known, document) == EnvironmentSpec.model_validate(plain(document))


def test_what_was_sound_at_another_key_is_checked() -> None:
    known = KnownParts()
    shared = DOCUMENT.replace("core: {", "core: &nodes {")
    checked(known, node(shared))

    document = known.document(node(f"{shared}    scaling: *nodes\n"))

    with pytest.raises(ValidationError) as caught:
        EnvironmentSpec.model_validate(document)
    assert {error["loc"][:3] for error in caught.value.errors()} == {("clusters", "etl", "scaling")}


def test_every_kind_of_part_may_stand_for_its_text() -> None:
    """A spec that is put in place of what it was made from makes the same environment."""
    known = KnownParts()
    compared = 0
    for file in FILES:
        root, _ = parse(file.read_text(encoding="utf-8"), str(file))
        assert isinstance(root, MappingNode)
        try:
            known.keep(root, EnvironmentSpec.model_validate(plain(root)))
        except ValidationError:
            continue  # a template, a tenants file, or an example of what is wrong
        clusters = plain(root).get("clusters", {})
        # No cluster is known as a whole any more, but all that it has is.
        over = node(str({"clusters": {name: {"visible_to_all_users": False} for name in clusters}}))
        assert isinstance(over, MappingNode)
        changed = merged(root, over)
        document = known.document(changed)

        assert all(isinstance(cluster, dict) for cluster in document.get("clusters", {}).values())
        expected = EnvironmentSpec.model_validate(plain(changed))
        assert EnvironmentSpec.model_validate(document) == expected
        compared += len(clusters)
    assert compared > 100
