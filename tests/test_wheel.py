"""The built wheel, alone in another folder with nothing but the packages that it asks for."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from emr_platform import __version__
from tests.repository_files import repository_files

ROOT = Path(__file__).parents[1]
SITE_PACKAGES = Path("lib", f"python{sys.version_info.major}.{sys.version_info.minor}")

# Runs in the other environment: what a reader of the README would write first.
SCRIPT = """
import importlib.util
import json
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

import emr_platform
from emr_platform.cluster import ClusterSpec, CoreGroupSpec, EmrCluster

package = Path(emr_platform.__file__).parent
stack = cdk.Stack(cdk.App(), "Analytics")
vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
EmrCluster(
    stack,
    "Etl",
    spec=ClusterSpec(release="emr-7.12.0", core=CoreGroupSpec(type="m6g.xlarge", count=2)),
    vpc=vpc,
    subnets=vpc.private_subnets,
    log_bucket=s3.Bucket(stack, "Logs"),
)
[cluster] = Template.from_stack(stack).find_resources("AWS::EMR::Cluster").values()
modules = ("boto3", "cdk_nag", "moto", "pytest", "stacks")
print(json.dumps({
    "package": str(package),
    "version": emr_platform.__version__,
    "typed": (package / "py.typed").is_file(),
    "release": cluster["Properties"]["ReleaseLabel"],
    "core instances": cluster["Properties"]["Instances"]["CoreInstanceGroup"]["InstanceCount"],
    "modules beyond those asked for": [name for name in modules if importlib.util.find_spec(name)],
}))
"""


def required_by(found: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for text in found.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras or {""}
        ):
            yield requirement


def lend(site_packages: Path, wanted: Distribution) -> None:
    """Link what a distribution needs, and no more, out of the environment of these tests.

    An installation from the lock file would bring the same files, a minute later and only
    where a package index can be reached.
    """
    todo = list(required_by(wanted, set()))
    done = set()
    while todo:
        requirement = todo.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in done:
            continue
        done.add(key)
        found = distribution(requirement.name)
        todo += required_by(found, requirement.extras)
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            link = site_packages / top
            if not link.is_symlink():
                link.symlink_to(Path(str(found.locate_file(top))))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    interpreter = folder / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            interpreter,
            "install",
            "--no-index",
            "--no-deps",
            wheel,
        ],
        check=True,
        capture_output=True,
    )
    site_packages = folder / SITE_PACKAGES / "site-packages"
    [installed] = site_packages.glob("emr_platform-*.dist-info")
    lend(site_packages, PathDistribution(installed))
    return interpreter


def test_wheel_holds_the_package_and_its_data(wheel: Path) -> None:
    assert wheel.name == f"emr_platform-{__version__}-py3-none-any.whl"
    packaged = {
        name
        for name in zipfile.ZipFile(wheel).namelist()
        if not name.startswith(f"emr_platform-{__version__}.dist-info/")
    }
    root = ROOT / "constructs"
    assert packaged == {
        path.relative_to(root).as_posix() for path in repository_files() if root in path.parents
    }
    assert "emr_platform/py.typed" in packaged


def test_wheel_offers_the_command_and_the_pytest_plugin(wheel: Path) -> None:
    folder = f"emr_platform-{__version__}.dist-info"
    entry_points = zipfile.ZipFile(wheel).read(f"{folder}/entry_points.txt").decode()
    assert entry_points.split("\n\n") == [
        "[console_scripts]\nemr-platform = emr_platform.cli:main",
        "[pytest11]\nemr-platform = emr_platform.testing.plugin\n",
    ]


def test_wheel_works_elsewhere(python: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    answer = subprocess.run(
        [python, "-c", SCRIPT],
        check=False,
        cwd=python.parent,
        env=kept,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {
        "package": str(python.parents[1] / SITE_PACKAGES / "site-packages" / "emr_platform"),
        "version": __version__,
        "typed": True,
        "release": "emr-7.12.0",
        "core instances": 2,
        "modules beyond those asked for": [],
    }
