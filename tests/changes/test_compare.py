import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from emr_platform.changes.behaviour import Effect
from emr_platform.changes.compare import compare, matched
from emr_platform.changes.holdings import Fate
from emr_platform.changes.model import Comparison, Kind, ResourceChange
from emr_platform.templates.model import Source, Stack, TemplateError, stack_of

Json = Any


def bucket(name: str | None = None, **attributes: Json) -> Json:
    properties = {"BucketName": name} if name else {}
    return {"Type": "AWS::S3::Bucket", "Properties": properties, **attributes}


def database(engine: str = "mysql", name: str = "etl", **attributes: Json) -> Json:
    properties = {"Engine": engine, "DBName": name, "MasterUserPassword": "hunter2"}
    return {"Type": "AWS::RDS::DBInstance", "Properties": properties, **attributes}


def cluster(release: str = "emr-7.12.0", *, protected: bool = False, **properties: Json) -> Json:
    return {
        "Type": "AWS::EMR::Cluster",
        "Properties": {
            "ReleaseLabel": release,
            "Instances": {"TerminationProtected": protected},
            **properties,
        },
    }


def stack(name: str = "s", sections: Mapping[str, Json] | None = None, **resources: Json) -> Stack:
    return stack_of({**(sections or {}), "Resources": resources}, name=name, place=name)


def compared(before: Mapping[str, Json], after: Mapping[str, Json], **options: Any) -> Comparison:
    return compare({"s": stack(**before)}, {"s": stack(**after)}, **options)


def only(comparison: Comparison) -> ResourceChange:
    [change] = [
        change
        for each in comparison.stacks
        for change in each.resources
        if change.kind is not Kind.UNCHANGED
    ]
    return change


def kinds(comparison: Comparison) -> dict[str, Kind]:
    return {change.logical_id: change.kind for s in comparison.stacks for change in s.resources}


def test_same_templates_change_nothing() -> None:
    same = {"A": bucket("a"), "C": cluster()}
    comparison = compared(same, json.loads(json.dumps(same)))
    assert kinds(comparison) == {"A": Kind.UNCHANGED, "C": Kind.UNCHANGED}
    assert comparison.stopping == ()


def test_metadata_and_dependencies_change_nothing() -> None:
    after = {"A": bucket(Metadata={"a": 1}, DependsOn="B"), "B": bucket()}
    assert kinds(compared({"A": bucket(), "B": bucket()}, after)) == dict.fromkeys(
        "AB", Kind.UNCHANGED
    )


def test_added_resources_and_stacks_stop_nothing() -> None:
    comparison = compare({}, {"s": stack(A=bucket())})
    assert comparison.stacks[0].is_new
    assert only(comparison).kind is Kind.ADDED
    assert comparison.stopping == ()


def test_stack_that_is_not_deployed_stays() -> None:
    comparison = compare({"s": stack(A=bucket())}, {})
    assert comparison.stacks[0].is_left
    assert comparison.stopping == ()


@pytest.mark.parametrize(
    ("resource", "fate", "lost"),
    [
        (bucket(), Fate.DELETED, ("the objects in the bucket",)),
        (bucket(DeletionPolicy="Delete"), Fate.DELETED, ("the objects in the bucket",)),
        (bucket(DeletionPolicy="Retain"), Fate.KEPT, ()),
        (bucket(DeletionPolicy="RetainExceptOnCreate"), Fate.KEPT, ()),
        # What cannot be had is no excuse: a bucket has no snapshots.
        (bucket(DeletionPolicy="Snapshot"), Fate.DELETED, ("the objects in the bucket",)),
        (database(), Fate.SNAPSHOT, ()),
        (database(DeletionPolicy="Delete"), Fate.DELETED, ("the database",)),
        ({"Type": "AWS::RDS::DBCluster"}, Fate.SNAPSHOT, ()),
        (
            {"Type": "AWS::RDS::DBInstance", "Properties": {"DBClusterIdentifier": "c"}},
            Fate.DELETED,
            (),
        ),
        ({"Type": "AWS::IAM::Role"}, Fate.DELETED, ()),
    ],
)
def test_removed_resource(resource: Json, fate: Fate, lost: tuple[str, ...]) -> None:
    change = only(compared({"A": resource}, {}))
    assert (change.kind, change.fate, change.lost) == (Kind.REMOVED, fate, lost)
    assert change.stops is (fate is not Fate.KEPT and resource["Type"] != "AWS::IAM::Role")


