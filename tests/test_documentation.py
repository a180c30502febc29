"""What the documentation shows works, and what it points to is there."""

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_platform import __version__
from emr_platform.cli.program import run
from emr_platform.deployment.loader import load_deployment
from emr_platform.deployment.spec import DEFAULT_WAVES
from emr_platform.deployment.waves import Deployable
from emr_platform.environment.loader import load_environment
from emr_platform.network.spec import ENDPOINTS_WITHOUT_INTERNET
from emr_platform.problems import InvalidSpecError
from scripts.reference.markdown import anchor

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(language: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(page, line, match[1], match[2]))
    return [block for block in found if block.language == language]


def is_complete(environment: dict[str, Any]) -> bool:
    return {"name", "region"} <= environment.keys()


SMALLEST = next(
    content
    for block in blocks("yaml")
    if block.page.name == "README.md" and is_complete(content := yaml.safe_load(block.text))
)


def merged(below: Any, above: Any) -> Any:
    """Put one mapping over another, key by key."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}


def scripts_in(value: Any) -> Iterator[str]:
    """Every local script that an environment names."""
    if isinstance(value, dict):
        if "://" not in (script := value.get("script", "://")):
            yield script
        for inner in value.values():
            yield from scripts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scripts_in(inner)


def is_file_of_project(block: Block) -> bool:
    """Whether a block is a whole file of a project, as its first line says."""
    return block.text.startswith("# environments/")


def is_deployment(block: Block) -> bool:
    """Whether a block says how environments are shipped, as its first line says."""
    return block.text.startswith("# deployment.yaml")


def projects() -> dict[Path, list[Block]]:
    """Pages that show a project, with its files."""
    found: dict[Path, list[Block]] = {}
    for block in filter(is_file_of_project, blocks("yaml")):
        found.setdefault(block.page, []).append(block)
    return found


PROJECTS = projects()


@pytest.mark.parametrize(
    "block",
    [each for each in blocks("yaml") if not (is_file_of_project(each) or is_deployment(each))],
    ids=str,
)
def test_environment_of_example_is_valid(block: Block, tmp_path: Path) -> None:
    content = yaml.safe_load(block.text)
    # YAML reads JSON.
    text = block.text if is_complete(content) else json.dumps(merged(SMALLEST, content))
    file = tmp_path / "environment.yaml"
    file.write_text(text, encoding="utf-8")
    for script in scripts_in(content):
        path = tmp_path / script
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/bash\ntrue\n", encoding="utf-8")
    assert load_environment(file).warnings == ()


@pytest.mark.parametrize("block", [*filter(is_deployment, blocks("yaml"))], ids=str)
def test_deployment_of_example_is_valid(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "deployment.yaml"
    file.write_text(block.text, encoding="utf-8")
    environments = (
        Deployable("acme-prod", "eu-west-1", "retain"),
        Deployable("acme-staging", "eu-west-1", "destroy"),
    )
    assert load_deployment(file, environments).warnings == ()


def test_default_waves_are_as_documented() -> None:
    page = (ROOT / "docs" / "shipping.md").read_text(encoding="utf-8")
    table = page.partition("| Wave | Environments |")[2].partition("\n\n")[0]
    first = [row.split("|")[1] for row in table.splitlines()[2:]]
    assert re.findall(r"`([\w-]+)`", " ".join(first)) == [wave.name for wave in DEFAULT_WAVES]


@pytest.mark.parametrize("page", PROJECTS, ids=lambda page: page.name)
def test_tenants_of_example_are_valid(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in PROJECTS[page]:
        file = Path(block.text.partition("\n")[0].removeprefix("# "))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
    assert run(["lock"]) == 0
    assert run(["validate", "--strict"]) == 0, capsys.readouterr().out


def test_tenants_are_listed_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ROOT / "docs" / "tenants.md"
    monkeypatch.chdir(tmp_path)
    Path("environments/templates").mkdir(parents=True)
    for block in PROJECTS[page][:2]:
        file = Path(block.text.partition("\n")[0].removeprefix("# "))
        file.write_text(block.text, encoding="utf-8")
    assert run(["list"]) == 0
    shown = [block.text for block in blocks("text") if block.page == page]
    assert capsys.readouterr().out in shown


def test_default_endpoints_are_as_documented() -> None:
    page = (ROOT / "docs" / "environment-file.md").read_text(encoding="utf-8")
    [sentence] = re.findall(r"endpoints that they always need:([^.]*)\.", page)
    assert tuple(re.findall(r"`(\w+)`", sentence)) == ENDPOINTS_WITHOUT_INTERNET


def test_problem_looks_as_shown(tmp_path: Path) -> None:
    file = tmp_path / "environment.yaml"
    scaling = {"clusters": {"etl": {"scaling": {"minimum": 2, "maximum": 20, "max_core": 40}}}}
    file.write_text(json.dumps(merged(SMALLEST, scaling)), encoding="utf-8")
    with pytest.raises(InvalidSpecError) as refused:
        load_environment(file)
    [shown] = [block.text for block in blocks("text") if block.page.name == "environment-file.md"]
    [problem] = [each for each in refused.value.problems if each.rule_id == "EMR-SCALING-003"]
    # Only the place is another one.
    assert str(problem).partition("  ")[2] == shown.strip().partition("  ")[2]


@dataclass(frozen=True)
class Session:
    """The examples of constructs.md after they were run, one after the other in one process."""

    names: dict[str, Any]
    printed: str
    first_app: Any

    def template(self, app: Any) -> dict[str, Any]:
        [stack] = app.synth().stacks
        template: dict[str, Any] = stack.template
        return template

    def resources(self, app: Any, type: str) -> list[dict[str, Any]]:
        return [
            resource["Properties"]
            for resource in self.template(app)["Resources"].values()
            if resource["Type"] == type
        ]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(ROOT / "environments" / "scripts", folder / "scripts")
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    first_app = None
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        for block in blocks("python"):
            # Errors name the page, and the line in it.
            code = compile("\n" * block.line + block.text, str(block.page), "exec")
            exec(code, names)  # the documentation of this repository
            first_app = first_app or names["app"]
    return Session(names, printed.getvalue(), first_app)


def test_cluster_of_example_is_synthesized(session: Session) -> None:
    [cluster] = session.resources(session.first_app, "AWS::EMR::Cluster")
    assert cluster["ReleaseLabel"] == "emr-7.12.0"
    assert cluster["Instances"]["CoreInstanceGroup"]["InstanceCount"] == 2
    [step] = cluster["Steps"]
    script, directory = step["HadoopJarStep"]["Args"]
    assert "smoke-test.sh" in json.dumps(script)
    assert directory["Fn::Join"][1][-1] == "/smoke-test/"


def test_example_grants_to_instance_role(session: Session) -> None:
    stack = session.first_app.node.find_child("analytics")
    role = stack.resolve(stack.cluster.instance_role.role_name)
    [policy] = [
        policy
        for policy in session.resources(session.first_app, "AWS::IAM::Policy")
        if role in policy["Roles"]
    ]
    reports = stack.get_logical_id(stack.node.find_child("Reports").node.default_child)
    assert [
        statement
        for statement in policy["PolicyDocument"]["Statement"]
        if "s3:PutObject" in statement["Action"] and reports in json.dumps(statement["Resource"])
    ]


def test_whole_environment_of_example_is_synthesized(session: Session) -> None:
    app = session.names["app"]
    for type in ("AWS::EC2::VPC", "AWS::RDS::DBInstance"):
        assert len(session.resources(app, type)) == 1, type
    profiles = [each["JobFlowRole"] for each in session.resources(app, "AWS::EMR::Cluster")]
    assert len(profiles) == 2
    assert "EMR_EC2_DefaultRole" in profiles
    ports = [rule["FromPort"] for rule in session.resources(app, "AWS::EC2::SecurityGroupIngress")]
    # The cluster's, and that of the function that makes users.
    assert ports.count(3306) == 2
    [users] = session.resources(app, "Custom::ResultStoreUsers")
    assert users["Users"].keys() == {"pipeline"}
    roles = session.resources(app, "AWS::IAM::Role")
    assert [role.get("Path") for role in roles].count("/analytics/") == 2


def test_examples_of_problems_print_them(session: Session) -> None:
    first, *_, last = re.findall(r"EMR-\w+-\d+", session.printed)
    assert (first, last) == ("EMR-SCALING-003", "EMR-APPLICATION-002")


def test_example_has_no_findings_of_cdk_nag(session: Session) -> None:
    report = Path(session.names["checked"].synth().directory, "validation-report.json")
    [nag] = [
        plugin
        for plugin in json.loads(report.read_text(encoding="utf-8"))["pluginReports"]
        if plugin["pluginName"] == "AwsSolutions"
    ]
    assert nag["violations"] == []


def test_specs_and_rules_do_not_load_the_cdk() -> None:
    code = (
        "import sys, emr_platform.environment.loader, emr_platform.environment.rules\n"
        "from emr_platform.cluster import ClusterSpec\n"
        "print(sorted({'aws_cdk', 'boto3', 'constructs', 'jsii'} & sys.modules.keys()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


def headings(page: Path) -> set[str]:
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, fragment = link.partition("#")
        if link.startswith("https://"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and fragment not in headings(target)):
            broken.append(link)
    assert broken == []


def commands() -> list[tuple[str, str]]:
    """Every ``make TARGET`` and ``emr-platform COMMAND`` that is shown as code."""
    found: dict[tuple[str, str], None] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = [match[2] for match in _BLOCK.finditer(text) if match[1] == "shell"]
        code += re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))
        for line in "\n".join(code).splitlines():
            for match in re.finditer(r"^(?:\.venv/bin/)?(make|emr-platform) ([a-z][a-z-]*)", line):
                found[match[1], match[2]] = None
    return list(found)


@pytest.mark.parametrize(("program", "command"), commands(), ids=" ".join)
def test_command_exists(program: str, command: str) -> None:
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
        return
    answer = subprocess.run(
        [Path(sys.executable).parent / "emr-platform", command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def test_wheel_has_the_documented_name() -> None:
    page = (ROOT / "docs" / "constructs.md").read_text(encoding="utf-8")
    assert re.findall(r"emr_platform-([\d.]+)-py3-none-any\.whl", page) == [__version__]
