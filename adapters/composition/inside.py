"""Everything that needs no broker: ledger, views, evidence, desk and answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from functools import cache, partial

from adapters import erasure
from adapters import folder as folders
from adapters.admission import OPERATOR
from adapters.answers import Answers
from adapters.asking import Body
from adapters.composition.ground import Ground
from adapters.evidence.asking import Proofs
from adapters.evidence.bundle_parts import Bundles, Moment
from adapters.evidence.follower import Follower, Signing, Watcher
from adapters.evidence.log import TransparencyLog
from adapters.evidence.opening import Evidence, remember_last, require_last, signer
from adapters.evidence.watch import Watch
from adapters.finding import ViewDirectory
from adapters.foreign import Foreign
from adapters.platform import Parts
from adapters.rates import Rates
from adapters.roles import Role
from adapters.store.ledger import EventLedger
from adapters.store.upgrade import upgrade_file
from adapters.tasks import finish
from adapters.views.following import Following
from adapters.views.generations import Views
from adapters.views.projector import Projector
from adapters.views.remote import RemoteViews
from adapters.wire import render
from adapters.writing import Writer
from domain.desk import Desk, Request
from domain.envelope import PLATFORM
from domain.errors import Unavailable
from domain.law.loader import load_packs
from domain.law.rules import Rules
from projections.everything import projections
from projections.parts import WHOLE, Part

Laws = Callable[[tuple[str, ...]], Rules]


def furnish(ground: Ground) -> Parts:
    """The parts of a process; what follows the ledger into views and log is begun elsewhere.

    Only the embedded platform follows at once: it is the one process that can.
    """
    settings, stack = ground.settings, ground.stack
    laws: Laws = cache(partial(load_packs, settings.law_dir))
    rules = laws(())
    _bring_up(ground)
    ledger = EventLedger(ground.where(ground.folder.ledger), ground.vault)
    stack.callback(ledger.close)
    views = open_views(ground, ledger, None if ground.database else WHOLE)
    stack.callback(views.close)
    log = TransparencyLog(ground.store("evidence"), ledger, signer(ground.vault))
    following, signing = _followed(ground, ledger, views, log)
    desk = Desk(ledger, ViewDirectory(ledger, views, following), folders.digest_key(ground.vault))
    write = Writer(ledger.share)
    stack.callback(write.close)
    if ground.database is None:  # a database rings the bell itself, when it commits
        ledger.watch(write.afterwards(partial(ground.bell.ring, "ledger")))
    answers = Answers(ledger, views, laws, ground.clock)
    watch = Watch(ledger.inspect, log, views, settings.watch_seconds, ground.log)
    evidence = Evidence(log, signing, watch, Proofs(log, ledger, lambda: views.rows))
    parts = Parts(
        ledger=ledger,
        views=views,
        projector=following,
        desk=desk,
        answers=answers,
        write=write,
        clock=ground.clock,
        log=ground.log,
        rates=Rates(settings.rate),
        evidence=evidence,
        bundles=_bundles(ground, lambda: parts),
        rules=rules,
        foreign=Foreign(ground.store("foreign")),
    )
    return parts


def _bundles(ground: Ground, parts: Callable[[], Parts]) -> Bundles:
    """Audit bundles."""

    def bundle(by: str, body: Body, then: Moment) -> bytes:
        from adapters.composition import exporting  # noqa: PLC0415 - loaded with the first one

        return exporting.bundle(parts(), by, body, then)

    def moment() -> Moment:
        from adapters.composition import exporting  # noqa: PLC0415 - loaded with the first one

        return exporting.moment(parts())

    bundles = Bundles(ground.folder.root, ground.vault, bundle, moment)
    ground.stack.callback(bundles.close)
    return bundles


def _bring_up(ground: Ground) -> None:
    """An embedded ledger of an older version is brought up unasked; a database is not."""
    if ground.database is not None:
        return
    done = upgrade_file(ground.folder.ledger)
    if done.copy is not None:
        ground.log.info("ledger.upgraded", found=done.found, copy=str(done.copy))


def open_views(ground: Ground, ledger: EventLedger, part: Part | None) -> Views:
    """The read models: to read alone, or to keep a part of them."""
    where = ground.where(ground.folder.views)
    make = ground.fresh.render if Role.RELAY in ground.settings.plays else render
    return Views(where, ledger.seen, projections(make), part)


def _followed(
    ground: Ground, ledger: EventLedger, views: Views, log: TransparencyLog
) -> tuple[Following, Signing]:
    """How this process learns that views and transparency log have moved."""
    if ground.database is None:
        swept = partial(erasure.sweep, ledger, ground.vault)
        if again := swept():  # before anybody is let in: nothing is sealed meanwhile
            ground.log.warning("erasure.finished", keys=again)
        ground.stack.callback(_spared, swept)
        following: Following = projecting(ground, views, ground.stack)
        return following, witnessing(ground, ledger, log, ground.stack)
    following, signing = (
        RemoteViews(views, ground.bell, ground.log),
        Watcher(log, ground.log, ground.bell),
    )
    for one in (following, signing):
        one.start()
        ground.stack.push_async_callback(finish, one.stop)
    return following, signing


def _spared(sweep: Callable[[], int]) -> None:
    """Sweep at the end, for the next start not to: what fails now, that start does all the same."""
    with suppress(Unavailable):
        sweep()


def projecting(ground: Ground, views: Views, stack: AsyncExitStack) -> Projector:
    """Follow the ledger into the views until the stack is left."""
    projector = Projector(views, ground.log)
    projector.watch(partial(ground.bell.ring, "views"))
    stack.callback(ground.bell.hear("ledger", projector.wake))
    projector.start()
    stack.push_async_callback(finish, projector.stop)
    return projector


def witnessing(
    ground: Ground, ledger: EventLedger, log: TransparencyLog, stack: AsyncExitStack
) -> Follower:
    """Follow the ledger into the transparency log until the stack is left."""
    vault = ground.vault

    def remember() -> None:
        try:
            remember_last(vault, log)
        except Unavailable as trouble:  # the next one remembers: what is signed stays signed
            ground.log.warning("evidence.not-remembered", error=str(trouble))

    stack.push_async_callback(finish, remember)
    follower = Follower(log, ground.log, ground.bell, lambda: require_last(vault, log, ledger))
    stack.callback(ground.bell.hear("ledger", follower.wake))
    follower.start()
    stack.push_async_callback(finish, follower.stop)
    return follower


async def introduce(ground: Ground, parts: Parts) -> None:
    """The law packs in force and the operator, a party like any other, go on record."""
    rules, desk = parts.rules, parts.desk
    packs = tuple(sorted(rules.packs))
    await parts.write(lambda: desk.load_law(rules.fingerprint, packs, ground.clock()))
    if desk.party(OPERATOR) is None:
        body = {"id": OPERATOR, "roles": ["operator"], "name": "the operator of this platform"}
        request = Request(PLATFORM, "register_party", "bootstrap/operator", body)
        await parts.write(lambda: desk.handle(request, ground.clock()))
