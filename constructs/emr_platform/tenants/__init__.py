"""Many environments from one template: tenants, their parameters, and their addresses."""
