"""Facts about Amazon EMR: releases, their support, applications and instance types. Pure data."""
