"""``run``: run the suite against a target and write reports."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click
import cloup
import msgspec

from kserve_conformance.child import run_in_child
from kserve_conformance.cli.baseline import baseline_of
from kserve_conformance.cli.build_options import build_of, build_options, deviations_option, require_kind
from kserve_conformance.cli.cluster_options import cluster_options, with_cluster_options
from kserve_conformance.cli.errors import CommandError
from kserve_conformance.cli.exit_codes import Exit
from kserve_conformance.cli.jobs import workers
from kserve_conformance.cli.other_builds import EarlierRuns
from kserve_conformance.cli.out_folder import out_folder
from kserve_conformance.cli.output import columns, emit, example, format_option, out_option, show_progress
from kserve_conformance.cli.publisher import implementation_of, publishing_options, require_an_implementation
from kserve_conformance.cli.records import RECORD, RecordInput, read_record, require_one_stdin
from kserve_conformance.cli.redaction_options import allow_env_option
from kserve_conformance.cli.rerun import failed_scenarios
from kserve_conformance.cli.run_conclusion import RunConclusion
from kserve_conformance.cli.selection_options import selection_options, suite_option
from kserve_conformance.record import conforms
from kserve_conformance.record.reproduction import Reproduction
from kserve_conformance.reports.folder import RECORD as RECORD_FILE
from kserve_conformance.reports.folder import WRITTEN
from kserve_conformance.suite import ScenarioInfo, Suite, inventory
from kserve_conformance.suite.declared_deviations import declared_in
from kserve_conformance.suite.selection import Selection
from kserve_conformance.suite.shards import Shard
from kserve_conformance.targets.contract import Build, Prepares
from kserve_conformance.targets.kinds import KINDS, open_target, parse, with_known_release
from kserve_conformance.targets.spec import Options, Spec


def _read_only(context: click.Context, _option: click.Parameter, value: bool) -> None:
    """Name the command that replaces a former option."""
    if value and not context.resilient_parsing:
        raise CommandError.moved("run --read-only", "lint --context", "lint --context CONTEXT")


@cloup.command(
    epilog=example(
        "kserve-conformance run --target memory:v0.15.2 --tags 'core and not upgrades'",
        "kserve-conformance run --target cluster:staging --out reports/staging",
        "kserve-conformance run --target 'process:my-resolver --json' --suite my-suite",
    ),
)
@cloup.option_group(
    "Target",
    cloup.option(
        "--target",
        default="memory",
        show_default="memory with the newest release",
        metavar="KIND:ARGUMENT",
        help="Target to test, for example memory:v0.15.2 or cluster:CONTEXT",
    ),
    build_options,
    deviations_option,
    cluster_options,
    cloup.option(
        "--keep", is_flag=True, help="Leave the target running after the run, and print how to use and how to end it"
    ),
)
@cloup.option("--read-only", is_flag=True, hidden=True, expose_value=False, callback=_read_only)
@cloup.option_group(
    "Scenarios",
    suite_option,
    selection_options,
    cloup.option(
        "--scenario", "ids", multiple=True, metavar="ID", help="Select a scenario by its id (can be repeated)"
    ),
    cloup.option(
        "--rerun-failed", type=RECORD, metavar="RECORD", help="Select scenarios that failed or errored in this record"
    ),
    cloup.option(
        "--shard", metavar="I/N", help="Run shard I of N of the selection; merge the records with report merge"
    ),
    cloup.option("--list", "list_only", is_flag=True, help="List the selected scenarios and exit"),
)
@cloup.option_group(
    "Run",
    cloup.option("--jobs", default="auto", show_default=True, metavar="N", help="Number of targets to run in parallel"),
    cloup.option("--fail-fast", is_flag=True, help="Stop at the first scenario that fails or errors"),
    cloup.option("--pdb", "debugger", is_flag=True, help="Open a debugger where a step fails or errors"),
    cloup.option(
        "--baseline",
        type=RECORD,
        metavar="RECORD",
        help="Exit with 1 only for regressions from this record and for errors",
    ),
    cloup.option(
        "--allow-other-build",
        is_flag=True,
        help="Accept a record of another build or suite in --rerun-failed and --baseline",
    ),
)
@cloup.option_group(
    "Output",
    out_option("reports", "Folder for the record and the reports"),
    format_option,
    cloup.option("--timings", is_flag=True, help="Record timings (off by default, so that records are reproducible)"),
    allow_env_option,
)
@cloup.option_group(
    "Publication",
    publishing_options,
)
def command(
    target: str,
    suite: Path | None,
    tags: str | None,
    words: str | None,
    ids: tuple[str, ...],
    rerun_failed: Path | None,
    shard: str | None,
    list_only: bool,
    jobs: str,
    fail_fast: bool,
    debugger: bool,
    baseline: Path | None,
    allow_other_build: bool,
    out: Path,
    keep: bool,
    deviations: Path | None,
    timings: bool,
    format_: str,
    **others: Any,
) -> int:
    """
    Run the suite against a target and write reports.

    A target conforms if every selected scenario has a verdict, at least one passed,
    and none failed or errored.
    """
    target = with_cluster_options(target, others)
    spec = with_known_release(parse(target))
    require_an_implementation(spec.kind, implementation_of(others))
    build = build_of(others)
    require_kind(target, build)
    require_one_stdin(*(path for path in (rerun_failed, baseline) if path is not None))
    chosen = Suite.at(suite) if suite else Suite.shipped()
    before = read_record(baseline) if baseline else None
    earlier = read_record(rerun_failed) if rerun_failed else None
    rerun = None
    if earlier is not None:
        rerun = failed_scenarios(earlier)
        if rerun is None:
            return _report_nothing_failed(earlier, format_)
    compared = () if allow_other_build else (("--baseline", before), ("--rerun-failed", earlier))
    earlier_runs = EarlierRuns({option: record for option, record in compared if record is not None})
    earlier_runs.require_same_request(spec, chosen, build)
    scenarios = inventory(chosen)
    declared = declared_in(deviations, scenarios) if deviations is not None else None
    selection = Selection(tags, words, ids, rerun, Shard.parse(shard) if shard else None)
    selected = selection.of(scenarios)
    if not selected:
        if tags or words or ids or rerun:
            raise CommandError.nothing_selected()
        raise CommandError.nothing_selected(f"the suite {chosen.name} has no scenarios")
    if list_only:
        emit(format_, [_as_data(scenario) for scenario in selected], lambda: _table(selected))
        return Exit.OK
    processes = workers("1" if debugger and jobs == "auto" else jobs, target, build.manager, len(selected))
    if debugger and processes > 1:
        raise click.UsageError("--pdb: one process has the terminal, so it excludes --jobs")
    record = out / RECORD_FILE
    arguments = [
        f"--kserve-target={target}",
        f"--kserve-suite={chosen.root}",
        f"--kserve-record={record.absolute()}",
        f"--kserve-implementation={_json(implementation_of(others))}",
        "--kserve-all-selected",
        *([f"--kserve-tags={tags}"] if tags else []),
        *([f"--kserve-words={words}"] if words else []),
        *(f"--kserve-scenario={id_}" for id_ in ids),
        *([f"--kserve-rerun={_json(rerun)}"] if rerun else []),
        *([f"--kserve-shard={shard}"] if shard else []),
        *([f"--kserve-baseline={_json(baseline_of(before))}"] if before else []),
        *([f"--kserve-build={_json(build)}"] if build else []),
        "--kserve-prepared",
        *([f"--kserve-deviations={deviations.absolute()}"] if deviations else []),
        *(["--kserve-keep"] if keep else []),
        *(["--kserve-timings"] if timings else []),
        *(["--maxfail=1"] if fail_fast else []),
    ]

    def session() -> None:
        # Imported here, as below, because only the child may import pytest, and what it loads.
        from kserve_conformance.cli.pytest_session import run_features

        run_features(chosen, arguments, processes, total=len(selected), debugger=debugger)

    plain_run = partial(
        _run_without_pytest,
        suite=chosen,
        scenarios=scenarios,
        selection=selection,
        selected=selected,
        target=spec,
        options=Options(build=build, is_prepared=True, keep=keep),
        record=record,
        all_selected=True,
        timings=timings,
        implementation=implementation_of(others),
        baseline=baseline_of(before) if before else None,
        declared=declared,
    )
    needs_pytest = not chosen.is_shipped or spec.kind != "memory" or processes > 1 or fail_fast or debugger

    conclusion = RunConclusion(
        record,
        chosen.digest,
        tuple(scenario.id for scenario in selected),
        before,
        format_,
        earlier_runs,
        Reproduction(spec, chosen, Options(build=build), deviations),
    )
    with out_folder(out, WRITTEN, rerun_failed, baseline):
        _prepare(spec, build)
        return conclusion.after(run_in_child(session if needs_pytest else plain_run))


def _run_without_pytest(**of_run: Any) -> None:
    """Run the shipped suite on a target in memory; ``of_run`` are the fields of ``RunSettings``."""
    from kserve_conformance.cli.run_progress import RunProgress
    from kserve_conformance.scenario_runs import RunSettings
    from kserve_conformance.scenario_runs.plain_run import write_record

    settings = RunSettings(**of_run)
    progress = RunProgress(len(settings.selected))
    try:
        write_record(settings, progress.show)
    finally:
        progress.stop()


def _prepare(spec: Spec, build: Build) -> None:
    """Build what the target needs, once for all processes of the run. Raises ``CannotStart``."""
    if KINDS[spec.kind].is_built:
        prepared = open_target(str(spec), Options(build=build, progress=show_progress))
        if isinstance(prepared, Prepares):
            prepared.prepare()


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _report_nothing_failed(earlier: RecordInput, format_: str) -> int:
    """Nothing is left to run. The exit code is that of the record: without failures it may still not conform."""
    conclusion = conforms(earlier.record)
    result = {"ran": 0, "conforms": conclusion.conforms, "reasons": list(conclusion.reasons)}
    text = f"nothing to rerun: no scenario failed or errored in {earlier.name}\n"
    emit(format_, result, lambda: text + "".join(f"  {reason}\n" for reason in conclusion.reasons))
    return conclusion.exit_code


def _as_data(scenario: ScenarioInfo) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "name": scenario.name,
        "feature": scenario.feature,
        "place": str(scenario.place),
        "topic": scenario.topic,
        "level": scenario.tags.level,
        "releases": scenario.tags.range(),
        "tags": list(scenario.tags.names),
    }


def _table(selected: tuple[ScenarioInfo, ...]) -> str:
    rows = [(scenario.id, scenario.tags.level, scenario.tags.range()) for scenario in selected]
    return columns(("scenario", "level", "releases"), rows)
