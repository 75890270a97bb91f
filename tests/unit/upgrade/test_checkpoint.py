"""A census that was killed goes on where it stopped."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.property.test_surveys import PLAN, RELEASES, Threads, census, survey, values
from tests.support.services_of_a_fleet import fleet

from kserve_conformance.cli.release_options import profile_with
from kserve_conformance.cli.source_options import Sources
from kserve_conformance.manifests import sources
from kserve_conformance.outputs import OutputError
from kserve_conformance.upgrade.census_options import CensusOptions
from kserve_conformance.upgrade.checkpoint import Checkpoint
from kserve_conformance.upgrade.survey import Survey


class Killed(Exception):
    """Stands for the end of a process."""


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Services in several parts."""
    monkeypatch.setattr(sources, "SMALL", 100)
    file = tmp_path / "dump.ndjson"
    file.write_text("\n".join(map(json.dumps, fleet(60, 1))))
    return file


def test_a_killed_census_goes_on(dump: Path, tmp_path: Path):
    """The parts that were done are taken from the folder, and the result is that of one run."""

    def kill(done):
        if done.parts == 3:
            raise Killed

    folder = tmp_path / "parts"
    with pytest.raises(Killed):
        census(survey(dump, part_bytes=2000, checkpoint=Checkpoint.at(folder), progress=kill))
    again = survey(dump, part_bytes=2000, checkpoint=Checkpoint.at(folder))

    assert values(census(again)) == values(census(survey(dump)))
    assert again.resumed == 3
    assert folder.stat().st_mode & 0o777 == 0o700


def test_other_input_is_read_anew(dump: Path, tmp_path: Path):
    """A file that changed, a damaged result and other options count as nothing done."""
    folder = tmp_path / "parts"
    census(survey(dump, part_bytes=1 << 20, checkpoint=Checkpoint.at(folder)))
    (result,) = folder.iterdir()
    result.write_bytes(result.read_bytes()[:-1])
    damaged = survey(dump, part_bytes=1 << 20, checkpoint=Checkpoint.at(folder))
    census(damaged)
    dump.write_text("\n".join(map(json.dumps, fleet(61, 1))))
    changed = survey(dump, part_bytes=1 << 20, checkpoint=Checkpoint.at(folder))
    census(changed)

    assert (damaged.resumed, changed.resumed) == (0, 0)


def test_other_text_on_standard_input_is_read_anew(tmp_path: Path):
    """Standard input has no file that could have changed: what was kept is found by its text."""
    resumed = []
    for number in (5, 5, 6):
        text = "\n".join(map(json.dumps, fleet(number, 1))).encode()
        given = Sources(("-",), crds=profile_with(RELEASES[0], None).crds, stdin=io.BytesIO(text))
        options = CensusOptions(given.loader(), PLAN)
        found = Survey(("-",), options, Threads(1), checkpoint=Checkpoint.at(tmp_path / "parts"))
        census(found)
        resumed.append(found.resumed)

    assert resumed == [0, 1, 0]


def test_results_of_another_build_are_read_anew(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two builds of one version may produce different results, and store them in different forms."""
    folder = tmp_path / "parts"
    census(survey(dump, part_bytes=1 << 20, checkpoint=Checkpoint.at(folder)))
    monkeypatch.setattr("kserve_conformance.upgrade.checkpoint.build", lambda: "0.1.0 (other)")
    again = survey(dump, part_bytes=1 << 20, checkpoint=Checkpoint.at(folder))
    census(again)

    assert again.resumed == 0


def test_a_folder_of_others_is_rejected(tmp_path: Path):
    """Results are Python objects: no other user may write them."""
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(OutputError, match="written to by other users"):
        Checkpoint.at(folder)
