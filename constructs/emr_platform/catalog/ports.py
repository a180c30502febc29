"""The ports on the primary node that clients of an application connect to, by names of their own.

From "Amazon EMR service ports" and "View web interfaces hosted on Amazon EMR clusters" in the Amazon EMR
Management Guide (https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-service-ports.html,
…/emr-web-interfaces.html) and, for Livy, the Amazon EMR Release Guide. They are EMR's defaults: a cluster may
be configured otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ApplicationPort:
    """A port that an application listens on.

    Attributes:
        name: What it is called here.
        number: The TCP port.
        applications: The applications that bring it, by EMR's names, any of them; empty for what every cluster has.
        about: What is there.
    """

    name: str
    number: int
    applications: tuple[str, ...]
    about: str


_TABLE: tuple[tuple[str, int, str, str], ...] = (
    ("hbase-web", 16010, "HBase", "Web interface of the HBase master"),
    ("hdfs", 8020, "", "HDFS name node"),
    ("hdfs-web", 9870, "", "Web interface of the HDFS name node, from emr-6.0.0"),
    ("hive-metastore", 9083, "Hive HCatalog", "Hive metastore, Thrift"),
    ("hive-server", 10000, "Hive", "HiveServer2, Thrift: JDBC and ODBC"),
    ("hive-server-http", 10001, "Hive", "HiveServer2, HTTP; not there by default"),
    ("hive-server-web", 10002, "Hive", "Web interface of HiveServer2"),
    ("hue", 8888, "Hue", "Hue"),
    ("job-history", 19888, "", "Web interface of the MapReduce job history"),
    ("jupyterhub", 9443, "JupyterHub", "JupyterHub, HTTPS"),
    ("livy", 8998, "Livy", "Livy, a REST interface to Spark"),
    ("oozie", 11000, "Oozie Oozie-Sandbox", "Oozie"),
    ("presto", 8889, "Presto Presto-Sandbox", "Presto coordinator: JDBC and its web interface"),
    ("spark-history", 18080, "Spark", "Web interface of the Spark history"),
    ("ssh", 22, "", "SSH"),
    ("tez-web", 8080, "Tez", "Web interface of Tez"),
    ("trino", 8889, "Trino PrestoSQL", "Trino coordinator: JDBC and its web interface"),
    ("yarn", 8032, "", "YARN resource manager: submitting applications"),
    ("yarn-web", 8088, "", "Web interface of the YARN resource manager"),
    ("zeppelin", 8890, "Zeppelin Zeppelin-Sandbox", "Zeppelin"),
    ("zookeeper", 2181, "ZooKeeper ZooKeeper-Sandbox HBase", "ZooKeeper"),
)

PORTS: Mapping[str, ApplicationPort] = MappingProxyType(
    {
        name: ApplicationPort(name, number, tuple(applications.split()), about)
        for name, number, applications, about in _TABLE
    }
)
"""Every port by its name."""
