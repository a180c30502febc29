"""Valid environments, made up at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Draw = Any

GRAVITON = ["m6g.xlarge", "m6g.4xlarge", "r6g.2xlarge", "c6g.4xlarge", "m7g.2xlarge"]
INTEL = ["m5.xlarge", "r5.2xlarge", "c5.4xlarge", "m5d.2xlarge"]
RELEASES = ["emr-6.15.0", "emr-7.0.0", "emr-7.5.0", "emr-7.12.0"]
APPLICATIONS = ["Hadoop", "Hive", "JupyterEnterpriseGateway", "Livy", "Spark", "Tez", "Zeppelin"]

names = st.from_regex(r"[a-z]([a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True)
words = st.text("abcXYZ019 _=+,;:%ü✓'\"\\", min_size=1, max_size=20)
scalars = st.one_of(words, st.booleans(), st.integers(-5, 10**9), st.floats(0, 1, width=16))
property_names = st.from_regex(r"[a-z]{2,8}(\.[a-zA-Z-]{2,12}){1,3}", fullmatch=True)


@st.composite
def volumes(draw: Draw) -> dict[str, Any]:
    """EBS volumes within EC2's bounds for their type."""
    kind = draw(st.sampled_from(["gp2", "gp3", "io1", "st1", "standard"]))
    smallest = {"st1": 500, "io1": 10}.get(kind, 10)
    ebs: dict[str, Any] = {"type": kind, "size_gib": draw(st.integers(smallest, 1024))}
    if draw(st.booleans()):
        ebs["volumes_per_instance"] = draw(st.integers(1, 25))
    if kind == "io1":
        ebs["iops"] = draw(st.integers(100, min(64000, 50 * ebs["size_gib"])))
    if kind == "gp3" and draw(st.booleans()):
        ebs["iops"] = draw(st.integers(3000, max(3000, min(16000, 500 * ebs["size_gib"]))))
        ebs["throughput_mib_per_second"] = draw(st.integers(125, min(1000, ebs["iops"] // 4)))
    return ebs


@st.composite
def groups(draw: Draw, types: list[str], *, count: int | None = None) -> dict[str, Any]:
    """An instance group."""
    group: dict[str, Any] = {"type": draw(st.sampled_from(types))}
    if count is not None:
        group["count"] = count
    if draw(st.booleans()):
        group["market"] = draw(st.sampled_from(["spot", "on_demand"]))
        if group["market"] == "spot" and draw(st.booleans()):
            group["bid_price_usd"] = draw(st.sampled_from([0.25, "1.10", 2]))
    if draw(st.booleans()):
        group["ebs"] = draw(volumes())
    return group


@st.composite
def configurations(draw: Draw) -> Any:
    """Classifications in the mapping form or in EMR's list form."""
    content = draw(
        st.dictionaries(
            st.sampled_from(["spark-defaults", "yarn-site", "core-site", "hive-site"]),
            st.dictionaries(property_names, scalars, max_size=4),
            max_size=3,
        )
    )
    if draw(st.booleans()):
        return [
            {"Classification": name, "Properties": properties}
            for name, properties in content.items()
        ]
    if draw(st.booleans()):
        content["spark-env"] = {"export": {"PYSPARK_PYTHON": draw(words)}}
    return content


def steps(buckets: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A step of any kind."""
    bucket = st.sampled_from(buckets)
    arguments = st.lists(words, max_size=4, unique=True)
    name = {"name": st.from_regex(r"[A-Za-z0-9 _.-]{1,30}", fullmatch=True)}
    return st.one_of(
        st.fixed_dictionaries(
            {**name, "script": st.just("scripts/smoke-test.sh"), "args": arguments}
        ),
        st.fixed_dictionaries(
            {
                **name,
                "spark_submit": st.builds(
                    lambda bucket, options: [*options, f"bucket://{bucket}/job.py", "--conf"],
                    bucket,
                    st.sampled_from([[], ["--conf", "a=1", "--conf", "b=2"], ["--verbose"]]),
                ),
            }
        ),
        st.fixed_dictionaries(
            {**name, "jar": st.just("s3://jobs-of-ours/job.jar"), "args": arguments}
        ),
        st.fixed_dictionaries({**name, "command": st.just(["hdfs", "dfsadmin", "-report"])}),
    )


@st.composite
def clusters(
    draw: Draw, *, subnets: int, data_buckets: list[str], result_store: bool
) -> dict[str, Any]:
    """A cluster that EMR would accept."""
    types = draw(st.sampled_from([GRAVITON, INTEL]))
    if draw(st.booleans()):
        types = GRAVITON + INTEL
    cluster: dict[str, Any] = {
        "release": draw(st.sampled_from(RELEASES)),
        "applications": draw(st.lists(st.sampled_from(APPLICATIONS), min_size=1, unique=True)),
        "primary": draw(groups(types)),
        "configurations": draw(configurations()),
        "subnet_index": draw(st.integers(0, subnets - 1)),
        "session_manager": draw(st.booleans()),
        "read_result_store_secret": result_store and draw(st.booleans()),
        "step_concurrency": draw(st.integers(1, 256)),
        "steps": draw(st.lists(steps([*data_buckets, "logs", "config"]), max_size=4)),
        "tags": draw(
            st.dictionaries(st.sampled_from(["team", "owner", "a/b:c"]), names, max_size=2)
        ),
    }
    if draw(st.booleans()):
        count = draw(st.integers(1, 20))
        cluster["core"] = draw(groups(types, count=count))
        cluster["task"] = {
            name: draw(groups(types, count=draw(st.integers(0, 5))))
            for name in draw(st.lists(names, max_size=3, unique=True))
        }
        if draw(st.booleans()):
            most = draw(st.integers(count + 20, 200))
            cluster["scaling"] = {
                "minimum": draw(st.integers(1, count)),
                "maximum": most,
                "max_core": draw(st.integers(count, most)),
                "max_on_demand": most,
            }
    if draw(st.booleans()):
        cluster["bootstrap"] = {
            "packages": {"script": "scripts/install-packages.sh", "args": ["jq"]}
        }
    if draw(st.booleans()):
        cluster["idle_timeout_minutes"] = draw(st.integers(1, 10080))
    if draw(st.booleans()):
        access = st.sampled_from(["read", "read_write"])
        cluster["data_access"] = {name: draw(access) for name in data_buckets}
    return cluster


@st.composite
def environments(draw: Draw) -> dict[str, Any]:
    """An environment, as the content of a file."""
    zones = draw(st.integers(2, 4))
    data_buckets = draw(
        st.lists(st.sampled_from(["input", "output", "lake"]), max_size=2, unique=True)
    )
    result_store = draw(st.booleans())
    private = draw(st.booleans())
    environment: dict[str, Any] = {
        "name": draw(names),
        "region": draw(st.sampled_from(["us-east-1", "eu-west-1"])),
        "protection": draw(st.sampled_from(["retain", "destroy"])),
        "network": {
            "cidr": draw(st.sampled_from(["10.0.0.0/16", "172.20.0.0/18", "192.168.0.0/20"])),
            "availability_zones": zones,
            "cluster_subnets": "private" if private else "public",
            "nat_gateways": draw(st.integers(0, zones)) if private else 0,
        },
        "storage": {"data": {name: {} for name in data_buckets}},
        "clusters": {
            name: draw(
                clusters(subnets=zones, data_buckets=data_buckets, result_store=result_store)
            )
            for name in draw(st.lists(names, min_size=1, max_size=2, unique=True))
        },
    }
    if draw(st.booleans()):
        environment["account"] = "111122223333"
    if draw(st.booleans()):
        environment["ssh"] = draw(
            st.sampled_from(
                [
                    {"key_pair": "analytics", "allow_from": ["10.0.0.0/8"]},
                    {"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIexample analytics"},
                ]
            )
        )
    if draw(st.booleans()):
        environment["identity"] = {
            "role_path": "/emr/",
            "permissions_boundary": "arn:aws:iam::111122223333:policy/boundary",
        }
    if result_store:
        environment["result_store"] = {"multi_az": draw(st.booleans())}
    return environment
