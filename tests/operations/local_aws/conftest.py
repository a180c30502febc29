"""One local AWS for all tests of this folder, because it takes seconds to start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emr_platform.operations.local_aws import LocalAws


@pytest.fixture(scope="session")
def node_modules() -> Path:
    return Path(__file__).parents[3] / "node_modules"


@pytest.fixture(scope="session")
def aws(node_modules: Path) -> Iterator[LocalAws]:
    with LocalAws(node_modules=node_modules) as local_aws:
        yield local_aws
