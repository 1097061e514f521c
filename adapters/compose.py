"""The composition root: the only reader of settings, the only builder of things."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from adapters import erasure, logs
from adapters import folder as folders
from adapters.accounts import Accounts
from adapters.admission import OPERATOR, Admission
from adapters.answers import Answers
from adapters.evidence.asking import Proofs
from adapters.evidence.bundle_parts import Bundles
from adapters.evidence.collect import Ports as ExportPorts
from adapters.evidence.collect import export
from adapters.evidence.copies import FeedPorts
from adapters.evidence.follower import Follower
from adapters.evidence.log import TransparencyLog
from adapters.evidence.opening import Evidence, remember_last, require_last, signer
from adapters.evidence.opening import path as evidence_file
from adapters.evidence.timestamp import Authority, Timestamps, authority
from adapters.evidence.watch import Watch
from adapters.finding import ViewDirectory
from adapters.nats.connection import Connection, Report, connect
from adapters.nats.credentials import Credentials
from adapters.nats.deliveries import Deliveries
from adapters.nats.deliveries import Ports as DeliveryPorts
from adapters.nats.intake import Intake
from adapters.nats.relay import Ports as RelayPorts
from adapters.nats.relay import Relay
from adapters.nats.server import EmbeddedServer, free_port
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust
from adapters.platform import Parts, Platform, Writer
from adapters.rates import Rates
from adapters.reminders import Ports as ReminderPorts
from adapters.reminders import Reminders
from adapters.settings import Settings
from adapters.store.ledger import EventLedger
from adapters.store.vault import SqliteVault
from adapters.tasks import end
from adapters.views.generations import Views
from adapters.views.projector import Projector
from adapters.wire import render
from domain.desk import Desk, Request
from domain.envelope import PLATFORM
from domain.law.loader import load_packs
from domain.law.rules import Rules
from projections.everything import projections

if TYPE_CHECKING:
    from adapters.http.house import House

Clock = Callable[[], datetime]
Laws = Callable[[tuple[str, ...]], Rules]
LOOK = 5.0  # seconds between looks at what is to be done when the views do not move


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class Running:
    """A platform that is up: where it is reached, and its parts for those in the same process."""

    def __init__(
        self,
        platform: Platform,
        parts: Parts,
        url: str,
        folder: folders.Folder,
        house: House | None,
    ) -> None:
        self.platform = platform
        self.parts = parts
        self.url = url
        self.folder = folder
        self.house = house


@asynccontextmanager
async def running(settings: Settings, clock: Clock = system_clock) -> AsyncGenerator[Running]:
    """A whole platform on its embedded engines, up until the block is left."""
    settings.require_embedded()
    tsa = authority(settings.tsa_url, settings.tsa_roots)
    logs.configure(settings.log_level)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(folders.claimed(settings.data))
        vault = _vault(settings, folder)
        stack.callback(vault.close)
        laws = cache(partial(load_packs, settings.law_dir))
        rules = laws(())
        rates = Rates(settings.rate)
        parts = _parts(folder, vault, laws, clock, rates, stack, settings.watch_seconds)
        await _introduce(parts)
        platform = Platform(parts)
        url = await _connect(settings, folder, vault, parts, platform, stack)
        _keep_time(parts, platform, rules, stack)
        if tsa is not None:
            _time_stamp(tsa, settings.tsa_seconds, parts, stack)
        house = await _front(settings, folder, vault, parts, platform, stack)
        await _webhooks(settings, folder, vault, parts, platform, house, stack)
        yield Running(platform, parts, url, folder, house)


def _vault(settings: Settings, folder: folders.Folder) -> SqliteVault:
    """The vault; where its key was made just now, that is said once."""
    first = not folder.vault.exists()
    vault = folders.open_vault(folder, settings.master_key_file)
    if first and settings.master_key_file is None:
        logs.get().info("master-key.made", path=str(folder.master_key))
    return vault


def _parts(  # noqa: PLR0913, PLR0917 - the root names each
    folder: folders.Folder,
    vault: SqliteVault,
    laws: Laws,
    clock: Clock,
    rates: Rates,
    stack: AsyncExitStack,
    watch_seconds: float = 3600.0,
) -> Parts:
    """Everything that needs no broker; `laws` gives the rules, with drafts where asked for."""
    rules = laws(())
    log = logs.get()
    ledger = EventLedger(folder.ledger, vault)
    stack.callback(ledger.close)
    if again := erasure.sweep(ledger):
        log.warning("erasure.finished", keys=again)
    views = Views(folder.views, ledger.since, projections(render))
    stack.callback(views.close)
    projector = Projector(views, log)
    ledger.watch(projector.wake)
    projector.start()
    stack.callback(projector.stop)
    evidence = _evidence(folder, vault, ledger, views, watch_seconds, stack)
    desk = Desk(ledger, ViewDirectory(ledger, views, projector), folders.digest_key(vault))
    write = Writer()
    stack.callback(write.close)
    answers = Answers(ledger, views, laws, clock)
    desk.load_law(rules.fingerprint, tuple(sorted(rules.packs)), clock())
    exporting = ExportPorts(answers, ledger, lambda: views.rows, evidence.log, lambda: rules, clock)
    bundles = Bundles(folder.root, partial(export, exporting, desk.granted))
    stack.callback(bundles.close)
    return Parts(
        ledger, views, projector, desk, answers, write, clock, log, rates, evidence, bundles
    )


def _evidence(  # noqa: PLR0913, PLR0917 - the root names each
    folder: folders.Folder,
    vault: SqliteVault,
    ledger: EventLedger,
    views: Views,
    watch_seconds: float,
    stack: AsyncExitStack,
) -> Evidence:
    """The transparency log in step with the ledger, and the watch over everything."""
    log = TransparencyLog(evidence_file(folder.root), ledger, signer(vault))
    stack.callback(log.close)
    stack.callback(remember_last, vault, log)
    follower = Follower(log, logs.get(), lambda: require_last(vault, log, ledger))
    ledger.watch(follower.wake)
    follower.start()
    stack.callback(follower.stop)
    watch = Watch(folder.ledger, log, views, watch_seconds, logs.get())
    return Evidence(log, follower, watch, Proofs(log, ledger, lambda: views.rows))


async def _introduce(parts: Parts) -> None:
    """The operator is a party like any other; it is there from the first start."""
    if parts.desk.party(OPERATOR) is None:
        body = {"id": OPERATOR, "roles": ["operator"], "name": "the operator of this platform"}
        request = Request(PLATFORM, "register_party", "bootstrap/operator", body)
        await parts.write(lambda: parts.desk.handle(request, parts.clock()))


async def _connect(  # noqa: PLR0913, PLR0917 - the root names each
    settings: Settings,
    folder: folders.Folder,
    vault: SqliteVault,
    parts: Parts,
    platform: Platform,
    stack: AsyncExitStack,
) -> str:
    """The broker, its accounts, and everything that speaks through it."""
    trust = folders.trust(vault)
    url, tenancy, core = await _broker(settings, folder, trust, parts, stack)
    accounts = Accounts(vault)
    accounts.seed_of(OPERATOR)
    admission = Admission(
        parts.desk, vault, accounts, trust, tenancy, parts.clock, parts.write, url
    )
    await admission.admit_all()
    relay = _relay(core, tenancy, admission, parts)
    deliveries = Deliveries(
        core,
        tenancy,
        _delivery_ports(accounts, admission, platform, parts),
        settings.reconcile_seconds,
        parts.log,
    )
    intake = Intake(core, accounts.party_of, platform.handle, parts.log)
    platform.admission, platform.relay = admission, relay
    relay.start()
    stack.push_async_callback(relay.stop)
    watch = parts.evidence.watch
    watch.feed = FeedPorts(core, lambda: parts.views.rows, relay.mend)
    watch.start()
    stack.push_async_callback(watch.stop)
    await deliveries.start()
    stack.push_async_callback(deliveries.stop)
    await _follow_views(parts, platform, relay, stack)
    await intake.start()
    stack.push_async_callback(intake.drain)
    folders.write_private(folder.url, url + "\n")
    if not folder.operator_creds.exists():
        folders.write_private(folder.operator_creds, await admission.operator_creds())
    return url


async def _front(  # noqa: PLR0913, PLR0917 - the root names each
    settings: Settings,
    folder: folders.Folder,
    vault: SqliteVault,
    parts: Parts,
    platform: Platform,
    stack: AsyncExitStack,
) -> House | None:
    """The HTTP door, where one is asked for: last to open, when there is somebody to answer."""
    if settings.http_port is None:
        return None
    from adapters.front import open_front  # noqa: PLC0415 - without a door, no web framework

    port = _port(folder, "http.port", settings.http_host, settings.http_port)
    house = await open_front(settings, port, vault, parts, platform, stack)
    folders.write_private(folder.web_url, house.url + "\n")
    return house


async def _webhooks(  # noqa: PLR0913, PLR0917 - the root names each
    settings: Settings,
    folder: folders.Folder,
    vault: SqliteVault,
    parts: Parts,
    platform: Platform,
    house: House | None,
    stack: AsyncExitStack,
) -> None:
    """The sender of webhooks; its links lead to the HTTP door, where there is one."""
    from adapters.webhooks.opening import open_webhooks  # noqa: PLC0415 - a fast --help

    base = house.url if house else settings.public_url
    await open_webhooks(
        folder.root / "webhooks.sqlite",
        vault,
        parts,
        platform,
        stack,
        private=settings.webhook_allow_private,
        base=base,
    )


async def _broker(
    settings: Settings,
    folder: folders.Folder,
    trust: Trust,
    parts: Parts,
    stack: AsyncExitStack,
) -> tuple[str, Tenancy, Connection]:
    """The server of this process, our two connections to it, and the stream."""
    now, report = system_clock(), _reporter(parts)
    server = EmbeddedServer(
        folder.nats,
        trust,
        port=_port(folder, "nats.port", settings.nats_host, settings.nats_port),
        issued_at=now,
        host=settings.nats_host,
        binary=settings.nats_server,
        report=report,
    )
    await stack.enter_async_context(server)
    system = await connect(
        server.url, Credentials.parse(trust.system_creds(now)), name="system", report=report
    )
    stack.push_async_callback(system.close)
    core = await connect(
        server.url, Credentials.parse(trust.platform_creds(now)), name="platform", report=report
    )
    stack.push_async_callback(core.close)
    tenancy = Tenancy(system, core)
    await tenancy.push_account(trust.platform_account_jwt(now))
    await tenancy.ensure_stream()
    return server.url, tenancy, core


def _relay(core: Connection, tenancy: Tenancy, admission: Admission, parts: Parts) -> Relay:
    """The relay, and how a feed that is lost or foreign is made anew."""

    async def restore(common: int) -> None:
        await asyncio.to_thread(admission.lower_floors, common)
        await tenancy.recreate_stream()
        await asyncio.to_thread(admission.lower_floors, common)  # a look may have come between
        await admission.admit_all()

    ports = RelayPorts(
        rows=lambda: parts.views.rows,
        caught_up=lambda: parts.views.position() == parts.ledger.position(),
        read=parts.ledger.at,
        render=render,
        restore=restore,
        headers=parts.evidence.headers_for,
    )
    return Relay(core, ports, parts.log)


def _delivery_ports(
    accounts: Accounts, admission: Admission, platform: Platform, parts: Parts
) -> DeliveryPorts:
    return DeliveryPorts(
        rows=lambda: parts.views.rows,
        read=parts.ledger.at,
        record=platform.record_delivery,
        parties=accounts.all,
        account_of=accounts.key_of,
        clock=parts.clock,
        remember_floor=admission.remember_floor,
    )


async def _follow_views(
    parts: Parts, platform: Platform, relay: Relay, stack: AsyncExitStack
) -> None:
    """Whenever the views move on, the relay has work, and perhaps a case must be reopened."""
    loop, moved = asyncio.get_running_loop(), asyncio.Event()

    def announce() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closing
            loop.call_soon_threadsafe(moved.set)

    async def follow() -> None:
        while True:
            relay.wake()
            try:
                await platform.reopen_cases()
            except Exception:
                parts.log.warning("case.not-reopened", exc_info=True)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await moved.wait()
            moved.clear()

    parts.projector.watch(announce)
    task = asyncio.create_task(follow(), name="views")

    async def stop() -> None:
        await end(task)

    stack.push_async_callback(stop)


def _keep_time(parts: Parts, platform: Platform, rules: Rules, stack: AsyncExitStack) -> None:
    """The timer of reminders: last to start, so that what arrived meanwhile is known first."""
    timer = Reminders(
        ReminderPorts(
            rows=lambda: parts.views.rows,
            position=parts.views.position,
            since=parts.ledger.since,
            settled=platform.settled,
            speak=platform.speak,
            clock=parts.clock,
            watch=parts.projector.watch,
            rules=rules,
        ),
        parts.log,
    )
    platform.reminders = timer
    timer.start()
    stack.push_async_callback(timer.stop)


def _time_stamp(tsa: Authority, seconds: float, parts: Parts, stack: AsyncExitStack) -> None:
    """Have checkpoints time-stamped, beside everything else: nothing waits for it."""
    made = Timestamps(tsa, parts.evidence.log, seconds, parts.clock, parts.log)
    parts.evidence.timestamps = made
    made.start()
    stack.push_async_callback(made.stop)


def _port(folder: folders.Folder, name: str, host: str, asked: int) -> int:
    """The port asked for; 0 means a free one, the same at every start of this folder."""
    if asked:
        return asked
    kept = folder.root / name
    if not kept.exists():
        folders.write_private(kept, f"{free_port(host)}\n")
    return int(kept.read_text())


def _reporter(parts: Parts) -> Report:
    def report(what: str, error: Exception | None) -> None:
        parts.log.info(what, error=str(error) if error else None)

    return report


__all__ = ["Clock", "Running", "running", "system_clock"]
