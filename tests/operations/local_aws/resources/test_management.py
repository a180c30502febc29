"""Alarms and parameters are made without a name of their own, and change in place."""

from typing import Any

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import attribute, create_stack, resource


def _alarm(**properties: Any) -> dict[str, Any]:
    return resource(
        "AWS::CloudWatch::Alarm",
        {
            "Namespace": "AWS/ElasticMapReduce",
            "MetricName": "IsIdle",
            "Dimensions": [{"Name": "JobFlowId", "Value": "j-1"}],
            "Statistic": "Average",
            "Period": "300",
            "EvaluationPeriods": 3,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            **properties,
        },
    )


def test_alarm_is_made_changed_and_deleted(aws: LocalAws) -> None:
    stack = create_stack(aws, {"Alarm": _alarm()}, {"Arn": attribute("Alarm", "Arn")})
    assert stack.status == "CREATE_COMPLETE"
    cloudwatch, name = aws.client("cloudwatch"), stack.resources["Alarm"]
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["AlarmArn"], alarm["Period"]) == (stack.outputs["Arn"], 300)
    stack.update({"Alarm": _alarm(Threshold=2)})
    assert stack.resources["Alarm"] == name
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["Threshold"] == 2
    stack.delete()
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_parameter_is_made_changed_and_replaced(aws: LocalAws) -> None:
    def parameter(**properties: Any) -> dict[str, Any]:
        declared = {"Type": "String", "Value": "one", "Tags": {"team": "analytics"}, **properties}
        return {"Parameter": resource("AWS::SSM::Parameter", declared)}

    stack = create_stack(aws, parameter(), {"Value": attribute("Parameter", "Value")})
    assert (stack.status, stack.outputs) == ("CREATE_COMPLETE", {"Value": "one"})
    ssm, name = aws.client("ssm"), stack.resources["Parameter"]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    assert tags == [{"Key": "team", "Value": "analytics"}]
    stack.update(parameter(Value="two"))
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "two"
    stack.update(parameter(Name="/named"))
    assert stack.resources == {"Parameter": "/named"}
    assert ssm.get_parameters(Names=[name])["InvalidParameters"] == [name]
