"""Alarms and parameters."""

from __future__ import annotations

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    ResourceType,
    parameters,
)


class _Alarm(ResourceType):
    """Unknown to moto."""

    name = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"

    def create(self, declared: Declared) -> Made:
        return self._put(declared, declared.physical_name)

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "AlarmName"):
            return None
        return self._put(declared, existing.id)

    def delete(self, existing: Existing) -> None:
        existing.aws("cloudwatch").delete_alarms(AlarmNames=[existing.id])

    @staticmethod
    def _put(declared: Declared, name: str) -> Made:
        cloudwatch = declared.aws("cloudwatch")
        known = parameters(cloudwatch, "PutMetricAlarm", declared.properties)
        cloudwatch.put_metric_alarm(**known | {"AlarmName": name})
        alarm = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        return Made(name, {"Arn": alarm["AlarmArn"]})


class _Parameter(ResourceType):
    """By moto it fails without a name of its own."""

    name = "AWS::SSM::Parameter"
    name_property = "Name"

    def create(self, declared: Declared) -> Made:
        return self._put(declared, declared.physical_name)

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "Name"):
            return None
        return self._put(declared, existing.id)

    def delete(self, existing: Existing) -> None:
        existing.aws("ssm").delete_parameter(Name=existing.id)

    @staticmethod
    def _put(declared: Declared, name: str) -> Made:
        ssm, properties = declared.aws("ssm"), dict(declared.properties)
        # The API has a list of them, and refuses tags for what exists already.
        properties.pop("Tags", None)
        known = parameters(ssm, "PutParameter", properties)
        ssm.put_parameter(**known | {"Name": name, "Overwrite": True})
        tags = [
            {"Key": key, "Value": value}
            for key, value in declared.properties.get("Tags", {}).items()
        ]
        if tags:
            ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=tags)
        return Made(name, {"Type": properties["Type"], "Value": properties["Value"]})


TYPES: tuple[ResourceType, ...] = (_Alarm(), _Parameter())
