"""The function that sets the queues of a running cluster, against an EMR that answers as its API is described."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from emr_platform.pool import queues_handler
from emr_platform.pool.queues import queue_settings
from emr_platform.pool.spec import PoolSpec, QueueSpec
from emr_platform.tenants.tenancy import PoolTenant

ROOT = "yarn.scheduler.capacity.root."
CLUSTER = "j-1ABCDEFGHIJKL"
CONTEXT = SimpleNamespace(log_stream_name="2030/01/01/[$LATEST]0123")
SPARK = {"Classification": "spark-defaults", "Properties": {"spark.executor.cores": "4"}}


def wanted(**guaranteed: float) -> dict[str, str]:
    """What the scheduler is to be set to for some tenants."""
    settings = queue_settings(
        PoolTenant(name, PoolSpec(queue=QueueSpec(guaranteed_percent=percent)))
        for name, percent in guaranteed.items()
    )
    return {f"{ROOT}{name}": value for name, value in settings.items()}


def scheduler(properties: dict[str, str]) -> dict[str, Any]:
    return {
        "Classification": "capacity-scheduler",
        "Properties": properties,
        "Configurations": [],
    }


class Emr:
    """Answers in an order that is known beforehand, and refuses everything else."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._stubber = Stubber(client)
        self._stubber.activate()

    def has_group(
        self,
        state: str = "RUNNING",
        *configurations: dict[str, Any],
        applied: list[dict[str, Any]] | None = None,
        reason: str | None = None,
    ) -> None:
        given = list(configurations)
        primary = {
            "Id": "ig-PRIMARY",
            "InstanceGroupType": "MASTER",
            "Status": {
                "State": state,
                **({"StateChangeReason": {"Message": reason}} if reason else {}),
            },
            "Configurations": given,
            "LastSuccessfullyAppliedConfigurations": given if applied is None else applied,
        }
        core = {"Id": "ig-CORE", "InstanceGroupType": "CORE", "Status": {"State": "RUNNING"}}
        answer = {"InstanceGroups": [core, primary]}
        self._stubber.add_response("list_instance_groups", answer, {"ClusterId": CLUSTER})

    def is_asked_for(self, *configurations: dict[str, Any]) -> None:
        group = {
            "InstanceGroupId": "ig-PRIMARY",
            "ReconfigurationType": "OVERWRITE",
            "Configurations": list(configurations),
        }
        request = {"ClusterId": CLUSTER, "InstanceGroups": [group]}
        self._stubber.add_response("modify_instance_groups", {}, request)

    def is_done(self) -> None:
        self._stubber.assert_no_pending_responses()


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    clock = SimpleNamespace(sleep=seconds.append, monotonic=lambda: sum(seconds))
    monkeypatch.setattr(queues_handler, "time", clock)
    return seconds


@pytest.fixture
def emr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emr]:
    client = boto3.client(
        "emr", region_name="eu-west-1", aws_access_key_id="-", aws_secret_access_key="-"
    )
    monkeypatch.setattr(boto3, "client", {"emr": client}.get)
    found = Emr(client)
    yield found
    found.is_done()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[urllib.request.Request]:
    sent: list[urllib.request.Request] = []

    def urlopen(request: urllib.request.Request, *, timeout: float) -> Any:
        assert timeout == 30
        sent.append(request)
        return SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return sent


def request(
    answers: list[urllib.request.Request],
    queues: dict[str, str],
    kind: str = "Update",
) -> dict[str, Any]:
    event = {
        "RequestType": kind,
        "ResponseURL": "https://answers.example/here?signature=1",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Queues",
        "ResourceProperties": {
            "ClusterId": CLUSTER,
            "Queues": {name.removeprefix(ROOT): value for name, value in queues.items()},
        },
    }
    queues_handler.handler(event, CONTEXT)
    (sent,) = answers
    assert sent.get_method() == "PUT"
    # The signature of the URL covers an empty content type.
    assert sent.get_header("Content-type") == ""
    assert isinstance(sent.data, bytes)
    answer: dict[str, Any] = json.loads(sent.data)
    return answer


def test_queues_are_set_beside_other_configurations(
    emr: Emr, answers: list[urllib.request.Request], slept: list[float]
) -> None:
    queues = wanted(acme=20.0)
    emr.has_group("RUNNING", SPARK)
    emr.is_asked_for(SPARK, scheduler(queues))
    emr.has_group("RUNNING", SPARK, scheduler(queues), applied=[SPARK])
    emr.has_group("RECONFIGURING", SPARK, scheduler(queues), applied=[SPARK])
    emr.has_group("RUNNING", SPARK, scheduler(queues))

    assert request(answers, queues, "Create") == {
        "Status": "SUCCESS",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Queues",
        "PhysicalResourceId": "Queues",
    }
    assert slept == [10, 10]


