"""Security configurations of templates, with clusters and without."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.template_check.support import cluster, ids, merged, problems, resource


def test_security_configuration_that_the_cluster_refers_to() -> None:
    def declared(document: dict[str, Any]) -> list[tuple[str, str, Any]]:
        configuration = resource("AWS::EMR::SecurityConfiguration", SecurityConfiguration=document)
        properties = cluster(SecurityConfiguration={"Ref": "Security"})
        return [
            (each.rule_id, each.severity, each.path[-1])
            for each in problems(properties, Security=configuration)
        ]

    disks = {"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": {"Ref": "AWS::Region"}}
    good = {
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": True,
            "AtRestEncryptionConfiguration": {"LocalDiskEncryptionConfiguration": disks},
        },
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 1,
        },
    }
    assert declared(good) == []
    key = "EncryptionConfiguration"
    misspelled = merged(good, {key: {"EnableAtRestEncrytpion": True}})
    assert declared(misspelled) == [("EMR-TEMPLATE-028", "error", "EnableAtRestEncrytpion")]
    new = merged(good, {key: {"Zebra": True}})
    assert declared(new) == [("EMR-TEMPLATE-028", "warning", "Zebra")]
    without_certificates = merged(good, {key: {"EnableInTransitEncryption": True}})
    assert [each[:2] for each in declared(without_certificates)] == [
        ("EMR-ENCRYPTION-005", "error")
    ]


def test_security_configuration_that_no_cluster_uses() -> None:
    def declared(**document: Any) -> set[str]:
        configuration = resource("AWS::EMR::SecurityConfiguration", SecurityConfiguration=document)
        return {each.rule_id for each in problems(cluster(), Security=configuration)}

    kerberos = {"KerberosConfiguration": {"Provider": "ClusterDedicatedKdc"}}
    encryption = {"EnableAtRestEncryption": False, "EnableInTransitEncryption": True}
    # Whether a cluster with the attributes of Kerberos will use it, nobody knows.
    assert "EMR-KERBEROS-001" not in declared(AuthenticationConfiguration=kerberos)
    assert "EMR-ENCRYPTION-005" in declared(EncryptionConfiguration=encryption)
    as_text = json.dumps({"EncryptionConfiguration": encryption})
    configuration = resource("AWS::EMR::SecurityConfiguration", SecurityConfiguration=as_text)
    found = problems(cluster(), Security=configuration)
    assert {each.path for each in found} == {
        ("Resources", "Security", "Properties", "SecurityConfiguration")
    }


def test_kerberos_comes_with_its_attributes() -> None:
    document = {
        "AuthenticationConfiguration": {
            "KerberosConfiguration": {
                "Provider": "ClusterDedicatedKdc",
                "ClusterDedicatedKdcConfiguration": {"TicketLifetimeInHours": 24},
            }
        }
    }
    configuration = resource("AWS::EMR::SecurityConfiguration", SecurityConfiguration=document)
    attributes = {"Realm": "EC2.INTERNAL", "KdcAdminPassword": {"Ref": "AWS::Region"}}
    refers = {"SecurityConfiguration": {"Ref": "Security"}}
    with_both = cluster(**refers, KerberosAttributes=attributes)
    assert "EMR-KERBEROS-001" not in ids(with_both, Security=configuration)
    assert "EMR-KERBEROS-001" in ids(cluster(**refers), Security=configuration)


OWN_KDC = {"ClusterDedicatedKdcConfiguration": {"TicketLifetimeInHours": 24}}
EXTERNAL_KDC = {
    "ExternalKdcConfiguration": {
        "TicketLifetimeInHours": 24,
        "KdcServerType": "Single",
        "AdminServer": "kdc.example.com:749",
        "KdcServer": "kdc.example.com:88",
    }
}


@pytest.mark.parametrize("settings", [{}, OWN_KDC, EXTERNAL_KDC])
@pytest.mark.parametrize("provider", ["ClusterDedicatedKdcs", "ExternalKdcs", "kdc"])
def test_misspelled_provider_is_found_once(provider: str, settings: dict[str, Any]) -> None:
    kerberos = {"KerberosConfiguration": {"Provider": provider, **settings}}
    configuration = resource(
        "AWS::EMR::SecurityConfiguration",
        SecurityConfiguration={"AuthenticationConfiguration": kerberos},
    )
    found = problems(cluster(), Security=configuration)
    assert [(each.rule_id, each.path[-1]) for each in found] == [("EMR-TEMPLATE-028", "Provider")]


def test_missing_provider_is_found() -> None:
    configuration = resource(
        "AWS::EMR::SecurityConfiguration",
        SecurityConfiguration={"AuthenticationConfiguration": {"KerberosConfiguration": OWN_KDC}},
    )
    [problem] = problems(cluster(), Security=configuration)
    assert problem.message == "the key Provider is missing"
