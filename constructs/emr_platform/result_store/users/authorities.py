"""Of which regions the certificate authorities of RDS are known. Pure."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("rds_certificates.pem")
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
_NAME = re.compile(rb"Amazon RDS ([a-z0-9-]+) Root CA (?:RSA2048|RSA4096|ECC384) G1")


@cache
def regions_with_authorities() -> frozenset[str]:
    """Regions whose authorities are in the file that the functions bring along, by their names in there."""
    certificates = _CERTIFICATE.findall(_FILE.read_text(encoding="ascii"))
    names = (name for each in certificates for name in _NAME.findall(base64.b64decode(each)))
    return frozenset(name.decode() for name in names)
