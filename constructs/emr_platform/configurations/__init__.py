"""EMR's configuration classifications: how they are written, and what EMR gets."""
