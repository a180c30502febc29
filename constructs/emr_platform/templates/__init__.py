"""CloudFormation templates and cloud assemblies as plain data: read, located, and evaluated."""
