"""Lists of buckets: what shows the names of somebody's objects in a bucket that others use as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from emr_platform.isolation.conditions import ABSENT, Known, OneOf
from emr_platform.isolation.matching import ANY, HOLE, anonymous
from emr_platform.isolation.parties import Target

Kinds = tuple[tuple[str, str], ...]

OBJECTS: Final[Kinds] = (("s3", "object"),)
BUCKET: Final[Kinds] = (("s3", "bucket"),)
LISTING: Final = frozenset(
    f"s3:{name}" for name in ("listbucket", "listbucketmultipartuploads", "listbucketversions")
)


def listings(part: Target) -> Iterator[Target]:
    """What shows the names of a part's objects: lists of the bucket that begin before or within it.

    Args:
        part: Any part; those that nobody would list have none.
    """
    about = part.part
    if about is None or part.kinds != OBJECTS or not about.holds or about.is_guarded:
        return
    bucket, _, rest = part.text.partition("/")
    loose = [rest.index(each) for each in (ANY, HOLE) if each in rest]
    start = rest[: min(loose)] if loose else rest
    requests: list[dict[str, Known]] = [
        {"s3:prefix": rest},
        {"s3:prefix": ABSENT, "s3:delimiter": ABSENT},
    ]
    if start:
        # With a delimiter, such a list shows names of folders and nothing below them.
        before = OneOf(tuple(start[:length] for length in range(len(start))))
        requests.append({"s3:prefix": before, "s3:delimiter": ABSENT})
    for values in requests:
        yield replace(
            part,
            kinds=BUCKET,
            text=bucket,
            anonymous=anonymous(bucket),
            part=replace(about, only=LISTING, values=values),
        )
