"""The zip file is what EMR's guide makes with openssl."""

from __future__ import annotations

import io
import ssl
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtensionOID, NameOID

from emr_platform.security_configuration.trial_certificate import trial_certificate

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return unzipped(trial_certificate("eu-west-1", days=30, now=NOW))


def test_files_have_the_names_that_emr_expects(files: dict[str, bytes]) -> None:
    assert set(files) == {"privateKey.pem", "certificateChain.pem", "trustedCertificates.pem"}
    assert files["certificateChain.pem"] == files["trustedCertificates.pem"]
    assert files["privateKey.pem"].startswith(b"-----BEGIN PRIVATE KEY-----")


def test_key_and_certificate_belong_together(files: dict[str, bytes]) -> None:
    certificate = x509.load_pem_x509_certificate(files["certificateChain.pem"])
    key = load_pem_private_key(files["privateKey.pem"], password=None)

    assert certificate.public_key() == key.public_key()
    certificate.verify_directly_issued_by(certificate)


@pytest.mark.parametrize(
    ("region", "name"),
    [("us-east-1", "*.ec2.internal"), ("us-west-2", "*.us-west-2.compute.internal")],
)
def test_names_are_those_that_the_guide_gives_nodes(region: str, name: str) -> None:
    chain = unzipped(trial_certificate(region, days=1))["certificateChain.pem"]
    certificate = x509.load_pem_x509_certificate(chain)

    [common_name] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    assert common_name.value == name
    assert isinstance(names.value, x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == [name]


def test_days(files: dict[str, bytes]) -> None:
    certificate = x509.load_pem_x509_certificate(files["certificateChain.pem"])

    assert certificate.not_valid_before_utc == NOW
    assert certificate.not_valid_after_utc == NOW + timedelta(days=30)


def test_tls_takes_it(tmp_path: Path) -> None:
    """A client that trusts the third file talks to a server that has the other two."""
    for name, content in unzipped(trial_certificate("eu-west-1", days=2)).items():
        (tmp_path / name).write_bytes(content)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "certificateChain.pem", tmp_path / "privateKey.pem")
    client = ssl.create_default_context(cafile=tmp_path / "trustedCertificates.pem")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    at_client = client.wrap_bio(
        to_client, to_server, server_hostname="ip-10-0-0-1.eu-west-1.compute.internal"
    )
    at_server = server.wrap_bio(to_server, to_client, server_side=True)

    for _ in range(3):
        for side in (at_client, at_server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue

    assert at_client.version() in ("TLSv1.2", "TLSv1.3")
    assert at_client.getpeercert()
