# ruff: noqa: T201 - A line of standard output is the answer.
"""
Honest, and knows little: runtimes by name, and formats that exactly one runtime lists.

It admits nothing and makes no pod. Where a word stands in the question that it
does not know, it says nothing.
"""

import json
import sys

UNKNOWN = ("protocolVersion", "workerSpec", "deploymentMode", "multiModel")


def decided(question, model):
    """The decision, or None where it is not known."""
    visible = [
        each for each in question["runtimes"] if each["metadata"].get("namespace") in (None, question["namespace"])
    ]
    visible.sort(key=lambda each: each["kind"] == "ClusterServingRuntime")
    if "runtime" in model:
        named = [each for each in visible if each["metadata"]["name"] == model["runtime"]][:1]
        if not named or named[0]["spec"].get("disabled"):
            return {"noRuntime": {"reason": "RuntimeDisabled" if named else "RuntimeNotRecognized"}}
    else:
        named = visible
    requested = model["modelFormat"]
    fits = [
        each
        for each in named
        if any(requested["name"] == entry["name"] for entry in each["spec"]["supportedModelFormats"])
    ]
    if (
        len(fits) != 1
        or "version" in requested
        or (model.get("runtime") is None and not may_be_chosen(fits[0], requested["name"]))
    ):
        return None
    return {"runtime": {"kind": fits[0]["kind"], "name": fits[0]["metadata"]["name"]}}


def may_be_chosen(runtime, name):
    """Is it sure that an automatic choice may fall on it?"""
    entries = [entry for entry in runtime["spec"]["supportedModelFormats"] if entry["name"] == name]
    return not runtime["spec"].get("disabled") and all(entry.get("autoSelect") for entry in entries)


for line in sys.stdin:
    question = json.loads(line)
    model = question.get("service", {}).get("spec", {}).get("predictor", {}).get("model", {})
    reported = None
    if "modelFormat" in model and not any(word in line for word in UNKNOWN):
        reported = decided(question, model)
    print(json.dumps({"id": question["id"], **({"decision": reported} if reported else {})}), flush=True)
