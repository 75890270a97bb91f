"""A site from many records: what is shown, what is withheld, and that equal inputs build equal bytes."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import permutations
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from record_examples import HOSTILE, STATEMENTS, scenario
from site_examples import cases, content, records, run

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record import Build, TargetIdentity, Verdict
from kserve_conformance.reports.site import INDEX, Inputs, Publication, pages
from kserve_conformance.reports.site.implementations import implementations, upstream_of
from kserve_conformance.reports.site.pages import tone_of
from kserve_conformance.reports.site.publication import version_order

#: The digest of a manager that was tested.
BINARIES = {"manager": "sha256:" + "9b" * 32}


#: The signature of a record that was verified.
SIGNED_BY = "signed by 1f2e, verified"


def inputs(*some: bytes) -> Inputs:
    """The inputs of a site, in this order."""
    collected = Inputs()
    for one in some or records().values():
        collected.add(one)
    return collected


def built(*some: bytes) -> dict[str, str]:
    """The files of a site by path."""
    return {file.path: file.text for file in pages(inputs(*some), STATEMENTS)}


def published(**more: object) -> Publication:
    """One run on the site."""
    (one,) = inputs(content(run(**more))).published  # type: ignore[arg-type]  # As the example takes them.
    return one


class _Links(HTMLParser):
    """Collects the links and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.scripts += tag == "script"
        self.links += [value for name in ("href", "src") if (value := values.get(name))]
        if values.get("id"):
            self.ids.add(str(values["id"]))


class TestInputs:
    def test_equal_records_count_once(self) -> None:
        """The same bytes twice are one run, and a verified signature wins."""
        one = content(run())
        collected = inputs(one, one)
        collected.add(one, SIGNED_BY)

        assert [each.signature for each in collected.published] == [SIGNED_BY]

    @pytest.mark.parametrize(
        ("record", "reason"),
        [
            (
                run(scenario("a", Verdict.ERRORED), scenario("b", Verdict.UNSUPPORTED)),
                "every scenario that ran errored",
            ),
            (run(scenario("a", Verdict.SKIPPED)), "no scenario ran"),
            (run(*cases(), interrupted="SIGTERM"), "the run was interrupted: SIGTERM"),
        ],
    )
    def test_a_run_without_a_result_is_withheld(self, record, reason: str) -> None:
        """It is listed with the reason, and no table, badge or page shows it."""
        files = built(content(record))

        assert inputs(content(record)).published == ()
        assert reason in files[INDEX]
        assert set(files) == {".nojekyll", "site.json", INDEX}
        assert reason in json.loads(files["site.json"])["withheld"][0]["reason"]

    def test_a_damaged_record_is_an_error(self) -> None:
        """A record that was cut or changed raises, and leaves nothing behind."""
        collected = Inputs()
        with pytest.raises(RecordError):
            collected.add(content(run())[:-40])

        assert (collected.published, collected.withheld) == ((), ())


class TestUpstream:
    def test_the_plain_release_on_a_real_target_is_best(self) -> None:
        """A vendor's run is compared with a real run of its release, else with memory, else with none."""
        vendor, real, memory = (
            published(version="1"),
            published(),
            published(kind="memory"),
        )
        other = published(release="v0.16.0")

        assert upstream_of(vendor, (memory, real, other)) is real
        assert upstream_of(vendor, (memory, other)) is memory
        assert upstream_of(vendor, (other,)) is None
        assert upstream_of(real, (memory, real)) is None

    @pytest.mark.parametrize(
        "target",
        [
            TargetIdentity(target="controlplane:v0.15.2", release="v0.15.2", binaries=BINARIES, is_source_tree=True),
            TargetIdentity(
                target="controlplane:v0.15.2",
                release="v0.15.2",
                binaries=BINARIES,
                build=Build(manager="dist/manager"),
            ),
            TargetIdentity(target="cluster:prod", release="v0.15.2"),
            TargetIdentity(target="process:example", release="v0.15.2"),
        ],
    )
    def test_a_build_without_a_name_is_not_upstream(self, target: TargetIdentity) -> None:
        """Leaving out the name of a product does not make a build the release itself."""
        assert not published(target=target).is_upstream

    def test_a_product_that_calls_itself_kserve_is_not_upstream(self) -> None:
        """It has a row and a page of its own, without the mark of upstream."""
        from kserve_conformance.record import Implementation

        same = content(run(implementation=Implementation(project="KServe", version="9")))
        groups = implementations(inputs(content(run()), same).published)

        assert [(one.name, one.is_upstream, one.page) for one in groups] == [
            ("KServe", True, "kserve"),
            ("KServe", False, "kserve-2"),
        ]

    def test_better_and_worse(self) -> None:
        """The comparison is that of diff: what upstream breaks and a build keeps is better, a broken rule is worse."""
        found = {
            one["version"]: one
            for implementation in json.loads(built()["site.json"])["implementations"]
            if implementation["name"] == "example-serving"
            for one in implementation["runs"]
        }
        first, second = found["4.1.0"]["upstream"], found["4.2.0"]["upstream"]

        assert (len(first["better"]), len(first["worse"]), len(first["moved"])) == (0, 1, 0)
        assert (len(second["better"]), len(second["worse"]), len(second["moved"])) == (1, 0, 1)
        assert len(found["4.2.0"]["previousVersion"]["better"]) == 2
        assert found["4.10.0"]["upstream"]["recordDigest"] != second["recordDigest"]


