"""What deploying one set of CloudFormation templates over another does: no CDK, no network."""

from __future__ import annotations
