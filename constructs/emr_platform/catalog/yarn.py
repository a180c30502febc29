"""How much of an instance's memory EMR gives to YARN.

From "Task configuration" in the Amazon EMR Release Guide. The formula is what its tables have in
common: it gives every published value of the families from c3 to r6g, and newer families follow it.
"""

from __future__ import annotations

from functools import lru_cache

from emr_platform.catalog.instance_types import InstanceType

_MIB_PER_GIB = 1024
_LEAST_RESERVED_MIB = 2048
_MOST_RESERVED_MIB = 8192
_PUBLISHED_MIB = {
    "c1.medium": 1024,
    "m1.large": 5120,
    "m1.medium": 2048,
    "m1.xlarge": 12288,
    "m2.2xlarge": 30720,
    "m2.4xlarge": 61440,
    "m2.xlarge": 14336,
}
"""What EMR's guide says of the first generations, which the formula misses."""


def memory_mib(type: InstanceType) -> int:
    """The memory of an instance that EMR counts on, in MiB."""
    return int(type.memory_gib * _MIB_PER_GIB)


@lru_cache(maxsize=4096)
def yarn_memory_mib(type: InstanceType) -> int:
    """EMR's default of ``yarn.nodemanager.resource.memory-mb`` for an instance type.

    EMR leaves a quarter of the memory to the system and the daemons, at least 2 GiB and at most
    8 GiB. With HBase on the cluster YARN gets less than this.

    Args:
        type: The instance type.

    Returns:
        MiB for all containers of an instance together. It is also EMR's default for the largest
        container, ``yarn.scheduler.maximum-allocation-mb``.
    """
    published = _PUBLISHED_MIB.get(type.name)
    if published is not None:
        return published
    memory = type.memory_gib * _MIB_PER_GIB
    reserved = min(max(memory / 4, _LEAST_RESERVED_MIB), _MOST_RESERVED_MIB)
    # The guide has no value for the one type that would be left with nothing, m1.small.
    return int(memory - min(reserved, memory * 3 / 4))