class TestOrder:
    def test_versions(self) -> None:
        """Versions are ordered by their numbers, and a release candidate comes before its release."""
        ordered = ("", "1.0", "4.2.0-rc.1", "4.2.0-rc.2", "4.2.0", "4.9.0", "4.10.0", "v5")

        assert tuple(sorted(set(ordered), key=version_order)) == ordered

    def test_history(self) -> None:
        """The page of an implementation has its newest version first."""
        page = built()["implementations/example-serving.html"]
        rows = re.findall(r'<th scope="row">([^<]+)</th>', page)

        assert rows == ["4.10.0", "4.2.0", "4.1.0"]

    def test_two_builds_are_byte_equal(self) -> None:
        """The order of the inputs changes nothing."""
        some = list(records().values())[:4]
        whole = built(*some)

        assert all(built(*order) == whole for order in list(permutations(some))[1::7])


class TestScale:
    def test_two_hundred_records(self) -> None:
        """Each of many runs has its row, its page and its comparison, and is kept compressed until it is rendered."""
        names = [f"{number // 10}.{number % 10}.0" for number in range(200)]
        collected = inputs(content(run()), *(content(run(*cases(), version=name)) for name in names))
        files = {file.path: file.text for file in pages(collected)}
        (implementation,) = [one for one in implementations(collected.published) if not one.is_upstream]

        assert [one.version for one in implementation.runs] == names
        assert sum(path.startswith("runs/") for path in files) == 201
        assert sum(path.startswith("comparisons/") for path in files) == 200
        assert "198 more" in files[INDEX]
        assert all(len(one.content) < 5_000 for one in collected.published)


class TestPages:
    def test_only_a_real_success_is_green(self) -> None:
        """A reference, a part of the suite, a failure and an error each look different."""
        passed = scenario("a")
        assert tone_of(inputs(content(run(passed, selection={"tags": "core"}))).published[0]).name == "partial"
        assert [
            tone_of(inputs(content(run(passed, scenario("b", verdict)))).published[0]).name
            for verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.ERRORED)
        ] == ["passed", "failed", "errored"]
        assert tone_of(inputs(content(run(passed, kind="memory"))).published[0]).name == "reference"

    def test_every_link_leads_somewhere(self) -> None:
        """All links of all pages lead to a file of the site and, with a fragment, to a place in it."""
        files = built()
        parsed = {path: _Links(text) for path, text in files.items() if path.endswith(".html")}
        dead = []
        for path, page in parsed.items():
            for link in page.links:
                parts = urlsplit(urljoin(f"http://site/{path}", link))
                if parts.netloc != "site":
                    assert link.startswith("https://"), link
                    continue
                to, fragment = unquote(parts.path).lstrip("/"), unquote(parts.fragment)
                if to not in files or (fragment and fragment not in parsed[to].ids):
                    dead.append(f"{path} → {link}")

        assert not dead
        assert len(parsed) == 1 + 3 + 7 + 4

    def test_links_are_relative(self) -> None:
        """The site works below any address, and from disk."""
        for path, text in built().items():
            if path.endswith(".html"):
                assert not [link for link in _Links(text).links if link.startswith(("/", "file:", "http:", "//"))]

    def test_nothing_comes_from_elsewhere(self) -> None:
        """The policy allows no source but the site itself, and only reports have a script, their own."""
        for path, text in built().items():
            if not path.endswith(".html"):
                continue
            policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
            assert policy is not None
            assert "default-src &#39;none&#39;" in policy[1]
            assert "http" not in policy[1]
            assert _Links(text).scripts == path.startswith("runs/")

    def test_hostile_text_stays_text(self) -> None:
        """Names of implementations, versions and organizations are escaped on every page and in no address."""
        files = built()

        for path, text in files.items():
            assert re.fullmatch(r"[a-z0-9./-]+", path), path
            assert path.endswith(".json") or "<img src=x" not in text
            assert "javascript:alert" not in "".join(_Links(text).links)
        assert HOSTILE.replace("\x07", "\ufffd") in _text(files[INDEX])

    def test_a_target_that_is_not_a_file_name(self) -> None:
        """Whatever a record says, no file is written outside the site."""
        target = TargetIdentity(target="cluster:../../v1\u202e", release="v0.15.2")
        files = built(content(run(target=target)))

        assert not [path for path in files if ".." in path.split("/") or path.startswith("/")]

    def test_marks(self) -> None:
        """Unsigned and reference-only runs say so, and a verified signature does."""
        collected = inputs(content(run()), content(run(kind="memory")))
        collected.add(content(run()), SIGNED_BY)
        text = {file.path: file.text for file in pages(collected)}[INDEX]

        assert "reference only · unsigned" in text
        assert '<span class="marks">signed, verified</span>' in text


def _text(page: str) -> str:
    class Text(HTMLParser):
        found = ""

        def handle_data(self, data: str) -> None:
            self.found += data

    parser = Text()
    parser.feed(page)
    return parser.found
