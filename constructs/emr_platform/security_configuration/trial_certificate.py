"""A self-signed certificate for trying encryption in transit. Needs the package's extra ``certificates``.

EMR's guide makes one with openssl; this makes the same. See
https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html#emr-encryption-certificates.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PRIVATE_KEY = "privateKey.pem"
CERTIFICATE_CHAIN = "certificateChain.pem"
TRUSTED_CERTIFICATES = "trustedCertificates.pem"
"""Names of the files in the zip file; EMR takes no others."""

_KEY_BITS = 2048
_EXPONENT = 65537
# As MS-DOS had it: the same key gives the same zip file, whenever it is made.
_FILE_TIME = (1980, 1, 1, 0, 0, 0)
# In the upper half of the attributes, as Unix has them.
_MODE = 0o100600


def private_domain(region: str) -> str:
    """The domain of nodes' private names: ``ec2.internal``, or ``eu-west-1.compute.internal``."""
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def trial_certificate(region: str, *, days: int, now: datetime | None = None) -> bytes:
    """Make a key and a self-signed certificate for the nodes of a region.

    Args:
        region: Region of the cluster, ``eu-west-1``.
        days: Days that the certificate is valid, at least 1.
        now: When it begins to be valid. Default: now.

    Returns:
        A zip file with ``privateKey.pem``, ``certificateChain.pem`` and ``trustedCertificates.pem``.
    """
    start = now or datetime.now(UTC)
    key = rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_KEY_BITS)
    domain = private_domain(region)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"*.{domain}")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{domain}")]), critical=False)
        # It is its own authority: nodes are told to trust it.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM)
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return _zipped(
        {PRIVATE_KEY: private_key, CERTIFICATE_CHAIN: chain, TRUSTED_CERTIFICATES: chain}
    )


def _zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _FILE_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE << 16
            archive.writestr(entry, data)
    return content.getvalue()
