"""What an environment's templates follow from: equal where nothing matters, different where anything does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emr_platform.environment.loader import load_environment
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.spec import SharedVpcSpec
from emr_platform.pool.spec import PoolSpec, QueueSpec
from emr_platform.synthesis.inputs import inputs_of
from emr_platform.tenants.tenancy import PoolTenant, Tenancy

TEXT = """\
name: dev
region: us-east-1
clusters:
  etl:
    release: emr-7.12.0
    bootstrap:
      one: {script: one.sh}
      two: {script: two.sh}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / f"{name}.sh").write_text(f"#!/bin/bash\necho {name}\n", encoding="utf-8")
    return tmp_path


def digest(folder: Path, text: str = TEXT, name: str = "dev.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return inputs_of(load_environment(folder / name)).digest


@pytest.mark.parametrize(
    "text",
    [
        f"# A comment\n{TEXT}",
        f"{TEXT}protection: retain\n",
        f"{TEXT}network: {{availability_zones: 2}}\n",
        TEXT.replace("name: dev\nregion: us-east-1", "region: 'us-east-1'\nname: dev"),
    ],
    ids=["comment", "default", "default further in", "spelling"],
)
def test_what_makes_no_difference(folder: Path, text: str) -> None:
    assert digest(folder) == digest(folder, text)


def test_name_of_the_file_makes_no_difference(folder: Path) -> None:
    assert digest(folder) == digest(folder, name="other.yml")


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT}tags: {{cost-center: a}}\n",
        f"{TEXT}account: '111122223333'\n",
        TEXT.replace("emr-7.12.0", "emr-7.11.0"),
        TEXT.replace(
            "      one: {script: one.sh}\n      two: {script: two.sh}\n",
            "      two: {script: two.sh}\n      one: {script: one.sh}\n",
        ),
    ],
    ids=["tag", "account", "release", "order of bootstrap actions"],
)
def test_what_makes_a_difference(folder: Path, text: str) -> None:
    assert digest(folder) != digest(folder, text)


def test_content_of_a_script_makes_a_difference(folder: Path) -> None:
    before = digest(folder)
    (folder / "two.sh").write_text("#!/bin/bash\necho 2\n", encoding="utf-8")

    assert digest(folder) != before


def test_tenancy_makes_a_difference(folder: Path) -> None:
    (folder / "dev.yaml").write_text(TEXT, encoding="utf-8")
    loaded = load_environment(folder / "dev.yaml")
    shared = EnvironmentSpec(name="shared-eu", region="eu-west-1")
    queue = PoolSpec(queue=QueueSpec(guaranteed_percent=10))
    tenancies = [
        None,
        Tenancy("silo", "acme"),
        Tenancy("silo", "globex"),
        Tenancy("bridge", "acme", shared=shared),
        Tenancy("bridge", "acme", shared=shared.model_copy(update={"region": "us-east-1"})),
        Tenancy("pool", "acme", shared=shared, pool=PoolSpec()),
        Tenancy("pool", "acme", shared=shared, pool=queue),
        Tenancy("shared", serves=frozenset({"pool"})),
        Tenancy("shared", serves=frozenset({"pool", "bridge"})),
        Tenancy("shared", pool_tenants=(PoolTenant("tiny", PoolSpec()),)),
        Tenancy("shared", pool_tenants=(PoolTenant("tiny", queue),)),
    ]

    digests = [inputs_of(replace(loaded, tenancy=tenancy)).digest for tenancy in tenancies]

    assert len(set(digests)) == len(tenancies)


def test_sets_have_no_order(folder: Path) -> None:
    (folder / "dev.yaml").write_text(TEXT, encoding="utf-8")
    loaded = load_environment(folder / "dev.yaml")
    tenancy = Tenancy("shared", serves=frozenset({"pool", "bridge", "silo"}))

    inputs = inputs_of(replace(loaded, tenancy=tenancy))

    assert inputs.tenancy is not None
    assert inputs.tenancy["serves"] == ["bridge", "pool", "silo"]


def test_shared_network_makes_a_difference(folder: Path) -> None:
    """A specification asks for a new VPC; what a tenant gets says whose VPC it is."""
    (folder / "dev.yaml").write_text(TEXT, encoding="utf-8")
    environment = load_environment(folder / "dev.yaml")

    def digest_with(shared: str) -> str:
        network = SharedVpcSpec.model_validate(
            {**environment.spec.network.model_dump(), "environment": shared}
        )
        spec = environment.spec.model_copy(update={"network": network})
        return inputs_of(replace(environment, spec=spec)).digest

    assert digest_with("shared-eu") == digest_with("shared-eu") != digest_with("shared-us")
