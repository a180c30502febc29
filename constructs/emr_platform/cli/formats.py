"""How commands write what they found, where there is nothing between people and programs."""

from __future__ import annotations

from enum import StrEnum


class TextOrJson(StrEnum):
    """For people, or for programs."""

    TEXT = "text"
    JSON = "json"
