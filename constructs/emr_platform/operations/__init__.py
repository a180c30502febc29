"""What people do to environments: a local AWS, demonstrations, inventories. Talks to AWS through boto3."""
