"""What each address of the HTTP interface does. Whoever asks is known and may by then; what is theirs is asked here."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from cloudtag.contract.decision_records import DecisionGiven, DecisionOutcome
from cloudtag.contract.replay_form import object_of
from cloudtag.contract.types import Token
from cloudtag.decide.asking import DecisionRequest, asked_by, problem_of
from cloudtag.decide.decider import Decider, OtherQuestionError
from cloudtag.decide.judging import events_to_judge
from cloudtag.decide.outcomes import OutcomeRequest, outcome_of
from cloudtag.decide.recorder import DecisionRecorder, NotAcknowledgedError, RecordPublisher
from cloudtag.decide.replies import RecordedHow, decision_reply, standing_reply
from cloudtag.decide.standing_view import StandingView
from cloudtag.decide.taken_in import events_in
from cloudtag.decide.watching import AnswerWatch
from cloudtag.decisions.decision_answers import DecisionAsked
from cloudtag.serving.engine_way import EngineWay
from cloudtag.serving.problems import ProblemError
from cloudtag.serving.sight import seen_by
from cloudtag.serving.viewers import Viewer

_T = TypeVar("_T", bound=Struct)


class ApiCall(NamedTuple):
    """A request that was let in: who makes it, what its address says, and its body."""

    viewer: Viewer
    params: Any
    body: bytes


class ApiReply(NamedTuple):
    """A status and what is answered, ready for JSON."""

    status: int
    content: dict[str, Any] | Struct


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """An address that says nothing besides itself."""


class BuyerParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A buyer, by id and platform: ids mean something inside a network of platforms only."""

    buyer_id: Token
    platform: Token


class AlertParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert, by its id."""

    alert_id: Token


class DecisionParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision, by its id."""

    decision_id: Token


class OrderParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order, by id, platform and shop."""

    order_id: Token
    platform: Token
    shop_id: Token


class DecideApi:
    """The handlers, and what they share."""

    def __init__(
        self,
        view: StandingView,
        decider: Decider,
        watch: AnswerWatch,
        recorder: DecisionRecorder,
        publisher: RecordPublisher,
        count: Callable[[DecisionGiven | DecisionOutcome], None],
        engine: EngineWay,
    ) -> None:
        """`count` is told of every decision once, and of what became of any."""
        self._engine = engine
        self._view = view
        self._decider = decider
        self._watch = watch
        self._recorder = recorder
        self._publisher = publisher
        self._count = count
        self._lost: set[str] = set()

    async def decide(self, call: ApiCall) -> ApiReply:
        """What may be done about a refund, a return, an order or an insurance claim."""
        request = _decoded(call.body, _REQUESTS)
        if problem := problem_of(request):
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, problem)
        asked = asked_by(request, call.viewer.name, self._decider.networks)
        if not call.viewer.sees_shop(asked.network, request.shop_id):
            raise ProblemError(HTTPStatus.FORBIDDEN, "this token is not for that shop")
        given, said = self._given_before(asked), None
        if given is None and request.judge:
            said = await self._engine.ask(
                request.buyer_id, events_to_judge(request, call.viewer, self._decider.networks)
            )
            # Somebody may have asked the same meanwhile: a request has one answer.
            given = self._given_before(asked)
        is_new = given is None
        if given is None:
            given = self._decider.decide(asked, said)
            self._watch.add(given, is_own=True)
            self._count(given)
        recorded = await self._recorded(given, is_new=is_new, is_durable=request.durable)
        return ApiReply(HTTPStatus.OK, decision_reply(given, recorded))

    def _given_before(self, asked: DecisionAsked) -> DecisionGiven | None:
        try:
            return self._decider.given_before(asked)
        except OtherQuestionError:
            raise ProblemError(HTTPStatus.CONFLICT, "request_id: another question was asked under it") from None

    async def _recorded(self, given: DecisionGiven, *, is_new: bool, is_durable: bool) -> RecordedHow:
        if is_durable:
            await self._publish([given])
            return "durable"
        # One that was given before was recorded then, or is about to be, unless there was no room for it.
        if (is_new or given.decision_id in self._lost) and not self._recorder.put(given):
            self._lost.add(given.decision_id)
            return "lost"
        self._lost.discard(given.decision_id)
        return "waiting"

    async def outcome(self, call: ApiCall) -> ApiReply:
        """What became of a decision that is remembered."""
        request = _decoded(call.body, _OUTCOMES)
        if request.was_followed is None and request.was_right is None:
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "was_followed, was_right: one of them is said")
        given = self._decider.given(call.params.decision_id)
        if given is None or not call.viewer.sees_shop(self._decider.networks[given.platform], given.shop_id):
            raise ProblemError(HTTPStatus.NOT_FOUND, "no such decision is remembered")
        outcome = outcome_of(request, given, call.viewer.name, self._decider.now_ms)
        await self._publish([outcome])
        self._count(outcome)
        return ApiReply(HTTPStatus.ACCEPTED, {"accepted": 1})

    async def standing(self, call: ApiCall) -> ApiReply:
        """What stands about a buyer."""
        network = self._decider.networks[call.params.platform]
        return self._shown(call.viewer, self._view.of_buyer(network, call.params.buyer_id))

    async def alert(self, call: ApiCall) -> ApiReply:
        """An alert that stands, in its latest revision."""
        found = self._view.alert(call.params.alert_id)
        seen = None if found is None else seen_by(call.viewer, found, self._decider.networks)
        if seen is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "no such alert stands")
        return ApiReply(HTTPStatus.OK, object_of(seen))

    async def order(self, call: ApiCall) -> ApiReply:
        """What stands about an order of a shop."""
        network = self._decider.networks[call.params.platform]
        if not call.viewer.sees_shop(network, call.params.shop_id):
            raise ProblemError(HTTPStatus.NOT_FOUND, "no such order is known here")
        return self._shown(call.viewer, self._view.of_order(network, call.params.shop_id, call.params.order_id))

    async def verdicts(self, call: ApiCall) -> ApiReply:
        """Answer alerts."""
        return await self._taken(call, "verdicts")

    async def tags(self, call: ApiCall) -> ApiReply:
        """Tag orders."""
        return await self._taken(call, "tags")

    async def events(self, call: ApiCall) -> ApiReply:
        """Any events, each with its `stream`."""
        return await self._taken(call, None)

    async def _taken(self, call: ApiCall, stream: str | None) -> ApiReply:
        events = events_in(call.body, call.viewer, self._decider.networks, stream)
        await self._publish(events)
        return ApiReply(HTTPStatus.ACCEPTED, {"accepted": len(events)})

    async def _publish(self, records: list[Any]) -> None:
        try:
            await self._publisher.publish(records)
        except NotAcknowledgedError as error:
            detail = f"the broker has not acknowledged it: {error}; send the same again"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"retry-after": "1"}) from None

    def _shown(self, viewer: Viewer, records: list[Struct]) -> ApiReply:
        seen = (seen_by(viewer, record, self._decider.networks) for record in records)
        return ApiReply(HTTPStatus.OK, standing_reply((r for r in seen if r is not None), self._decider.as_of))


_REQUESTS = msgspec.json.Decoder(DecisionRequest)
_OUTCOMES = msgspec.json.Decoder(OutcomeRequest)


def _decoded(body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no JSON: {error}") from None