def test_what_is_set_already_is_not_set_again(
    emr: Emr, answers: list[urllib.request.Request]
) -> None:
    emr.has_group("RUNNING", scheduler(wanted(acme=20.0)))
    assert request(answers, wanted(acme=20.0))["Status"] == "SUCCESS"


def test_cluster_without_tenants_is_left_alone(
    emr: Emr, answers: list[urllib.request.Request]
) -> None:
    emr.has_group("RUNNING", SPARK)
    assert request(answers, wanted(), "Create")["Status"] == "SUCCESS"


def test_queue_of_a_tenant_that_left_is_closed(
    emr: Emr, answers: list[urllib.request.Request]
) -> None:
    other = {"yarn.scheduler.capacity.maximum-am-resource-percent": "0.5"}
    closed = {
        **other,
        **wanted(acme=20.0),
        f"{ROOT}queues": "default,acme,globex",
        f"{ROOT}globex.capacity": "0",
        f"{ROOT}globex.maximum-capacity": "100",
        # What runs in it goes on.
        f"{ROOT}globex.maximum-applications": "1000",
        f"{ROOT}globex.user-limit-factor": "4",
        f"{ROOT}globex.state": "STOPPED",
    }
    emr.has_group("RUNNING", scheduler({**other, **wanted(acme=20.0, globex=30.0)}))
    emr.is_asked_for(scheduler(closed))
    emr.has_group("RUNNING", scheduler(closed))

    assert request(answers, wanted(acme=20.0))["Status"] == "SUCCESS"


def test_last_tenant_can_leave() -> None:
    settings = queues_handler.with_retired(wanted(), wanted(acme=20.0))
    assert settings[f"{ROOT}queues"] == "default,acme"
    assert settings[f"{ROOT}default.capacity"] == "100"
    assert settings[f"{ROOT}acme.state"] == "STOPPED"


def test_tenant_that_comes_back_has_its_queue_again() -> None:
    without = queues_handler.with_retired(wanted(), wanted(acme=20.0))
    assert queues_handler.with_retired(wanted(acme=30.0), without) == wanted(acme=30.0)


def test_queues_that_are_closed_stay_closed() -> None:
    once = queues_handler.with_retired(wanted(), wanted(acme=20.0))
    assert queues_handler.with_retired(wanted(), once) == once


def test_cluster_that_is_busy_is_waited_for(
    emr: Emr, answers: list[urllib.request.Request], slept: list[float]
) -> None:
    emr.has_group("BOOTSTRAPPING")
    emr.has_group("RECONFIGURING", scheduler(wanted(acme=20.0)))
    emr.has_group("RUNNING", scheduler(wanted(acme=20.0)))

    assert request(answers, wanted(acme=20.0))["Status"] == "SUCCESS"
    assert len(slept) == 2


def test_cluster_that_goes_back_to_its_former_queues_is_a_failure(
    emr: Emr, answers: list[urllib.request.Request]
) -> None:
    before = scheduler(wanted(acme=20.0))
    queues = wanted(acme=30.0)
    emr.has_group("RUNNING", before)
    emr.is_asked_for(scheduler(queues))
    emr.has_group("RECONFIGURING", scheduler(queues), applied=[before])
    emr.has_group("RUNNING", before, reason="Instance i-1 failed")

    answer = request(answers, queues)
    assert answer["Status"] == "FAILED"
    assert "former queues" in answer["Reason"]
    assert "Instance i-1 failed" in answer["Reason"]
    assert "2030/01/01" in answer["Reason"]


@pytest.mark.parametrize("state", ["TERMINATED", "SUSPENDED", "ARRESTED"])
def test_cluster_that_ended_is_a_failure(
    emr: Emr, answers: list[urllib.request.Request], state: str
) -> None:
    emr.has_group(state)
    answer = request(answers, wanted(acme=20.0))
    assert answer["Status"] == "FAILED"
    assert f"is {state}" in answer["Reason"]


def test_cluster_that_never_settles_is_told_before_the_function_ends(
    emr: Emr, answers: list[urllib.request.Request], slept: list[float]
) -> None:
    for _ in range(85):
        emr.has_group("RESIZING")
    answer = request(answers, wanted(acme=20.0))
    assert answer["Status"] == "FAILED"
    assert "RESIZING" in answer["Reason"]
    assert sum(slept) < 15 * 60


@pytest.mark.usefixtures("emr")
def test_queues_go_with_their_cluster(answers: list[urllib.request.Request]) -> None:
    assert request(answers, wanted(acme=20.0), "Delete")["Status"] == "SUCCESS"
