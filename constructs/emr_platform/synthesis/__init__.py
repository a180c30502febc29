"""From environments to templates: what they follow from, and which need not be made again."""