def test_policy_of_deployed_template_decides_on_removal_not_that_of_replacement() -> None:
    assert only(compared({"A": bucket(UpdateReplacePolicy="Retain")}, {})).fate is Fate.DELETED


@pytest.mark.parametrize(
    ("old", "new", "fate"),
    [
        (None, None, Fate.DELETED),
        ("Retain", "Retain", Fate.KEPT),
        ("Retain", None, Fate.DELETED),
        ("Delete", "Retain", Fate.DELETED),
        ("Snapshot", "Snapshot", Fate.SNAPSHOT),
        ("Snapshot", "Retain", Fate.SNAPSHOT),
    ],
)
def test_replaced_database(old: str | None, new: str | None, fate: Fate) -> None:
    # The default of DeletionPolicy, a snapshot, is not that of UpdateReplacePolicy.
    before, after = database(DeletionPolicy="Retain"), database(name="x", DeletionPolicy="Retain")
    before |= {"UpdateReplacePolicy": old} if old else {}
    after |= {"UpdateReplacePolicy": new} if new else {}
    change = only(compared({"A": before}, {"A": after}))
    assert (change.kind, change.fate) == (Kind.REPLACED, fate)
    assert change.lost == (("the database",) if fate is Fate.DELETED else ())
    assert change.stops
    assert ("the templates differ in UpdateReplacePolicy" in str(change.notes)) is (old != new)


def test_conditional_property_may_replace() -> None:
    change = only(compared({"A": database()}, {"A": database(engine="mariadb")}))
    assert change.kind is Kind.MAY_BE_REPLACED
    assert change.stops


def test_secrets_are_not_shown() -> None:
    after = database()
    after["Properties"] = {**after["Properties"], "MasterUserPassword": "correct horse"}
    [place] = only(compared({"A": database()}, {"A": after})).properties
    assert (place.path, place.before, place.after) == (
        "MasterUserPassword",
        "(not shown)",
        "(not shown)",
    )


def test_bucket_with_a_name_cannot_be_replaced_under_it() -> None:
    before, after = bucket("a"), bucket("a")
    before["Properties"] = {"BucketName": "a", "BucketNamespace": "global"}
    change = only(compared({"A": before}, {"A": after}))
    assert change.kind is Kind.REPLACED
    assert "refuses to replace it while its BucketName stays a" in str(change.notes)
    renamed = only(compared({"A": bucket("a")}, {"A": bucket("b")}))
    assert "refuses" not in str(renamed.notes)


def test_changed_type_is_refused() -> None:
    change = only(compared({"A": bucket()}, {"A": {"Type": "AWS::SQS::Queue"}}))
    assert change.kind is Kind.REFUSED
    assert change.stops


def test_renamed_construct_is_noticed() -> None:
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Old"}}}
    other = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "New"}}}
    comparison = compared(
        {"Old": bucket("b"), "OldPolicy": policy}, {"New": bucket("b"), "NewPolicy": other}
    )
    notes = {c.logical_id: c.notes for c in comparison.stacks[0].resources}
    assert notes["Old"][0].startswith("New is added with the same type and properties")
    assert "cannot be made while the old one has the same name, b" in notes["Old"][1]
    assert notes["OldPolicy"][0].startswith("NewPolicy is added")
    assert notes["New"] == ()
    # Among several that are alike nobody can tell.
    twice = compared({"Old": bucket()}, {"New": bucket(), "Newer": bucket()})
    assert "is added" not in str(twice.stacks[0].resources)


