"""`portal …`: serve, demo, sandbox, parse, decide, audit, deliver, unlock, catalogue."""

import asyncio
import json
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from portal.app import build_directory, read_sources
from portal.deciding import decide_file
from portal.delivery import Delivery, Undelivered
from portal.reading import UnknownContract, read_file
from portal.settings import Settings
from portal.store import Cut, Store, StoreUnavailable
from portal.unlocking import unlock_login
from stodtjanster.access.cases import UnreadableCases
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind, Head
from stodtjanster.fetch import AiohttpDriver
from stodtjanster.model import PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.source import SourceFailed
from views import all_views
from views.kit.view import RESIDENTS, View

UNREADABLE = 2


@click.group()
def main() -> None:
    """Portalen: one overview of a person's care."""


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def serve(port: int, config: Path | None) -> None:
    """Serve the portal on loopback, as a proxy would have it."""
    from portal.demo import run_server

    sys.exit(run_server(port, config).wait())


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--sandbox-port", default=9400, show_default=True)
@click.option("--state", default=".demo", type=click.Path(file_okay=False, path_type=Path))
def demo(port: int, sandbox_port: int, state: Path) -> None:
    """The portal and its whole sandbox, to open in a browser; one source is broken."""
    from portal.demo import run_demo

    sys.exit(run_demo(port, sandbox_port, state))


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def sandbox(args: tuple[str, ...]) -> None:
    """The country in a box, as a process of its own: `portal sandbox --help`."""
    sys.exit(subprocess.call([sys.executable, "-m", "sandbox", *args]))  # noqa: S603


@main.command()
@click.option("--contract", help="A RIV-TA interaction, such as GetSubjectOfCareSchedule.")
@click.option("--fhir", type=click.Choice(["R4", "R5"]), help="Read FHIR of this release.")
@click.argument("file", type=click.File("rb"))
def parse(contract: str | None, fhir: str | None, file: BinaryIO) -> None:
    """Print what the portal reads from a message, as JSON. Unreadable input exits with 2."""
    if (contract is None) == (fhir is None):
        raise click.UsageError("one of --contract and --fhir is needed")
    try:
        heard = read_file(file.read(), contract=contract, release=fhir, at=datetime.now(UTC))
    except UnknownContract as unknown:
        raise click.UsageError(str(unknown)) from None
    except SourceFailed as failed:
        click.echo(f"portal parse: {failed}", err=True)
        sys.exit(UNREADABLE)
    click.echo(heard)


@main.command()
@click.option("--check", is_flag=True, help="Compare with `expect`; exits with 1 on a difference.")
@click.argument("file", type=click.File("rb"))
def decide(file: BinaryIO, *, check: bool) -> None:
    """Decide a file of access cases: one line of JSON for each. See docs/access.md.

    A file that cannot be read as a whole exits with 2, and nothing of it is decided.
    """
    try:
        decided = decide_file(file.read(), Settings().access.policy())
    except UnreadableCases as unreadable:
        for complaint in unreadable.complaints:
            click.echo(f"portal decide: {complaint}", err=True)
        sys.exit(UNREADABLE)
    for one in decided:
        click.echo(one.line)
    if not check:
        return
    for difference in (said for one in decided for said in one.differences):
        click.echo(f"portal decide: {difference}", err=True)
    agreed = sum(not one.differences for one in decided)
    click.echo(f"portal decide: {agreed} of {len(decided)} as expected", err=True)
    if agreed < len(decided):
        sys.exit(1)


@main.group()
def audit() -> None:
    """The log of who has read what."""


@audit.command()
@click.option("--anchor", metavar="SEQ:HASH", help="A head that was noted earlier.")
def verify(anchor: str | None) -> None:
    """Walk the whole chain; exits with 1 when it does not hold, with 2 when it cannot be read.

    Note the head that is printed somewhere else, and give it as anchor the next time: only then
    does a chain that was rewritten from its beginning show.
    """
    try:
        verdict = Store.existing(Settings().database_url).audit.verify(_head(anchor))
    except StoreUnavailable as error:
        click.echo(f"portal audit verify: the store does not answer ({error})", err=True)
        sys.exit(UNREADABLE)
    if verdict.ok:
        begun = f", after {_written(verdict.start)}" if verdict.start.seq else ""
        click.echo(f"ok: {verdict.count} entries{begun}, head {_written(verdict.head)}")
        return
    click.echo(f"broken at entry {verdict.first_bad_seq}; {verdict.count} entries hold", err=True)
    sys.exit(1)


@audit.command()
def due() -> None:
    """Whole months that are older than the log has to be kept (`log_years`). Removes nothing."""
    settings = Settings()
    try:
        with closing(Store.existing(settings.database_url)) as store:
            cut = _due(store, settings)
    except StoreUnavailable as error:
        click.echo(f"portal audit due: the store does not answer ({error})", err=True)
        sys.exit(UNREADABLE)
    if cut is None:
        click.echo(f"nothing is older than {settings.log_years} years")
        return
    click.echo(
        f"{cut.count} entries of months before {cut.month:%Y-%m} are older than "
        f"{settings.log_years} years, head {_written(cut.head)}"
    )


