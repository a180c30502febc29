from __future__ import annotations

import json
from datetime import date

import pytest

from emr_platform.catalog.classifications import classification_data
from scripts.build_classifications import TARGET, build, classifications, read

PAGE = r"""
# Amazon EMR release 7\.99\.0

| Component | Version |
| --- | --- |
| spark\-client | 9\.0 |

**emr\-7\.99\.0 classifications**

| Classifications | Description | Reconfiguration Actions |
| --- | --- | --- |
| core\-site | Change values in Hadoop's core\-site\.xml file\. | Restarts much\. |
| new-one     | New.                                             |                 |

## Change log

| 2030-01-01 | published | - |
"""


def test_page() -> None:
    assert classifications(PAGE) == {"emr-7.99.0": {"core-site", "new-one"}}


@pytest.mark.parametrize("page", ["", "# emr-7.99.0 classifications\n\nnone\n"])
def test_page_without_table(page: str) -> None:
    with pytest.raises(ValueError, match="no table"):
        classifications(page)


def test_releases_are_added_to_those_that_are_there() -> None:
    tables = read(TARGET.read_text(encoding="utf-8"))
    before = {label: set(names) for label, names in tables.items()}
    tables.update(classifications(PAGE))

    after = read(json.dumps(build(tables, as_of=date(2030, 1, 2))))

    assert after == {**before, "emr-7.99.0": {"core-site", "new-one"}}


def test_data_file_is_what_the_script_writes() -> None:
    content = TARGET.read_text(encoding="utf-8")
    as_of = date.fromisoformat(classification_data().as_of)

    assert json.dumps(build(read(content), as_of=as_of), indent=1) + "\n" == content
