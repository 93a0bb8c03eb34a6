"""The command line: `imprimatur up` on one machine, or each process by itself as the compose file starts them."""

import os
import sys
from pathlib import Path

import click

from config.settings import BadSettings, Settings, read_settings, settings_table
from dam.accounts.organisation import OrganisationDraft, OrganisationKind
from dam.accounts.permissions import Role
from dam.accounts.person import PersonDraft
from dam.kernel.clock import utc_now
from dam.kernel.errors import ImprimaturError, Invalid
from dam.kernel.ids import OrganisationId, new_id
from dam.kernel.text import Bilingual
from dam.kernel.version import VERSION
from dam.local.credentials import load_signer_of_copies
from dam.local.process import StartFailed
from dam.local.stack import up as run_stack

_DEFAULT_PORT = 8000
_OLDEST_PYTHON = (3, 11)
_GRACEFUL_S = 3


class Refused(click.ClickException):
    """A command cannot go on; the message says why."""


def _settings() -> Settings:
    try:
        return read_settings()
    except BadSettings as fault:
        raise Refused(str(fault)) from fault


def _settings_of_a_server() -> Settings:
    """Return the settings once the key that signs copies is found to fit, before the process becomes a server."""
    settings = _settings()
    try:
        load_signer_of_copies(settings, utc_now)
    except BadSettings as fault:
        raise Refused(str(fault)) from fault
    return settings


@click.group()
@click.version_option(package_name=None, version=VERSION, prog_name="imprimatur")
def main() -> None:
    """Run Imprimatur, the archive's asset and rights service."""
    if sys.version_info < _OLDEST_PYTHON:
        raise Refused("Imprimatur needs Python 3.11 or newer.")


@main.command()
@click.option("--demo/--no-demo", default=True, show_default=True, help="Load the demo accounts and photographs.")
@click.option("--port", type=int, envvar="PORT", default=_DEFAULT_PORT, show_default=True, help="0: any free port.")
@click.option("--data", type=click.Path(path_type=Path), envvar="DAM_DATA", default=Path("var"), show_default=True)
def up(*, demo: bool, port: int, data: Path) -> None:
    """Start everything here: PostgreSQL, Valkey, SeaweedFS, workers and web."""
    try:
        run_stack(data, port, demo=demo, say=click.echo)
    except (StartFailed, OSError, ValueError) as fault:
        raise Refused(str(fault)) from fault


@main.command()
def migrate() -> None:
    """Bring the database to the present shape, make the buckets, and prove that the store keeps its promises."""
    from dam.local.groundwork import prepare  # noqa: PLC0415 - `web` and `worker` must not wait 2 s for what they do not use

    try:
        prepare(_settings())
    except (ImprimaturError, StartFailed) as fault:
        raise Refused(str(fault)) from fault
    click.echo("The database and the object store are ready.")


@main.command()
@click.argument("email")
@click.argument("name")
def found(email: str, name: str) -> None:
    """Found the archive in an empty service: EMAIL, called NAME, administers it; the password is shown once."""
    from dam.house import build_house  # noqa: PLC0415 - as for `migrate`

    settings = _settings()
    title = Bilingual(settings.institution_name_en, settings.institution_name_zh)
    # `found` replaces the organisation by the archive it founds.
    first = PersonDraft(email, name, OrganisationId(new_id()), frozenset({Role.ADMINISTRATOR}))
    try:
        made = build_house(settings).accounts.found(OrganisationDraft(OrganisationKind.ARCHIVE, title), first)
    except Invalid as fault:
        raise Refused("\n".join(one.message.en for one in fault.faults)) from fault
    except ImprimaturError as fault:
        raise Refused(fault.message.en) from fault
    click.echo(f"{made.person.email} signs in with this password, shown only now: {made.password}")


@main.command()
def demo() -> None:
    """Load the demo: accounts, stand-in photographs, the seed's case. Loading it again changes nothing."""
    from dam.demo.load import load as load_demo  # noqa: PLC0415 - as for `migrate`
    from dam.house import build_house  # noqa: PLC0415 - as for `migrate`

    settings = _settings()
    try:
        loaded = load_demo(build_house(settings), base=settings.data_dir)
    except ImprimaturError as fault:
        raise Refused(str(fault)) from fault
    click.echo("The demo is loaded." if loaded.fresh else "The demo was loaded before; it is left as it is.")


