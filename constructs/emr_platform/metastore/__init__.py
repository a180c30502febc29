"""The Hive metastore of a cluster: EMR's own, the Glue Data Catalog, or a MySQL database."""
