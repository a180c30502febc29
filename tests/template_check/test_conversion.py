"""Clusters of templates as declarations: the inverse of what our own templates are made of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emr_platform.cluster import ClusterSpec
from emr_platform.cluster.cloudformation import cluster_properties
from emr_platform.cluster.request import ClusterSurroundings, run_job_flow_request
from emr_platform.template_check.conversion.cluster import declaration
from emr_platform.template_check.filling import Filled, Filling
from emr_platform.template_check.template import templates
from emr_platform.templates.model import stack_of
from tests.cluster.test_request import everything, everything_in_fleets
from tests.strategies import clusters

# Fields that are the same again; of others, what is rendered of them is compared.
THE_SAME = (
    "release",
    "lifecycle",
    "step_concurrency",
    "idle_timeout_minutes",
    "log_encryption_key_arn",
    "root_volume",
    "ami_id",
    "os_release",
    "placement_group",
    "unhealthy_node_replacement",
    "scale_down_behavior",
    "visible_to_all_users",
    "additional_security_groups",
)


class Secrets(dict[str, str]):
    """A secret for every name that is asked for."""

    def __missing__(self, name: str) -> str:
        return f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf"


def surroundings(spec: ClusterSpec) -> ClusterSurroundings:
    return ClusterSurroundings(
        name="prod-etl",
        region="eu-west-1",
        subnet_ids=["subnet-0123456789abcdef0"],
        instance_profile="nodes",
        service_role="arn:aws:iam::111122223333:role/emr",
        log_uri="s3://logs/prod-etl/",
        primary_security_group="sg-1",
        core_and_task_security_group="sg-2",
        buckets={name: f"bucket-{name}" for name in ("input", "output", "lake", "logs", "config")},
        secrets=Secrets(),
        hosts={"result-store": "db.example.com"},
        resolve_script=lambda script: script if "://" in script else f"s3://config/{script}",
        termination_protection=bool(spec.termination_protection),
    )


def properties(spec: ClusterSpec) -> dict[str, Any]:
    return cluster_properties(run_job_flow_request(spec, surroundings(spec)))


def declared(content: dict[str, Any], *attached: tuple[str, dict[str, Any]]) -> Filled:
    """The declaration of a cluster with some properties."""
    resources = {"Cluster": {"Type": "AWS::EMR::Cluster", "Properties": content}}
    for position, (type, more) in enumerate(attached):
        resources[f"R{position}"] = {"Type": type, "Properties": more}
    stack = stack_of({"Resources": resources}, name="t", place="t")
    [(_, template)] = templates(stack)
    cluster = template.resources["Cluster"]
    attached_ones = template.attached.get("Cluster", ())
    configuration = template.security_configuration(cluster)
    return Filling(declaration(cluster, attached_ones, configuration)).fill(0)


def comparable(rendered: dict[str, Any]) -> dict[str, Any]:
    """Properties without the platform's own tags, and without numbers that a template has as text."""
    return {name: rendered[name] for name in rendered if name not in ("Tags", "AdditionalInfo")}


def assert_inverse(spec: ClusterSpec) -> None:
    rendered = properties(spec)
    filled = declared(rendered)
    assert filled.guessed == frozenset()
    again = ClusterSpec.model_validate(filled.data)
    assert comparable(properties(again)) == comparable(rendered)
    assert dict(again.tags).items() >= dict(spec.tags).items()
    assert (again.additional_info or {}).keys() == (spec.additional_info or {}).keys()
    for name in THE_SAME:
        assert getattr(again, name) == getattr(spec, name), name


@given(
    st.data(),
    st.sampled_from([[], ["input", "lake"]]),
)
@settings(max_examples=25, deadline=None)
def test_declaration_is_the_inverse_of_rendering(data: Any, buckets: list[str]) -> None:
    content = data.draw(clusters(subnets=2, data_buckets=buckets, result_store=False))
    assert_inverse(ClusterSpec.model_validate(content))


@pytest.mark.parametrize("spec", [everything(), everything_in_fleets()], ids=["groups", "fleets"])
def test_declaration_of_every_setting(spec: ClusterSpec) -> None:
    assert_inverse(spec)
