"""Presets: what people often want of a cluster, as applications and configurations that EMR documents."""
