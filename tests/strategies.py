"""Valid environments, made up at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Draw = Any

GRAVITON = ["m6g.xlarge", "m6g.4xlarge", "r6g.2xlarge", "c6g.4xlarge", "m7g.2xlarge"]
INTEL = ["m5.xlarge", "r5.2xlarge", "c5.4xlarge", "m5d.2xlarge"]
RELEASES = ["emr-6.15.0", "emr-7.0.0", "emr-7.5.0", "emr-7.12.0"]
MARKETS = ["on_demand", "spot"]
ACCESS = ["read", "read_write"]
DATABASE_USERS = ["api", "hive", "pipeline"]
APPLICATIONS = ["Hadoop", "Hive", "JupyterEnterpriseGateway", "Livy", "Spark", "Tez", "Zeppelin"]

# Not from regular expressions, which are many times as slow to draw from.
names = st.text("abz09-", max_size=13).map(lambda text: f"n{text}".rstrip("-"))
words = st.text("abcXYZ019 _=+,;:%ü✓'\"\\", min_size=1, max_size=20)
scalars = st.one_of(words, st.booleans(), st.integers(-5, 10**9), st.floats(0, 1, width=16))
property_names = st.lists(st.text("akzKZ-", min_size=2, max_size=12), min_size=2, max_size=4).map(
    ".".join
)


@st.composite
def volumes(draw: Draw) -> dict[str, Any]:
    """EBS volumes within EC2's bounds for their type."""
    kind = draw(st.sampled_from(["gp2", "gp3", "io1", "st1", "standard"]))
    smallest = {"st1": 500, "io1": 10}.get(kind, 10)
    ebs: dict[str, Any] = {"type": kind, "size_gib": draw(st.integers(smallest, 1024))}
    if draw(st.booleans()):
        ebs["volumes_per_instance"] = draw(st.integers(1, 12))
    if kind == "io1":
        ebs["iops"] = draw(st.integers(100, min(64000, 50 * ebs["size_gib"])))
    if kind == "gp3" and draw(st.booleans()):
        ebs["iops"] = draw(st.integers(3000, max(3000, min(16000, 500 * ebs["size_gib"]))))
        ebs["throughput_mib_per_second"] = draw(st.integers(125, min(1000, ebs["iops"] // 4)))
    return ebs


several_volumes = st.lists(
    volumes(), min_size=1, max_size=2, unique_by=lambda each: (each["type"], each["size_gib"])
)


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
        group["ebs"] = draw(st.one_of(volumes(), several_volumes))
    return group


@st.composite
def fleet_types(draw: Draw, types: list[str], *, weighted: bool) -> dict[str, Any]:
    """Instance types of a fleet."""
    chosen: dict[str, Any] = {}
    for type_ in draw(st.lists(st.sampled_from(types), min_size=1, max_size=4, unique=True)):
        chosen[type_] = {}
        if weighted and draw(st.booleans()):
            chosen[type_]["weight"] = draw(st.integers(1, 64))
        if draw(st.booleans()):
            key = draw(st.sampled_from(["bid_price_usd", "bid_price_percent"]))
            chosen[type_][key] = draw(st.sampled_from([0.25, 60, 100]))
        if draw(st.booleans()):
            chosen[type_]["ebs"] = draw(volumes())
    return chosen


@st.composite
def instance_fleets(draw: Draw, types: list[str], *, subnets: int) -> dict[str, Any]:
    """The instance fleets of a cluster."""
    timeouts = st.fixed_dictionaries({"timeout_minutes": st.integers(5, 1440)})
    fleets: dict[str, Any] = {
        "primary": {
            "types": draw(fleet_types(types, weighted=False)),
            "market": draw(st.sampled_from(["on_demand", "spot"])),
        }
    }
    for role in draw(st.sampled_from([["core"], ["core", "task"]])):
        fleets[role] = {
            "types": draw(fleet_types(types, weighted=True)),
            "on_demand_capacity": draw(st.integers(1, 20)),
            "spot_capacity": draw(st.integers(0, 20)),
            "spot": {
                **draw(timeouts),
                "allocation_strategy": draw(
                    st.sampled_from(["price_capacity_optimized", "capacity_optimized"])
                ),
            },
        }
        if draw(st.booleans()):
            fleets[role]["resize"] = {
                market: draw(timeouts) for market in draw(st.sets(st.sampled_from(MARKETS)))
            }
    if draw(st.booleans()):
        fleets["subnet_indexes"] = draw(
            st.lists(st.integers(0, subnets - 1), min_size=1, unique=True)
        )
    return fleets


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
    name = {"name": st.text("aXz09 _.-", min_size=1, max_size=30)}
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
def security_configurations(
    draw: Draw, *, applications: list[str], data_buckets: list[str]
) -> dict[str, Any]:
    """A security configuration in any of its forms, for releases from 6.15.0."""
    attributes = {"realm": "EXAMPLE.INTERNAL"}
    access = st.dictionaries(st.sampled_from(data_buckets), st.sampled_from(["read", "read_write"]))
    new_role = {"buckets": draw(access) if data_buckets else {}}
    kerberos = {"kerberos": {}, "kerberos_attributes": attributes}
    mappings = {"analysts": {"create": new_role, "groups": ["analysts"]}}
    roles = {"runtime_roles": {"create": {"reports": new_role}}}
    lake = {**roles, "lake_formation": {}}
    own: dict[str, Any] = {}
    for part in (
        {"in_transit": {"certificates": {"provider": "emr"}}},
        {"at_rest": {"s3": {"mode": "sse_s3"}, "local_disks": {"ebs_encryption": False}}},
        {"imds": {"hop_limit": draw(st.integers(1, 64))}},
        {"emrfs_role_mappings": mappings},
        kerberos,
        draw(st.sampled_from([roles, lake])) if {"Hive", "Spark"} & {*applications} else {},
    ):
        if draw(st.booleans()):
            own.update(part)
    existing = {"existing": "company-default", "kerberos_attributes": attributes}
    document = {
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": True,
            "EnableAtRestEncryption": True,
            "InTransitEncryptionConfiguration": {
                "TLSCertificateConfiguration": {
                    "CertificateProviderType": "PEM",
                    "S3Object": "bucket://config/certs.zip",
                }
            },
            "AtRestEncryptionConfiguration": {
                "S3EncryptionConfiguration": {"EncryptionMode": "SSE-S3"}
            },
        },
        "AuthenticationConfiguration": {
            "KerberosConfiguration": {"Provider": "ClusterDedicatedKdc"}
        },
        "kerberos_attributes": attributes,
    }
    chosen: dict[str, Any] = draw(st.sampled_from([own, existing, document]))
    return chosen


@st.composite
def metastores(draw: Draw, *, data_buckets: list[str], result_store: bool) -> Any:
    """A metastore in any of its forms."""
    secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hive-AbCdEf"
    database: dict[str, Any] = {"host": "db.example.com", "user": "hive", "secret": secret}
    if draw(st.booleans()):
        database["secret_key"] = "password"
    forms: list[Any] = ["local", "glue", {"mysql": database}]
    forms.append({"glue": {"databases": ["sales"], "access": draw(st.sampled_from(ACCESS))}})
    forms += [{"glue": {"warehouse": f"bucket://{name}/tables/"}} for name in data_buckets]
    forms += ["mysql: result_store", "mysql: hive"] if result_store else []
    form = draw(st.sampled_from(forms))
    if form == "mysql: hive":
        return {"mysql": {"user": "hive"}}
    return {"mysql": "result_store"} if form == "mysql: result_store" else form


@st.composite
def presets(draw: Draw, *, data_buckets: list[str], result_store: bool) -> Any:
    """Presets that get along with each other, in either form, for releases from 6.15.0."""
    options: dict[str, Any] = {
        "iceberg": {},
        draw(st.sampled_from(["delta", "hudi"])): {},
        "jupyter-enterprise-gateway": {},
        "livy": {"session_timeout": "2h"},
        "spark-dynamic-allocation": {"maximum_executors": draw(st.integers(1, 100))},
    }
    for name in data_buckets:
        options["iceberg"] = {"warehouse": f"bucket://{name}/tables/"}
        options["jupyterhub"] = {"bucket": f"bucket://{name}"}
        options["yarn-logs-on-s3"] = {"directory": f"bucket://{name}/logs/"}
        options["zeppelin"] = {"bucket": f"bucket://{name}", "user": "team"}
    if result_store:
        options["oozie-database"] = {"database": "result_store"}
    chosen = draw(st.lists(st.sampled_from(sorted(options)), unique=True))
    if draw(st.booleans()):
        return [name for name in chosen if name in ("delta", "hudi", "iceberg", "livy")]
    return {name: options[name] for name in chosen}


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
        "configurations": draw(configurations()),
        "lifecycle": draw(st.sampled_from(["long_running", "transient"])),
        "session_manager": draw(st.booleans()),
        "read_result_store_secret": result_store and draw(st.booleans()),
        "result_store_users": draw(
            st.lists(st.sampled_from(DATABASE_USERS), unique=True, max_size=2 * result_store)
        ),
        "step_concurrency": draw(st.integers(1, 256)),
        "steps": draw(
            st.lists(
                steps([*data_buckets, "logs", "config"]),
                max_size=4,
                unique_by=lambda step: step["name"],
            )
        ),
        "tags": draw(
            st.dictionaries(st.sampled_from(["team", "owner", "a/b:c"]), names, max_size=2)
        ),
    }
    if draw(st.booleans()):
        cluster["instance_fleets"] = draw(instance_fleets(types, subnets=subnets))
        if draw(st.booleans()):
            cluster["scaling"] = {"minimum": 1, "maximum": draw(st.integers(80, 200))}
    else:
        cluster.update(draw(instance_groups(types)))
        cluster["subnet_index"] = draw(st.integers(0, subnets - 1))
    if draw(st.booleans()):
        cluster["bootstrap"] = {
            "packages": {"script": "scripts/install-packages.sh", "args": ["jq"]}
        }
    if cluster["lifecycle"] == "long_running" and draw(st.booleans()):
        cluster["idle_timeout_minutes"] = draw(st.integers(1, 10080))
    if draw(st.booleans()):
        cluster["security_configuration"] = draw(
            security_configurations(applications=cluster["applications"], data_buckets=data_buckets)
        )
    if draw(st.booleans()):
        cluster["metastore"] = draw(
            metastores(data_buckets=data_buckets, result_store=result_store)
        )
    if draw(st.booleans()):
        cluster["presets"] = draw(presets(data_buckets=data_buckets, result_store=result_store))
    if draw(st.booleans()):
        access = st.sampled_from(ACCESS)
        cluster["data_access"] = {name: draw(access) for name in data_buckets}
    return cluster


@st.composite
def instance_groups(draw: Draw, types: list[str]) -> dict[str, Any]:
    """The instance groups of a cluster, and how it scales."""
    cluster: dict[str, Any] = {"primary": draw(groups(types))}
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
        else:
            for group in (cluster["core"], *cluster["task"].values()):
                if draw(st.booleans()):
                    group["automatic_scaling"] = draw(scaling_policies(group["count"]))
    return cluster


@st.composite
def scaling_policies(draw: Draw, count: int) -> dict[str, Any]:
    """A scaling policy of a group that starts with a number of instances."""
    policy: dict[str, Any] = {
        "minimum": draw(st.integers(min(count, 1), count)),
        "maximum": draw(st.integers(max(count, 1), 100)),
        "preset": draw(st.sampled_from(["yarn-balanced", "yarn-eager", "yarn-memory"])),
    }
    if draw(st.booleans()):
        policy["rules"] = {
            draw(names): {
                "metric": draw(st.sampled_from(["AppsPending", "HDFSUtilization"])),
                "comparison": "greater_than",
                "threshold": draw(st.integers(0, 99)),
                "adjustment": {"percent_change_in_capacity": draw(st.integers(1, 300))},
            }
        }
    return policy


@st.composite
def environments(draw: Draw) -> dict[str, Any]:
    """An environment, as the content of a file."""
    zones = draw(st.integers(2, 4))
    data_buckets = draw(
        st.lists(st.sampled_from(["lake", "a1", "a-1", "a1b"]), max_size=3, unique=True)
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
        environment["result_store"] = {
            "multi_az": draw(st.booleans()),
            "databases": ["results", "hive_metastore"],
            "users": {
                "api": {"access": "read_only", "databases": ["results"]},
                "hive": "read_write",
                "pipeline": draw(st.sampled_from(["read_only", "read_write"])),
            },
        }
    return environment
