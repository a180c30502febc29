"""Complete Amazon EMR environments from typed, validated declarations, with the AWS CDK.

The name of this package is its only public surface here: import what you need from the
folder of its concern, such as ``emr_platform.cluster`` or ``emr_platform.environment``.
"""

__version__ = "0.1.0"
