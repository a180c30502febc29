"""What stands in the way of an import: all of it at once, each thing with its place."""

import pytest

from emr_platform.importers.edx import ImportOptions, import_cluster_file
from emr_platform.importers.edx.problems import EDX_PROBLEMS
from emr_platform.problems import InvalidSpecError, Problem

MINIMAL = """\
name: etl
release_label: emr-7.12.0
instance_groups:
  master: {type: m6g.xlarge, num_instances: 1}
"""


def problems(text: str, **options: str) -> list[Problem]:
    with pytest.raises(InvalidSpecError) as caught:
        import_cluster_file(
            text,
            file="cluster.yml",
            target="etl.yaml",
            options=ImportOptions(**options),  # type: ignore[arg-type]
        )
    return list(caught.value.problems)


def one(text: str, **options: str) -> str:
    (problem,) = problems(text, **options)
    return str(problem)


def test_the_smallest_file_can_be_imported() -> None:
    imported = import_cluster_file(MINIMAL, file="cluster.yml", target="etl.yaml")
    assert "release: emr-7.12.0" in imported.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [a", "cluster.yml:1:7  EMR-FILE-004\n  the list that begins here has no ]"),
        ("", "cluster.yml:1:1  EMR-FILE-005\n  the file is empty\n  allowed: name: …, release"),
        ("- a", "cluster.yml:1:1  EMR-EDX-001\n  the file is not a mapping"),
        ("just text", "cluster.yml:1:1  EMR-EDX-001\n  the file is not a mapping"),
        (
            MINIMAL.replace("release_label: emr-7.12.0\n", ""),
            "cluster.yml:1:1  EMR-EDX-002\n  release_label is missing\n"
            "  allowed: release_label: …, or --release, a release label such as emr-7.12.0",
        ),
        (
            MINIMAL.replace("name: etl\n", ""),
            "cluster.yml:1:1  EMR-EDX-002\n  name is missing",
        ),
        (
            MINIMAL.replace("emr-7.12.0", "7.12"),
            "cluster.yml:2:16  release_label  EMR-EDX-004\n  found '7.12'",
        ),
        (
            MINIMAL.replace("emr-7.12.0", "[emr-7.12.0]"),
            "cluster.yml:2:16  release_label  EMR-EDX-003\n  found a list\n"
            "  allowed: one text or number",
        ),
        (
            "name: etl\nrelease_label: emr-7.12.0\n",
            "cluster.yml:1:1  EMR-EDX-002\n  instance_groups is missing",
        ),
        (
            "name: etl\nrelease_label: emr-7.12.0\ninstance_groups: {core: {type: m6g.xlarge, "
            "num_instances: 2}}",
            "cluster.yml:3:18  instance_groups  EMR-EDX-002\n  there is no master group",
        ),
        (
            "name: etl\nrelease_label: emr-7.12.0\ninstance_fleets: {master: {}}",
            "cluster.yml:3:18  instance_fleets  EMR-EDX-007\n"
            "  instance fleets cannot be carried over\n  allowed: instance_groups",
        ),
        (
            MINIMAL + "  core: {type: m6g.xlarge}\n",
            "cluster.yml:5:9  instance_groups.core  EMR-EDX-002\n  num_instances is missing",
        ),
        (
            MINIMAL + "  core: {type: m6g.xlarge, num_instances: many}\n",
            "cluster.yml:5:43  instance_groups.core.num_instances  EMR-EDX-004\n  found 'many'\n"
            "  allowed: a whole number from 0 on",
        ),
        (
            MINIMAL + "  core: {num_instances: 1}\n",
            "cluster.yml:5:9  instance_groups.core  EMR-EDX-002\n  type is missing",
        ),
        (
            MINIMAL + "  core: {type: m6g.xlarge, num_instances: 1, market: CHEAP}\n",
            "cluster.yml:5:54  instance_groups.core.market  EMR-EDX-004\n  found 'CHEAP'\n"
            "  allowed: ON_DEMAND or SPOT",
        ),
        (
            MINIMAL + "  core: {type: m6g.xlarge, num_instances: 1, market: SPOT, bidprice: low}\n",
            "cluster.yml:5:70  instance_groups.core.bidprice  EMR-EDX-004\n  found 'low'",
        ),
        (
            MINIMAL + "steps: [{type: script, name: x}]\n",
            "cluster.yml:5:9  steps[0]  EMR-EDX-002\n  the step does not say what to run",
        ),
        (
            MINIMAL + "steps: [{step_args: [s3://bucket/x], action_on_failure: EXPLODE}]\n",
            "cluster.yml:5:57  steps[0].action_on_failure  EMR-EDX-004\n  found 'EXPLODE'\n"
            "  allowed: TERMINATE_JOB_FLOW, TERMINATE_CLUSTER, CANCEL_AND_WAIT, CONTINUE",
        ),
        (
            MINIMAL + "steps: {a: b}\n",
            "cluster.yml:5:8  steps  EMR-EDX-003\n  found a mapping\n"
            "  allowed: a list, [first, second]",
        ),
        (
            MINIMAL + "configurations: [{properties: {a: b}}]\n",
            "cluster.yml:5:18  configurations[0]  EMR-EDX-002\n  classification is missing",
        ),
        (
            MINIMAL + "log_uri: /var/log\n",
            "cluster.yml:5:10  log_uri  EMR-EDX-004\n  found '/var/log'",
        ),
        (
            MINIMAL + "additional_master_security_groups: [<your group>]\n",
            "cluster.yml:5:37  additional_master_security_groups[0]  EMR-EDX-005\n"
            "  <your group> is a placeholder\n"
            "  allowed: --replace '<your group>=…', or the value itself in the file",
        ),
        (
            MINIMAL.replace("1}", '"{{ master_instance_num }}"}'),
            "cluster.yml:4:45  instance_groups.master.num_instances  EMR-EDX-005\n"
            "  {{ master_instance_num }} is a placeholder",
        ),
    ],
)
def test_a_problem_says_where_what_and_what_is_allowed(text: str, expected: str) -> None:
    assert expected in one(text)