@main.command()
def web() -> None:
    """Serve the pages and the API."""
    settings = _settings_of_a_server()
    sys.stdout.flush()
    os.execv(  # noqa: S606 - it becomes the web server; the words are our own settings
        sys.executable,
        [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--config", "python:config.gunicorn"),
            *("--bind", f"{settings.host}:{settings.port}"),
            *("--worker-class", "gthread", "--workers", str(settings.web_processes)),
            *("--threads", str(settings.web_threads), "--graceful-timeout", str(_GRACEFUL_S)),
            # Loaded once, then forked: no connection is made before the first request.
            *("--preload", "--no-control-socket"),
        ],
    )


@main.command()
def worker() -> None:
    """Work on photographs."""
    settings = _settings_of_a_server()
    sys.stdout.flush()
    os.execv(  # noqa: S606 - it becomes the worker; the words are our own settings
        sys.executable,
        [
            *(sys.executable, "-m", "celery", "--app", "workers.app", "worker"),
            *("--concurrency", str(settings.worker_concurrency), "--loglevel", settings.log_level),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
    )


@main.command()
def sweeps() -> None:
    """Announce forgotten work again and end what has lapsed."""
    os.execv(sys.executable, [sys.executable, "-m", "workers.sweeps"])  # noqa: S606 - it becomes the sweeps


@main.command()
def sequencer() -> None:
    """Give the events of the usage log their places, sign the log and publish it."""
    os.execv(sys.executable, [sys.executable, "-m", "workers.audit"])  # noqa: S606 - it becomes the sequencer


@main.command("verify", context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def verify_bundle(words: tuple[str, ...]) -> None:
    """Check a bundle of the usage log, offline: BUNDLE KEY [--old CHECKPOINT]... [--receipts FILE]."""
    from dam.audit import verify  # noqa: PLC0415 - the other commands do not use it

    sys.exit(verify.main(words))


@main.command("export-log")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "since", help="Only usage from this day or instant on.")
@click.option("--to", "until", help="Only usage up to this day, or before this instant.")
@click.option("--partner", help="Only usage of this organisation.")
@click.option("--asset", help="Only usage of this photograph.")
@click.option("--licence", help="Only usage under this licence.")
@click.option("--kept", type=int, multiple=True, help="Prove the growth from a checkpoint of this size; repeatable.")
def export_log(target: Path, kept: tuple[int, ...], **wanted: str | None) -> None:
    """Write the usage log, or a selection with proofs, into the zip file TARGET; `verify` checks it."""
    from dam.audit.usage.asking import parse_usage  # noqa: PLC0415 - as for `migrate`
    from dam.house import build_house  # noqa: PLC0415 - as for `migrate`

    settings = _settings()
    names = {"since": "from", "until": "to"}
    asked = {names.get(name, name): said for name, said in wanted.items() if said}
    try:
        log = build_house(settings).log
        chosen = parse_usage(asked, settings.zone)
        pieces = log.export_selection(None, chosen, kept) if asked or kept else log.export(None)
        with target.open("xb") as file:
            file.writelines(pieces)
    except Invalid as fault:
        raise Refused("\n".join(f"{one.field}: {one.message.en}" for one in fault.faults)) from fault
    except (ImprimaturError, OSError) as fault:
        raise Refused(str(fault)) from fault
    click.echo(f"Written: {target}")


@main.command("log-keys")
def log_keys() -> None:
    """Print the public keys that the log has announced: hand the first to auditors, by another way than the log."""
    from dam.house import build_house  # noqa: PLC0415 - as for `migrate`

    try:
        announced = build_house(_settings()).log.keys()
    except ImprimaturError as fault:
        raise Refused(str(fault)) from fault
    for use, keys in announced.items():
        for key in keys:
            click.echo(f"{use}: {key}")


@main.command()
def settings() -> None:
    """Print every setting as a table: name, default, meaning."""
    click.echo("| Setting | Default | Meaning |\n|---|---|---|")
    for name, default, meaning in settings_table():
        click.echo(f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |")


if __name__ == "__main__":
    main(prog_name="imprimatur")