class TestCluster:
    def test_release(self) -> None:
        steps = [{"Name": "a"}, {"Name": "b"}]
        change = only(
            compared({"C": cluster(Steps=steps)}, {"C": cluster("emr-7.13.0", Steps=steps)})
        )
        assert change.kind is Kind.REPLACED
        assert [(p.path, p.before, p.after) for p in change.properties] == [
            ("ReleaseLabel", "emr-7.12.0", "emr-7.13.0")
        ]
        lost = "; ".join(change.lost)
        assert "HDFS" in lost
        assert "steps" in lost
        assert "primary node" in lost
        assert "starts before the old one ends" in str(change.notes)
        assert "runs its 2 steps from the beginning" in str(change.notes)
        assert "termination protection" not in str(change.notes)

    def test_protected_cluster_stays(self) -> None:
        # The protection is still on when the old cluster is to be deleted.
        after = cluster("emr-7.13.0", protected=False)
        change = only(compared({"C": cluster(protected=True)}, {"C": after}))
        assert "the old cluster cannot be deleted" in str(change.notes)
        removed = only(compared({"C": cluster(protected=True)}, {}))
        assert removed.stops
        assert "the old cluster cannot be deleted" in str(removed.notes)

    def test_protection_alone_is_updated_in_place(self) -> None:
        change = only(compared({"C": cluster(protected=True)}, {"C": cluster()}))
        assert (change.kind, change.stops) == (Kind.UPDATED, False)

    def test_kept_cluster_keeps_running(self) -> None:
        keep = {"UpdateReplacePolicy": "Retain"}
        change = only(compared({"C": cluster() | keep}, {"C": cluster("emr-7.13.0") | keep}))
        assert (change.fate, change.lost) == (Fate.KEPT, ())
        assert "keeps running outside of the stack" in str(change.notes)

    def test_task_groups_are_compared_by_name(self) -> None:
        def with_groups(*groups: Json) -> Json:
            return cluster(Instances={"TaskInstanceGroups": list(groups)})

        one = {"Name": "one", "InstanceType": "m6g.xlarge", "InstanceCount": 1}
        two = {"Name": "two", "InstanceType": "r6g.xlarge", "InstanceCount": 1}
        more = {**two, "InstanceCount": 2}
        change = only(compared({"C": with_groups(one, two)}, {"C": with_groups(more)}))
        assert change.kind is Kind.UPDATED
        assert {place.path: place.effect for place in change.properties} == {
            "Instances.TaskInstanceGroups[one]": Effect.UPDATE,
            "Instances.TaskInstanceGroups[two].InstanceCount": Effect.UPDATE,
        }
        assert "while the cluster runs" in str(change.properties)
        other = {**two, "InstanceType": "r7g.xlarge"}
        change = only(compared({"C": with_groups(one, two)}, {"C": with_groups(one, other)}))
        assert change.kind is Kind.REPLACED

    @pytest.mark.parametrize(
        ("before", "after", "shrinks"),
        [
            ({"CoreInstanceGroup": {"InstanceCount": 4}}, {"InstanceCount": 3}, "from 4 to 3"),
            ({"CoreInstanceGroup": {"InstanceCount": 4}}, {"InstanceCount": 5}, None),
            ({"CoreInstanceGroup": {"InstanceCount": 4}}, {"InstanceCount": {"Ref": "P"}}, None),
            (
                {"CoreInstanceFleet": {"TargetOnDemandCapacity": 4, "TargetSpotCapacity": 4}},
                {"TargetOnDemandCapacity": 5, "TargetSpotCapacity": 1},
                "from 8 to 6",
            ),
            ({"MasterInstanceGroup": {"InstanceCount": 3}}, {"InstanceCount": 1}, None),
        ],
    )
    def test_fewer_core_nodes(self, before: Json, after: Json, shrinks: str | None) -> None:
        (group,) = before
        change = only(
            compared({"C": cluster(Instances=before)}, {"C": cluster(Instances={group: after})})
        )
        assert change.kind is Kind.UPDATED
        assert ("core capacity shrinks" in str(change.notes)) is bool(shrinks)
        assert (shrinks or "") in str(change.notes)

    def test_dependents_of_a_replaced_cluster(self) -> None:
        step = {
            "Type": "AWS::EMR::Step",
            "Properties": {"JobFlowId": {"Ref": "C"}, "Name": "load"},
        }
        function = {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Description": {"Fn::Sub": "of ${C.MasterPublicDNS}"}},
        }
        rest = {"S": step, "F": function}
        comparison = compared({"C": cluster(), **rest}, {"C": cluster("emr-7.13.0"), **rest})
        assert kinds(comparison) == {"C": Kind.REPLACED, "S": Kind.REPLACED, "F": Kind.UPDATED}
        places = {c.logical_id: c.properties for c in comparison.stacks[0].resources}
        assert [(p.path, p.because) for p in places["S"]] == [("JobFlowId", "C is replaced")]
        assert [(p.path, p.because) for p in places["F"]] == [("Description", "C is replaced")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("111122223333", "us-east-1"), ("111122223333", "eu-west-1")),
        (("111122223333", "us-east-1"), ("444455556666", "us-east-1")),
        (("111122223333", "us-east-1"), (None, "eu-west-1")),
    ],
)
def test_stack_in_another_place_is_a_new_one(
    old: tuple[str, str], new: tuple[str | None, str]
) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {}}
    one, other = (
        {"s": replace(stack(Data=bucket(), Role=role), account=place[0], region=place[1])}
        for place in (old, new)
    )

    comparison = compare(one, other)

    [found] = comparison.stacks
    assert found.is_new
    assert found.notes == (
        "the stack of this name in us-east-1, account 111122223333 stays, with all that is in it, "
        "until somebody deletes it",
    )
    assert kinds(comparison) == {"Data": Kind.REPLACED, "Role": Kind.ADDED}
    [data] = comparison.stopping
    assert (data.logical_id, data.fate) == ("Data", Fate.KEPT)
    assert data.notes == (
        "the old one stays in us-east-1, account 111122223333; what is in it does not move",
    )
    assert not compare(one, other, allowed=["AWS::S3::Bucket"]).stopping


