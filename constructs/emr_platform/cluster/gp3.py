"""What EC2 lets a gp3 volume have, and the words in which it refuses more.

See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html.
"""

from __future__ import annotations

DEFAULT_IOPS = 3000
IOPS_PER_GIB = 500
IOPS_PER_MIB_PER_SECOND = 4
THROUGHPUT_MIB_PER_SECOND = (125, 1000)
"""EC2 goes up to 2000 by now; EMR documents 1000."""


def iops_ratio_answer(iops: int, size_gib: int, most: int) -> str:
    """What EC2 says of too many I/O operations for the size of a volume."""
    return f"Iops to volume size ratio of {iops / size_gib:.6f} is too high; maximum is {most}"


def throughput_ratio_answer(throughput: int, iops: int) -> str:
    """What EC2 says of too much throughput for the I/O operations of a volume."""
    return (
        f"Throughput (MiBps) to iops ratio of {throughput / iops:.6f} is too high; "
        "maximum is 0.250000 MiBps per iops."
    )
