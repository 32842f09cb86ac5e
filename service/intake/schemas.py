"""Shapes of the intake."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from service.intake.cases.machine import Act, State
from service.texts import Input

RequestType = Literal[
    "access",
    "copy",
    "rectification",
    "erasure",
    "restriction",
    "recipients",
    "portability",
    "objection",
    "marketing_objection",
    "human_review",
    "withdraw_consent",
    "dpo_question",
    "joint_arrangement",
    "complaint",
    "breach_tip",
    "other",
]
TYPES: tuple[str, ...] = get_args(RequestType)

Line = Annotated[str, Meta(max_length=300)]


class ControllerHints(Input):
    """Whatever the person knows of the controller; give as much as you have. Conflicting hints stop and ask."""

    notice: Annotated[str, Meta(max_length=200, description="`tenant/notice`, or the notice's id.")] | None = None
    notice_url: Annotated[str, Meta(max_length=2000)] | None = None
    controller_id: UUID | None = None
    business_id: Annotated[str, Meta(max_length=40)] | None = None
    domain: Annotated[str, Meta(max_length=2000, description="A web address or domain of the company.")] | None = None
    name: Annotated[Line, Meta(description="The legal name.")] | None = None
    register: Line | None = None
    brand: Line | None = None


class Subject(Input):
    """The person whose data it is, and how to answer."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    email: Annotated[str, Meta(min_length=3, max_length=254)]
    phone: Annotated[str, Meta(max_length=60)] | None = None
    address: Annotated[str, Meta(max_length=1000)] | None = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"address"})


class NewRequest(Input):
    """A data-subject request. One of `type` and `types` is needed; nothing else than this is asked."""

    controller: ControllerHints
    subject: Subject
    message: Annotated[str, Meta(max_length=20_000)] = ""
    type: RequestType | None = None
    types: Annotated[list[RequestType], Meta(max_length=16)] = []
    language: Annotated[str, Meta(min_length=2, max_length=3, description="The language to answer in: fi, sv, en or another.")] = "fi"
    details: dict[str, Any] | None = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"message", "details"})


class Choice(Input):
    """Which of the candidates is meant."""

    controller_id: UUID


class RoutedController(msgspec.Struct, omit_defaults=True):
    id: UUID
    name: str
    business_id: str | None
    verified: Annotated[bool, Meta(description="Whether we have verified who this is. If not, the notice names it, we do not.")]
    place: Annotated[str | None, Meta(description="Its town, where we have verified that.")] = None


class NearController(msgspec.Struct, omit_defaults=True):
    """A controller with a name like the one asked for. A claimed one has a link to its own notice, and nothing more."""

    id: UUID
    name: str
    business_id: str | None
    verified: bool
    notice: str | None = None
    place: str | None = None


class RoutingReason(msgspec.Struct):
    """Why a request goes where it goes, or goes nowhere."""

    code: Annotated[str, Meta(description="What decided, such as business_id, domain_above, successor, conflict; listed in docs/api.md.")]
    value: Annotated[str, Meta(description="What that is about: a number, a name, a host; empty where nothing is.")]


class Routing(msgspec.Struct):
    controller: RoutedController
    matched_by: Annotated[str, Meta(description="notice, controller_id, business_id, domain, name, brand or choice")]
    why: list[RoutingReason]
    explanation: Annotated[str, Meta(description="The reasons in words, in the language of the request.")]


class Acknowledgement(msgspec.Struct):
    """The request is stored and its controller is being told. `secret` is in `status_url` alone; keep that."""

    reference: str
    status_url: str
    routed_to: Routing
    received_at: datetime
    nominal_on: Annotated[date, Meta(description="The plain month: an answer by then is in time whatever holidays count.")]
    due_on: Annotated[date, Meta(description="The last day for an answer (Reg. 1182/71).")]
    due_at: Annotated[datetime, Meta(description="The end of that day in the controller's zone, in UTC.")]
    time_zone: Annotated[str, Meta(description="The controller's, in which days begin and end.")]
    explanation: Annotated[str, Meta(description="How the last day was counted, in words, in the language of the request.")]
    next: Literal["none", "verify_email"] = "none"


class ChooseController(msgspec.Struct):
    """Several controllers fit (409). POST one candidate's id as `{"controller_id": ...}` to `resume` within 24 hours."""

    type: str
    title: str
    status: int
    detail: str
    candidates: list[RoutedController]
    near: list[NearController]
    why: list[RoutingReason]
    explanation: Annotated[str, Meta(description="The reasons in words, in the language of the request.")]
    resume: str
    expires_at: datetime
    next: Literal["choose_controller"] = "choose_controller"


class RequestItem(msgspec.Struct):
    """A request as a list shows it: nothing that a person wrote."""

    id: UUID
    reference: str
    types: list[str]
    state: State
    controller_id: UUID
    received_at: datetime
    nominal_on: date
    due_on: date
    due_at: datetime
    channel: Annotated[str, Meta(description="intake; or phone, letter, counter, email as the controller entered it")]
    revision: Annotated[int, Meta(description="Counts moves and assignments; its ETag.")]
    assignee: str | None
    opened_at: Annotated[datetime | None, Meta(description="When the controller first read it.")]
    closed_at: datetime | None
    destroyed_at: Annotated[datetime | None, Meta(description="When what the person wrote was destroyed, its time being over.")]


class RequestPage(msgspec.Struct):
    items: list[RequestItem]
    next_cursor: str | None


class RequestCase(RequestItem):
    """A request as a case: its clock, and what may be done now. While a question waits, its days go on by themselves."""

    first_due_on: Annotated[date, Meta(description="The last day as it was at first, before any pause or extension.")]
    extended: bool
    paused_since: Annotated[date | None, Meta(description="Since when the time stands still for an answer of the person.")]
    time_zone: str
    explanation: Annotated[dict[str, str], Meta(description="How the last day was counted, in fi, sv and en.")]
    legal_moves: Annotated[list[Act], Meta(description="What the controller may do now.")]


class ReadSubject(msgspec.Struct):
    name: str
    email: Annotated[str | None, Meta(description="Without one the person gets no mail from here: tell them yourself.")]
    phone: str | None
    address: str | None


class RequestDetail(RequestCase):
    """With what the person wrote, while that is kept. Reading it is recorded in the audit events."""

    language: str
    matched_by: str
    notice_id: UUID | None
    notice_version: int | None
    subject: ReadSubject | None
    message: str | None
    details: dict[str, Any] | None


class FoundController(msgspec.Struct, omit_defaults=True):
    id: UUID
    name: str
    business_id: str | None
    verified: bool
    place: str | None = None


class FoundControllers(msgspec.Struct):
    items: list[FoundController]