def test_what_only_validation_finds_is_shown_in_the_cluster_file() -> None:
    text = MINIMAL + "additional_master_security_groups: [my-group]\n"
    (problem,) = problems(text)
    assert str(problem.location) == "cluster.yml:5:36"
    assert "my-group" in problem.message


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = """\
name: <name>
vpc_subnet_id: <subnet>
release_label: latest
instance_groups: {master: {num_instances: <n>}}
steps: [{step_args: ["s3://<bucket>/x", "s3://<bucket>"]}]
"""
    assert [(p.rule_id, p.location and p.location.line) for p in problems(text)] == [
        ("EMR-EDX-005", 1),
        ("EMR-EDX-004", 3),
        ("EMR-EDX-002", 4),
        ("EMR-EDX-005", 4),
        ("EMR-EDX-005", 5),
        ("EMR-EDX-005", 5),
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"name": "My Environment"}, "--name: found 'My Environment'"),
        ({"region": "Ireland"}, "--region: found 'Ireland'"),
        ({"release": "newest"}, "--release: found 'newest'"),
        ({"vpc_id": "vpc-01234567"}, "--vpc-id: says nothing without --vpc-cidr"),
        ({"vpc_cidr": "10.0.0.0/16"}, "--vpc-cidr: says nothing without --vpc-id"),
        (
            {"vpc_id": "vpc-01234567", "vpc_cidr": "10.0.0.0/16"},
            "--vpc-id: the cluster file names no subnets",
        ),
    ],
)
def test_options_that_do_not_fit(options: dict[str, str], expected: str) -> None:
    assert expected in one(MINIMAL, **options)


def test_a_replacement_that_replaces_nothing_is_a_mistake() -> None:
    with pytest.raises(InvalidSpecError, match="--replace: the file has no <bukcet>"):
        import_cluster_file(
            MINIMAL,
            file="cluster.yml",
            target="etl.yaml",
            options=ImportOptions(replacements={"<bukcet>": "mine"}),
        )


def test_ids_of_subnets_are_checked_where_they_are_used() -> None:
    text = MINIMAL + "vpc_subnet_id: [subnet-0123456789abcdef0, subnet-x]\n"
    import_cluster_file(text, file="cluster.yml", target="etl.yaml")
    found = one(text, vpc_id="vpc-01234567", vpc_cidr="10.0.0.0/16")
    assert "cluster.yml:5:43  vpc_subnet_id[1]  EMR-EDX-004\n  found 'subnet-x'" in found


def test_every_kind_of_problem_has_its_own_number() -> None:
    assert [kind.id for kind in EDX_PROBLEMS] == [f"EMR-EDX-{n:03}" for n in range(1, 8)]
