"""The features of the suite that ships, as they stand, a page for each topic."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from generate.markup import anchor, block, code, slug, table
from kserve_conformance.rules.registry import TOPICS
from kserve_conformance.suite import ScenarioInfo, Suite, inventory


def parts() -> Iterator[tuple[str, str]]:
    """A page for each topic, and the table of topics that ``reference/features.md`` includes."""
    scenarios = inventory(Suite.shipped())
    by_topic = {topic: tuple(one for one in scenarios if one.topic == topic) for topic in TOPICS}
    rows = [
        (
            f"[{topic}](#features-{topic})",
            str(len({one.path for one in found})),
            str(len(found)),
            str(sum(one.tags.level == "core" for one in found)),
        )
        for topic, found in by_topic.items()
        if found
    ]
    yield "features.inc", table(("topic", "features", "scenarios", "of them core"), rows)
    for topic, found in by_topic.items():
        if found:
            yield f"features/{topic}.md", _page(topic, found)
    yield "features/index.md", _index(tuple(topic for topic, found in by_topic.items() if found))


def feature_anchor(path: str) -> str:
    """The anchor of a feature, by its path in the suite."""
    return f"feature-{slug(path.removeprefix('features/').removesuffix('.feature'))}"


def _index(topics: tuple[str, ...]) -> str:
    pages = "\n".join(topics)
    return f"# Features by topic\n\n```{{include}} ../features.inc\n```\n\n```{{toctree}}\n{pages}\n```\n"


def _page(topic: str, scenarios: tuple[ScenarioInfo, ...]) -> str:
    suite = Suite.shipped()
    out = [f"{anchor(f'features-{topic}')}# {topic.capitalize()}\n"]
    for path, group in groupby(scenarios, key=lambda one: one.path):
        found = tuple(group)
        out += [
            f"{anchor(feature_anchor(path))}## {found[0].feature}\n",
            f"{code(path)}, {len(found)} scenario{'s' if len(found) != 1 else ''}\n",
            block("gherkin", (suite.root / path).read_text(encoding="utf-8")),
        ]
    return "\n".join(out)