@audit.command()
@click.option("--decision", required=True, help="What the decision on disposal is called.")
@click.argument("head", metavar="SEQ:HASH")
def dispose(head: str, decision: str) -> None:
    """Remove for good what `due` tells of, up to the head that it printed. See docs/audit.md.

    Exits with 1, and removes nothing, when that is not what is due now, or when the national log is
    still to be told of it; with 2 when it cannot be done. Run it as the role that owns the tables.
    """
    settings = Settings()
    try:
        event = AuditEvent(
            event=EventKind.DISPOSED,
            at=datetime.now(UTC),
            information=("audit",),
            ground=decision,
        )
    except ValueError:
        raise click.UsageError("a decision is called by one short line") from None
    try:
        with closing(Store.existing(settings.database_url)) as store:
            cut = _due(store, settings)
            if cut is None or cut.head != _head(head):
                click.echo("portal audit dispose: that is not what is due", err=True)
                sys.exit(1)
            waiting = store.outbox.waiting(1) if settings.security.log is not None else ()
            if waiting and waiting[0].seq <= cut.head.seq:
                click.echo("portal audit dispose: the national log waits for some of it", err=True)
                sys.exit(1)
            store.audit.record(event)
            store.disposal.remove(cut)
    except (StoreUnavailable, AuditUnavailable) as error:
        click.echo(f"portal audit dispose: the store does not let it ({error})", err=True)
        sys.exit(UNREADABLE)
    click.echo(f"ok: {cut.count} entries are removed, the chain goes on after {_written(cut.head)}")


def _due(store: Store, settings: Settings) -> Cut | None:
    now = datetime.now(UTC)
    # Of a leap day there may be none in that year.
    day = now.replace(day=28) if (now.month, now.day) == (2, 29) else now
    return store.disposal.due(day.replace(year=now.year - settings.log_years))


@main.command()
@click.option("--watch", is_flag=True, help="Go on until stopped, as the portal's process would.")
def deliver(*, watch: bool) -> None:
    """Tell the national log of all that waits. See docs/audit.md.

    Exits with 1 when entries have been set aside for somebody to look at, with 2 when it goes no
    further now: nothing is lost then, and it can be run again.
    """
    settings = Settings()
    try:
        with closing(Store.existing(settings.database_url)) as store:
            delivery = Delivery.of(settings.security, store.outbox, lambda: datetime.now(UTC))
            if delivery is None:
                raise click.UsageError("there is no [security.log] in the settings")
            delivered = asyncio.run(_deliver(delivery, watch=watch))
            aside = store.outbox.aside()
    except (StoreUnavailable, Undelivered) as stopped:
        click.echo(f"portal deliver: it goes no further now ({stopped})", err=True)
        sys.exit(UNREADABLE)
    click.echo(f"ok: {delivered} entries delivered")
    for seq, code in aside:
        click.echo(f"portal deliver: entry {seq} is set aside: {code}", err=True)
    if aside:
        sys.exit(1)


async def _deliver(delivery: Delivery, *, watch: bool) -> int:
    driver = AiohttpDriver()
    try:
        if watch:
            await delivery(driver)
        return await delivery.empty(driver)
    finally:
        await driver.close()


def _head(anchor: str | None) -> Head | None:
    if anchor is None:
        return None
    seq, _, digest = anchor.partition(":")
    try:
        return Head(int(seq), bytes.fromhex(digest))
    except ValueError:
        raise click.UsageError("an anchor is SEQ:HASH, as verify printed it") from None


def _written(head: Head) -> str:
    return f"{head.seq}:{head.hash.hex()}"


@main.command()
def unlock() -> None:
    """Open a login that its person has locked, when they have shown who they are.

    Asks for the number, so that it stands in no list of commands. Exits with 1 when nothing is
    locked under it, with 2 when it cannot be done.
    """
    number = click.prompt("Personnummer", hide_input=True)
    settings = Settings()
    try:
        opened = unlock_login(settings, PersonId.parse(number), datetime.now(UTC))
    except ValueError:
        click.echo("portal unlock: that is no number, or there is no secret", err=True)
        sys.exit(UNREADABLE)
    except (StoreUnavailable, AuditUnavailable) as error:
        click.echo(f"portal unlock: the store does not answer ({error})", err=True)
        sys.exit(UNREADABLE)
    if not opened:
        click.echo("portal unlock: nothing is locked under that number", err=True)
        sys.exit(1)
    click.echo("ok")


def _place_of(view: View) -> str:
    return "/mig" if view.audience & RESIDENTS else "/personal/patient/*"


@main.command()
def catalogue() -> None:
    """What was found: views, kinds of source, and the configured sources."""
    settings = Settings()
    sources = read_sources(settings)
    directory = build_directory(settings, sources)
    found = {
        "views": {
            view.key: {
                "path": f"{_place_of(view)}/{view.path}",
                "question": view.question,
                "asks_for": sorted(kind.key for kind in view.kinds),
                "sections": [section.slot for section in view.sections],
                **({"roles": sorted(view.roles)} if view.roles else {}),
            }
            for view in all_views()
        },
        "kinds_of_source": {name: kind.offers for name, kind in kinds().items()},
        "sources": {
            source.key: {
                "kind": source.kind,
                "name": getattr(directory.find(source.key), "name", ""),
                "enabled": source.enabled,
            }
            for source in sources
        },
    }
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
