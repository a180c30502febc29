"""Imports the cluster file of the edX analytics pipeline, of which many deployments have one.

>>> from emr_platform.importers.edx import ImportOptions, import_cluster_file
>>> imported = import_cluster_file(
...     "{name: etl, release_label: emr-7.12.0, instance_groups: {master: {type: m6g.xlarge}}}",
...     file="cluster.yml",
...     target="etl.yaml",
...     options=ImportOptions(region="eu-west-1"),
... )
>>> imported.text.splitlines()[3:5]
['name: etl', 'region: eu-west-1']
"""

from emr_platform.importers.edx.context import ImportOptions
from emr_platform.importers.edx.importer import ImportedCluster, import_cluster_file

__all__ = ["ImportOptions", "ImportedCluster", "import_cluster_file"]