def test_account_that_is_said_no_more() -> None:
    one = {"s": replace(stack(Data=bucket()), account="111122223333", region="us-east-1")}
    other = {"s": replace(stack(Data=bucket()), region="us-east-1")}

    [found] = compare(one, other).stacks

    assert kinds(compare(one, other)) == {"Data": Kind.UNCHANGED}
    assert [note[:35] for note in found.notes] == ["it is in the account 111122223333, "]
    assert not compare(other, one).stacks[0].notes


def test_order_is_that_of_severity() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}
    before = {
        "A": bucket(),
        "B": bucket("b"),
        "D": database(),
        "E": bucket(DeletionPolicy="Retain"),
        "F": queue,
        "U": bucket(),
    }
    tagged = bucket()
    tagged["Properties"] = {"Tags": []}
    after = {
        "U": tagged,
        "N": bucket(),
        "D": database(engine="mariadb"),
        "B": bucket("c"),
        "F": bucket(),
    }
    comparison = compared(before, after)
    assert [change.logical_id for change in comparison.stacks[0].resources] == list("FBADEUN")


@pytest.mark.parametrize("allowed", ["A", "AWS::S3::Bucket"])
def test_what_is_allowed_does_not_stop(allowed: str) -> None:
    before, after = {"A": bucket("a")}, {"A": bucket("b")}
    assert len(compared(before, after).stopping) == 1
    comparison = compared(before, after, allowed=["Another", allowed])
    assert comparison.stopping == ()
    assert only(comparison).is_allowed


def test_default_of_a_parameter_may_replace() -> None:
    def declared(default: str) -> Stack:
        sections = {
            "Parameters": {"Name": {"Type": "String", "Default": default}},
            "Conditions": {"IsA": {"Fn::Equals": [{"Ref": "Name"}, "a"]}},
            "Mappings": {"Names": {"b": {"name": default}}},
        }
        mapped = {"Fn::FindInMap": ["Names", "b", "name"]}
        either = {"Fn::If": ["IsA", "x", "y"]}
        return stack(
            sections=sections,
            A=bucket({"Ref": "Name"}),  # type: ignore[arg-type]
            B=bucket(mapped),  # type: ignore[arg-type]
            D=bucket(either),  # type: ignore[arg-type]
            E=bucket(Condition="IsA"),
        )

    comparison = compare({"s": declared("a")}, {"s": declared("b")})
    assert kinds(comparison) == dict.fromkeys("ABDE", Kind.MAY_BE_REPLACED)


def test_custom_resource_may_change_what_uses_it() -> None:
    def custom(version: int) -> Json:
        return {"Type": "Custom::Name", "Properties": {"ServiceToken": "x", "Version": version}}

    user = bucket({"Fn::GetAtt": "Made.Name"})  # type: ignore[arg-type]
    comparison = compared({"Made": custom(1), "A": user}, {"Made": custom(2), "A": user})
    assert kinds(comparison) == {"Made": Kind.UPDATED, "A": Kind.MAY_BE_REPLACED}


