"""Writes and reads the messages between Python and the CDK, with less work than jsii's own code for it.

An environment is some hundred messages, and Python's part of it hardly more than writing them. jsii writes a message
in four passes over all of it, with tools that are made anew for each; here it is one pass. What seldom happens is left
to jsii: callbacks, errors, requests other than the four that nearly all are.

This knows what jsii's messages look like; :mod:`stacks.kernel` uses it with the versions of jsii that were tried.
`Source <https://github.com/aws/jsii/blob/main/packages/@jsii/python-runtime/src/jsii/_kernel/providers/process.py>`_.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from jsii import _kernel, errors
from jsii._kernel import types
from jsii._kernel.providers import process as provider
from jsii._stack_trace import is_enabled as has_stack_traces

from emr_platform.synthesis.worker import AppLostError

# Modules that have no public names for what is needed of them, and that mypy need not see through.
_jsii: Any = provider
_errors: Any = errors
jsii_reference = _kernel._make_reference_for_native
"""How jsii itself makes an argument ready to be sent."""

# Which jsii would look up in the environment at each message.
_WITH_STACK_TRACES = has_stack_traces()
_PLAIN = frozenset({str, int, float, bool, type(None)})
_REQUESTS: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    types.CreateRequest: ("create", ("fqn", "args", "overrides", "interfaces")),
    types.GetRequest: ("get", ("objref", "property")),
    types.InvokeRequest: ("invoke", ("objref", "method", "args")),
    types.StaticInvokeRequest: ("sinvoke", ("fqn", "method", "args")),
}


def reference(kernel: _kernel.Kernel, value: Any) -> Any:
    """Make an argument ready to be sent, as jsii does.

    Args:
        kernel: The kernel that it will be sent to.
        value: Text, a number, a list, a dictionary, a struct or an object of jsii.
    """
    kind = value.__class__
    if kind in _PLAIN:
        return value
    if kind is list:
        return [reference(kernel, item) for item in value]
    if kind is dict:
        return {"$jsii.map": {key: reference(kernel, item) for key, item in value.items()}}
    names = getattr(kind, "__jsii_name_mapping__", None)
    if names is None:
        return jsii_reference(kernel, value)
    # Each property of a struct evaluates its type when it is read. What is not set is left out, as null says the same,
    # but for a struct of which nothing is set: sent without a key it would be no struct.
    values = value._values
    given = {name: values.get(own) for own, name in names.items()}
    data = {name: reference(kernel, item) for name, item in given.items() if item is not None}
    return {"$jsii.struct": {"fqn": kind.__jsii_type__, "data": data or given}}


def _default(value: Any) -> Any:
    if isinstance(value, types.ObjRef):
        return _jsii._unstructure_ref(value)
    if isinstance(value, types.Override):
        return {"method": value.method, "property": value.property, "cookie": value.cookie}
    return _jsii.jdefault(value)


_ENCODER = json.JSONEncoder(default=_default)
_DECODER = json.JSONDecoder(object_hook=_jsii.ohook)


class MessagesProcess(provider._NodeProcess):
    """jsii's kernel, with messages that are written and read in one pass."""

    def send(self, request: Any, response_type: Any) -> Any:
        """Send a request, and wait for what is answered; see :class:`jsii._kernel.providers.process._NodeProcess`."""
        known = _REQUESTS.get(request.__class__)
        if known is None or _WITH_STACK_TRACES:
            return super().send(request, response_type)
        api, fields = known
        message = {field: getattr(request, field) for field in fields}
        message["api"] = api
        answer = _DECODER.decode(self._exchanged(_ENCODER.encode(message)))
        if "ok" not in answer:
            return self._other(answer)
        answered = answer["ok"]
        if response_type is types.CreateResponse:
            return types.CreateResponse(answered.ref)
        if response_type is types.InvokeResponse:
            return types.InvokeResponse(answered.get("result"))
        return types.GetResponse(answered.get("value"))

    def _exchanged(self, message: str) -> str:
        process: Any = self._process
        line = b""
        with contextlib.suppress(OSError):
            process.stdin.write(message.encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line.endswith(b"\n"):
            # It has said why on standard error, if it could.
            raise AppLostError("Node.js ended, in which the CDK runs, before all was done")
        return str(line.decode())

    def _other(self, answer: Any) -> Any:
        other = self._serializer.structure(answer, _jsii._ProcessResponse)
        if isinstance(other, _jsii._CallbackResponse):
            return other.callback
        is_fault = other.name == _errors.ErrorType.JSII_FAULT.value
        error = _errors.JSIIError if is_fault else RuntimeError
        raise error(other.error) from _errors.JavaScriptError(other.stack)
