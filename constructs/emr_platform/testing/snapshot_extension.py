"""Snapshots of templates for syrupy: one file of YAML per template, masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.testing.masking import masked
from emr_platform.testing.yaml_template import as_yaml

try:
    from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
except ModuleNotFoundError as error:
    raise ImportError(
        "syrupy is not installed; it comes with the extra: pip install 'emr-platform[testing]'"
    ) from error

if TYPE_CHECKING:
    from syrupy.types import SerializedData


class TemplateSnapshotExtension(SingleFileSnapshotExtension):
    """Writes a template as the file ``__snapshots__/TEST_MODULE/TEST[NAME].yaml``.

    ``assert template == snapshot(extension_class=TemplateSnapshotExtension, name=stack)``
    """

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    def serialize(self, data: Any, **_: Any) -> SerializedData:
        """Mask a template and write it as YAML; syrupy calls this.

        Args:
            data: The template.
        """
        return as_yaml(masked(data))
