"""Stacks come, change, fail and go as CloudFormation says."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emr_platform.operations.local_aws import LocalAws
from emr_platform.result_store.users import RESOURCE_TYPE as RESULT_STORE_USERS
from tests.operations.local_aws.templates import (
    attribute,
    create_stack,
    new_stack,
    parameter,
    ref,
    resource,
)


def test_resource_of_an_unknown_type_can_be_referred_to(aws: LocalAws) -> None:
    stack = create_stack(
        aws,
        {
            "Studio": resource("AWS::EMR::Studio", {"Name": "science"}),
            "Parameter": parameter({"Fn::Join": ["", ["id ", ref("Studio")]]}),
        },
        {"Arn": attribute("Studio", "Arn"), "Url": attribute("Studio", "Url")},
    )
    assert stack.status == "CREATE_COMPLETE"
    name = stack.resources["Parameter"]
    value = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert value == f"id {stack.resources['Studio']}"
    assert stack.outputs["Arn"].startswith("arn:aws:")
    assert stack.outputs["Url"]


def test_users_of_the_result_store_are_accepted_without_a_server(aws: LocalAws) -> None:
    stack = create_stack(
        aws,
        {
            "Users": resource(
                RESULT_STORE_USERS, {"ServiceToken": "arn:aws:lambda:::none", "Host": "nowhere"}
            )
        },
    )
    assert stack.status == "CREATE_COMPLETE"


def test_attribute_that_moto_does_not_know_is_no_error(aws: LocalAws) -> None:
    stack = create_stack(
        aws,
        {"Group": resource("AWS::IAM::InstanceProfile", {"Roles": []})},
        {"Unheard": attribute("Group", "Unheard.Of")},
    )
    assert stack.status == "CREATE_COMPLETE"
    assert stack.outputs["Unheard"]


def test_dynamic_references_are_resolved(aws: LocalAws) -> None:
    aws.client("ssm").put_parameter(Name="/plain", Value="from a parameter", Type="String")
    reference = "{{resolve:secretsmanager:${Secret}:SecretString:password::}}"
    stack = create_stack(
        aws,
        {
            "Secret": resource(
                "AWS::SecretsManager::Secret", {"SecretString": '{"password": "from a secret"}'}
            ),
            "Both": parameter({"Fn::Sub": reference + ", {{resolve:ssm:/plain}}"}),
        },
    )
    found = aws.client("ssm").get_parameter(Name=stack.resources["Both"])
    assert found["Parameter"]["Value"] == "from a secret, from a parameter"


@pytest.mark.parametrize("by_change_set", [False, True])
def test_resources_come_after_those_they_depend_on_and_go_before(
    aws: LocalAws, by_change_set: bool
) -> None:
    resources = {
        "First": parameter("1", DependsOn=["Second"]),
        "Second": parameter("2", DependsOn="Third"),
        "Third": parameter("3"),
    }
    if by_change_set:
        stack = new_stack(aws)
        stack.change(resources, create=True)
    else:
        stack = create_stack(aws, resources)
    made = [name for name, status, _ in stack.events if status == "CREATE_COMPLETE"]
    assert made == ["Third", "Second", "First", stack.name]
    stack_id = aws.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"][0][
        "StackId"
    ]
    stack.delete()
    events = aws.client("cloudformation").describe_stack_events(StackName=stack_id)["StackEvents"]
    gone = [
        event["LogicalResourceId"]
        for event in reversed(events)
        if event["ResourceStatus"] == "DELETE_COMPLETE"
    ]
    assert gone == ["First", "Second", "Third", stack.name]


def test_update_makes_the_new_before_it_removes_the_old(aws: LocalAws) -> None:
    stack = create_stack(aws, {"Old": parameter("1"), "Kept": parameter("2")})
    kept = stack.resources["Kept"]
    stack.update({"New": parameter("3"), "Kept": parameter("4")}, {"Kept": ref("Kept")})
    assert stack.status == "UPDATE_COMPLETE"
    assert set(stack.resources) == {"Kept", "New"}
    assert aws.client("ssm").get_parameter(Name=kept)["Parameter"]["Value"] == "4"
    assert stack.outputs == {"Kept": kept}
    names = [(name, status) for name, status, _ in stack.events]
    assert ("Kept", "UPDATE_COMPLETE") in names
    assert names.index(("New", "CREATE_COMPLETE")) < names.index(("Old", "DELETE_COMPLETE"))


def test_failed_change_names_the_resource(aws: LocalAws) -> None:
    alarm = {
        "MetricName": "IsIdle",
        "Namespace": "AWS/ElasticMapReduce",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "Statistic": "Average",
        "Period": 60,
    }
    stack = create_stack(aws, {"Alarm": resource("AWS::CloudWatch::Alarm", alarm)})
    changed = resource("AWS::CloudWatch::Alarm", alarm | {"EvaluationPeriods": "many"})
    stack.update({"Alarm": changed})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    (failed,) = [event for event in stack.events if event[1] == "UPDATE_FAILED"]
    assert failed[0] == "Alarm"
    assert "many" in failed[2]


def test_resource_that_cannot_be_changed_is_still_referred_to(aws: LocalAws) -> None:
    profile = resource("AWS::IAM::InstanceProfile", {"Roles": []})
    stack = create_stack(aws, {"Profile": profile})
    before = stack.resources["Profile"]
    changed = resource("AWS::IAM::InstanceProfile", {"Roles": [], "Path": "/other/"})
    stack.update({"Profile": changed}, {"Name": ref("Profile")})
    assert stack.outputs == {"Name": before}


@pytest.mark.parametrize("by_change_set", [False, True])
def test_stack_imports_what_another_one_exports(aws: LocalAws, by_change_set: bool) -> None:
    exporting, importing = new_stack(aws), new_stack(aws)
    exported = {"Out": {"Value": ref("Source"), "Export": {"Name": f"{exporting.name}:Out"}}}
    resources = {"Source": parameter("exported")}
    imports = {"Target": parameter({"Fn::ImportValue": f"{exporting.name}:Out"})}
    if by_change_set:
        exporting.change(resources, exported, create=True)
        importing.change(imports, create=True)
    else:
        exporting = create_stack(aws, resources, exported | _other_name(exported, exporting.name))
        importing = create_stack(aws, imports)
    found = aws.client("ssm").get_parameter(Name=importing.resources["Target"])
    assert found["Parameter"]["Value"] == exporting.resources["Source"]


def _other_name(outputs: dict[str, Any], name: str) -> dict[str, Any]:
    return {"Other": {**outputs["Out"], "Export": {"Name": f"{name}:Other"}}}


def test_update_publishes_new_exports_and_withdraws_old_ones(aws: LocalAws) -> None:
    stack = new_stack(aws)
    resources = {"Source": parameter("1")}

    def output(name: str) -> dict[str, Any]:
        return {"Out": {"Value": ref("Source"), "Export": {"Name": f"{stack.name}:{name}"}}}

    stack.change(resources, output("old"), create=True)
    stack.change(resources, output("new"))
    exports = aws.client("cloudformation").list_exports()["Exports"]
    mine = [export["Name"] for export in exports if export["Name"].startswith(stack.name)]
    assert mine == [f"{stack.name}:new"]


def test_export_that_another_stack_has_is_refused(aws: LocalAws) -> None:
    output = {"Out": {"Value": "1", "Export": {"Name": "taken"}}}
    create_stack(aws, {"Parameter": parameter("1")}, output)
    stack = create_stack(aws, {"Parameter": parameter("2")}, output)
    assert stack.status == "ROLLBACK_COMPLETE"
    assert "Another stack exports taken already" in stack.events[-1][2]


def test_failed_creation_says_why_and_leaves_nothing_behind(aws: LocalAws) -> None:
    # Two names for one bucket: the second is refused by S3.
    resources = {
        "Parameter": parameter("1"),
        "Bucket": resource("AWS::S3::Bucket", {"BucketName": "only-one"}),
        "Again": resource("AWS::S3::Bucket", {"BucketName": "only-one"}, DependsOn="Bucket"),
        "After": parameter("2", DependsOn="Again"),
    }
    stack = new_stack(aws)
    stack.change(resources, create=True)
    assert stack.status == "ROLLBACK_COMPLETE"
    (failed,) = [event for event in stack.events if event[1] == "CREATE_FAILED"]
    assert failed[0] == "Again"
    assert "bucket" in failed[2]
    assert stack.resources == {}
    buckets = aws.client("s3").list_buckets()["Buckets"]
    assert "only-one" not in {bucket["Name"] for bucket in buckets}


def test_failed_update_goes_back_to_what_was(aws: LocalAws) -> None:
    stack = create_stack(aws, {"Parameter": parameter("old")}, {"Name": ref("Parameter")})
    name = stack.resources["Parameter"]
    create_stack(aws, {"Bucket": resource("AWS::S3::Bucket", {"BucketName": "taken"})})
    broken = resource("AWS::S3::Bucket", {"BucketName": "taken"})
    stack.change({"Added": parameter("new"), "Parameter": parameter("new"), "Broken": broken})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "old"
    assert stack.resources == {"Parameter": name}
    assert stack.outputs == {"Name": name}


def test_stack_that_cannot_be_deleted_stays(aws: LocalAws) -> None:
    stack = create_stack(aws, {"Bucket": resource("AWS::S3::Bucket")})
    s3, bucket = aws.client("s3"), stack.resources["Bucket"]
    s3.put_object(Bucket=bucket, Key="in the way", Body=b"")
    stack.delete()
    assert stack.status == "DELETE_FAILED"
    (failed,) = [event for event in stack.events if event[:2] == ("Bucket", "DELETE_FAILED")]
    assert "not empty" in failed[2]
    s3.delete_object(Bucket=bucket, Key="in the way")
    stack.delete()
    with pytest.raises(ClientError, match="does not exist"):
        _ = stack.status


def test_deleted_stack_stays_deleted_when_asked_about(aws: LocalAws) -> None:
    # The CDK asks for a stack by its id until it is gone.
    stack = create_stack(aws, {"Parameter": parameter("1")}, {"Name": ref("Parameter")})
    name = stack.resources["Parameter"]
    cloudformation = aws.client("cloudformation")
    stack_id = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]["StackId"]
    stack.delete()
    found = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]
    assert found["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="ParameterNotFound"):
        aws.client("ssm").get_parameter(Name=name)


def test_retained_resource_outlives_its_stack(aws: LocalAws) -> None:
    stack = create_stack(aws, {"Kept": parameter("1", DeletionPolicy="Retain")})
    name = stack.resources["Kept"]
    stack.delete()
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "1"


@pytest.mark.parametrize("by_change_set", [False, True])
def test_deletion_policy_can_change_by_itself(aws: LocalAws, by_change_set: bool) -> None:
    subnets = aws.client("ec2").describe_subnets()["Subnets"][:2]
    properties = {
        "DBSubnetGroupDescription": "two zones",
        "SubnetIds": [subnet["SubnetId"] for subnet in subnets],
    }
    stack = create_stack(
        aws, {"Group": resource("AWS::RDS::DBSubnetGroup", properties, DeletionPolicy="Retain")}
    )
    before = stack.resources["Group"]
    changed = {"Group": resource("AWS::RDS::DBSubnetGroup", properties)}
    if by_change_set:
        stack.change(changed)
    else:
        stack.update(changed)

    assert stack.resources["Group"] == before
    stack.delete()
    groups = aws.client("rds").describe_db_subnet_groups()["DBSubnetGroups"]
    assert before not in [group["DBSubnetGroupName"] for group in groups]


@pytest.mark.parametrize("by_change_set", [False, True])
def test_previous_value_of_a_parameter_is_what_was_given(
    aws: LocalAws, by_change_set: bool
) -> None:
    # As in every template of the CDK: a parameter whose default names a value of Systems Manager.
    aws.client("ssm").put_parameter(
        Name=f"/version/{by_change_set}", Value="33", Type="String", Overwrite=True
    )
    declared = {
        "Version": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": f"/version/{by_change_set}",
        },
        "Text": {"Type": "String"},
    }

    def body(text: str) -> str:
        value = {"Fn::Sub": text + " ${Version} ${Text}"}
        return json.dumps({"Parameters": declared, "Resources": {"Target": parameter(value)}})

    cloudformation, stack = aws.client("cloudformation"), new_stack(aws)
    given = [{"ParameterKey": "Text", "ParameterValue": "given"}]
    cloudformation.create_stack(StackName=stack.name, TemplateBody=body("a"), Parameters=given)
    assert stack.status == "CREATE_COMPLETE"
    previous = [{"ParameterKey": name, "UsePreviousValue": True} for name in ("Text", "Version")]
    request = {"StackName": stack.name, "TemplateBody": body("b"), "Parameters": previous}
    if by_change_set:
        change_set = cloudformation.create_change_set(
            **request, ChangeSetName="again", ChangeSetType="UPDATE"
        )
        cloudformation.execute_change_set(ChangeSetName=change_set["Id"])
    else:
        cloudformation.update_stack(**request)
    assert stack.status == "UPDATE_COMPLETE"
    found = aws.client("ssm").get_parameter(Name=stack.resources["Target"])
    assert found["Parameter"]["Value"] == "b 33 given"


def test_change_sets_of_one_name_belong_to_their_stacks(aws: LocalAws) -> None:
    # The CDK gives every change set the same name, and waits until its own is gone.
    cloudformation, stacks = aws.client("cloudformation"), [new_stack(aws), new_stack(aws)]
    for value, stack in enumerate(stacks):
        stack.change({"Parameter": parameter(str(value))}, create=True, name="deployment")
    first, second = ({"StackName": stack.name, "ChangeSetName": "deployment"} for stack in stacks)
    described = cloudformation.describe_change_set(**first)
    assert described["StackName"] == stacks[0].name
    cloudformation.delete_change_set(**first)
    with pytest.raises(cloudformation.exceptions.ChangeSetNotFoundException):
        cloudformation.describe_change_set(**first)
    assert cloudformation.describe_change_set(**second)["StackName"] == stacks[1].name


def test_cloudtrail_knows_of_nothing(aws: LocalAws) -> None:
    # The CDK looks there for the causes of a failure.
    assert aws.client("cloudtrail").lookup_events()["Events"] == []