class TestAcrossStacks:
    @staticmethod
    def stacks(cidr: str, *, imports: bool = True, exports: bool = True) -> dict[str, Stack]:
        vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}}
        output = {"Value": {"Ref": "Vpc"}, "Export": {"Name": "net:Vpc"}}
        group = {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"VpcId": {"Fn::ImportValue": "net:Vpc"} if imports else "vpc-1"},
        }
        instances = {"EmrManagedMasterSecurityGroup": {"Fn::GetAtt": ["Group", "GroupId"]}}
        return {
            "etl": stack("etl", C=cluster(Instances=instances), Group=group),
            "net": stack("net", {"Outputs": {"Vpc": output} if exports else {}}, Vpc=vpc),
        }

    def test_replacement_goes_on_through_exports(self) -> None:
        comparison = compare(self.stacks("10.0.0.0/16"), self.stacks("10.1.0.0/16"))
        assert kinds(comparison) == dict.fromkeys(("C", "Group", "Vpc"), Kind.REPLACED)
        reasons = {
            change.logical_id: [place.because for place in change.properties]
            for each in comparison.stacks
            for change in each.resources
        }
        assert reasons == {
            "C": ["Group is replaced"],
            "Group": ["net/Vpc is replaced"],
            "Vpc": [None],
        }
        assert comparison.refusals == (
            "CloudFormation refuses to change the export net:Vpc while etl imports it",
        )

    def test_export_in_use_cannot_go(self) -> None:
        before, after = self.stacks("10.0.0.0/16"), self.stacks("10.0.0.0/16", exports=False)
        assert compare(before, after).refusals == (
            "CloudFormation refuses to remove the export net:Vpc while etl imports it",
        )

    def test_order_matters_where_export_and_import_go_at_once(self) -> None:
        after = self.stacks("10.0.0.0/16", imports=False, exports=False)
        comparison = compare(self.stacks("10.0.0.0/16"), after)
        assert comparison.refusals == ()
        [notes] = [each.notes for each in comparison.stacks if each.name == "net"]
        assert "imported until etl is deployed" in notes[0]

    def test_exports_that_import_each_other_do_not_hang(self) -> None:
        def other(name: str, of: str) -> Stack:
            output = {"Value": {"Fn::ImportValue": of}, "Export": {"Name": name}}
            return stack(name, {"Outputs": {"O": output}})

        loop = {"a": other("a", "b"), "b": other("b", "a"), **self.stacks("10.0.0.0/16")}
        changed = {**loop, **self.stacks("10.1.0.0/16")}
        assert compare(loop, changed).count(Kind.REPLACED) == 3


def test_long_chain_is_followed_to_its_end() -> None:
    def chain(release: str) -> dict[str, Json]:
        links = {
            f"S{n}": {"Type": "AWS::EMR::Step", "Properties": {"JobFlowId": {"Ref": f"S{n + 1}"}}}
            for n in range(60)
        }
        return {**links, "S60": cluster(release)}

    comparison = compared(chain("emr-7.12.0"), chain("emr-7.13.0"))
    assert comparison.count(Kind.REPLACED) == 61


def source(place: str, *names: str, is_assembly: bool) -> Source:
    return Source(place, {name: stack(name) for name in names}, is_assembly=is_assembly)


def test_a_template_is_matched_with_the_only_stack() -> None:
    template = source("t.json", "t.json", is_assembly=False)
    one = source("cdk.out", "prod", is_assembly=True)
    assert [list(stacks) for stacks in matched(template, one)] == [["prod"], ["prod"]]
    assert [list(stacks) for stacks in matched(one, template)] == [["prod"], ["prod"]]
    renamed = replace(template, place="u.json", stacks={"u.json": stack("u.json")})
    assert [list(stacks) for stacks in matched(template, renamed)] == [["u.json"], ["u.json"]]
    with pytest.raises(TemplateError, match=r"t\.json: is one template, and cdk\.out has 2 stacks"):
        matched(template, source("cdk.out", "a", "b", is_assembly=True))
