"""The shipped suite: its features by topic, and its steps with an example each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from generate.markup import block, slug, table
from kserve_conformance.rules.registry import TOPICS
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.step_catalogue import StepEntry, step_catalogue


def parts() -> Iterator[tuple[str, str]]:
    """A page for each topic, the table of topics in ``features.md``, and the steps in ``steps.md``."""
    scenarios = inventory(Suite.shipped())
    rows = []
    for topic in TOPICS:
        found = tuple(one for one in scenarios if one.topic == topic)
        if found:
            yield f"features/{topic}.md", _topic(topic, found)
            core = sum(one.tags.level == "core" for one in found)
            files = len({one.path for one in found})
            rows.append((f"[{topic}](features/{topic}.md)", str(files), str(len(found)), str(core)))
    yield "features", table(("topic", "features", "scenarios", "core scenarios"), rows)
    yield "steps", _steps()


def feature_link(one: ScenarioInfo) -> str:
    """The place of a scenario's feature, as a page of ``rules/`` links to it."""
    return f"../features/{one.topic}.md#{slug(one.feature)}"


def _topic(topic: str, scenarios: tuple[ScenarioInfo, ...]) -> str:
    out = [f"# Features: {topic}\n"]
    for path, group in groupby(scenarios, key=lambda one: one.path):
        found = tuple(group)
        file = f"../../../{path}"
        out += [
            f"## {found[0].feature}\n",
            f"{_counted(len(found), 'scenario')} in [{path}]({file}):\n",
            f"```{{literalinclude}} {file}\n:language: gherkin\n```\n",
        ]
    return "\n".join(out)


def _steps() -> str:
    out = []
    for module, entries in groupby(step_catalogue(Suite.shipped()), key=lambda entry: entry.module):
        out.append(f"## {module.replace('_', ' ').capitalize()}\n")
        out.extend(map(_step, entries))
    return "\n".join(out)


def _step(entry: StepEntry) -> str:
    texts = "\n".join(f"{entry.kind.capitalize()} {text}" for text in entry.texts)
    argument = f" Followed by {entry.argument}." if entry.argument else ""
    used = f"Used in {_counted(len(entry.features), 'feature')}. Example:"
    return "\n".join(
        (block("text", texts), f"{entry.description}{argument} {used}\n", block("gherkin", "\n".join(entry.example)))
    )


def _counted(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
