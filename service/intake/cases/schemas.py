"""Shapes of the case API."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from service.intake.authorities import NamedAuthority
from service.intake.cases.machine import Act, State
from service.intake.schemas import RequestCase, RequestType, RoutedController
from service.texts import Input
from tenants.callers import Actor

Prose = Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]
Reason = Annotated[str, Meta(min_length=1, max_length=5_000, pattern=r"\S")]
Channel = Literal["phone", "letter", "counter", "email"]
Method = Literal["email_loop", "data_held", "outside"]
Grounds = Literal["complexity", "number"]
Ground = Literal[
    "manifestly_unfounded",
    "excessive",
    "identity_not_established",
    "duty_to_keep",
    "legal_claims",
    "rights_of_others",
    "conditions_not_met",
    "other",
]


class Beginning(Input):
    """Nothing more is needed to begin: `{}`."""


class IdentityQuestion(Input):
    """Art. 12(6): only on reasonable doubt, and no more than needed. The time stands still until the answer. Never ask for a copy of an
    identity document."""

    reason: Annotated[Reason, Meta(description="Why there is reasonable doubt who asks.")]
    question: Annotated[Reason, Meta(description="What the person is asked.")]
    method: Annotated[
        Method,
        Meta(
            description="email_loop: a link goes to the person's address, and its use is the answer; data_held: something that the "
            "controller has; outside: in a way of the controller's own, which it settles itself."
        ),
    ]
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason", "question"})


class SettledIdentity(Input):
    """The answer came another way, or is not needed any more."""

    answer: Annotated[Reason, Meta(description="How it was settled. Keep no document: note that it was checked.")]
    answered_on: Annotated[date | None, Meta(description="The day on which the answer came, by default today.")] = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"answer"})


class Extension(Input):
    """Art. 12(3): two further months, told with reasons within the first. It is told when this answers."""

    grounds: Annotated[Grounds, Meta(description="The complexity of the request, or the number of requests.")]
    reason: Annotated[Reason, Meta(description="The reasons in words, for the person.")]
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


class Completion(Input):
    answer: Annotated[Prose, Meta(description="What was done, for the person. That nothing was found is an answer, too.")]
    many_lines: ClassVar[frozenset[str]] = frozenset({"answer"})


class Refusal(Input):
    """Art. 12(4): with reasons. The right to complain, the authority and the judicial remedy are told to the person with it."""

    ground: Ground
    reason: Annotated[Prose, Meta(description="The reasons in words, for the person.")]
    answer: Annotated[Prose | None, Meta(description="For a refusal of a part alone: what was done of the rest.")] = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason", "answer"})


class Withdrawal(Input):
    """The person withdrew, and told the controller."""

    reason: Annotated[Reason, Meta(description="How the person told so.")]
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


class HandOver(Input):
    """Another controller answers it. The person is told which."""

    to: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S", description="Who answers it, by name.")]
    reason: Reason
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


class Reopening(Input):
    reason: Annotated[Reason, Meta(description="Why, for the person. The days are those that they were: nobody gains time by closing.")]
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


class Assignment(Input):
    """Who works on it: a name or a desk of the controller's own. Null: nobody."""

    assignee: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")] | None


class EnteredSubject(Input):
    """The person, as far as the controller knows them."""

    name: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
    email: Annotated[str, Meta(min_length=3, max_length=254)] | None = None
    phone: Annotated[str, Meta(max_length=60)] | None = None
    address: Annotated[str, Meta(max_length=1000)] | None = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"address"})


class NewEntry(Input):
    """A request that reached the controller another way than through the intake."""

    controller_id: UUID
    channel: Channel
    received_at: Annotated[datetime, Meta(tz=True, description="When it reached the controller: from there its time runs.")]
    types: Annotated[list[RequestType], Meta(min_length=1, max_length=16)]
    subject: EnteredSubject
    message: Annotated[str, Meta(max_length=20_000)] = ""
    language: Annotated[str, Meta(min_length=2, max_length=3, description="The language to answer in: fi, sv, en or another.")] = "fi"
    many_lines: ClassVar[frozenset[str]] = frozenset({"message"})


class EnteredRequest(RequestCase):
    """`status_url` is the person's way to follow it; it holds a secret that is shown here alone."""

    status_url: str


class NewMessage(Input):
    text: Prose
    many_lines: ClassVar[frozenset[str]] = frozenset({"text"})


class Message(msgspec.Struct):
    id: UUID
    author: Literal["person", "controller"]
    at: datetime
    text: Annotated[str | None, Meta(description="Null when it was destroyed, its time being over.")]


class MessagePage(msgspec.Struct):
    items: list[Message]
    next_cursor: str | None


class RequestMove(msgspec.Struct):
    """`facts` were chosen from lists; `told` is what was written with it: reason, question, answer. Null when it was destroyed."""

    id: UUID
    number: int
    act: Act
    from_state: State
    to_state: State
    actor: Actor
    at: datetime
    facts: dict[str, Any]
    told: dict[str, Any] | None
    nominal_on: date
    due_on: date


class RequestMovePage(msgspec.Struct):
    items: list[RequestMove]
    next_cursor: str | None


class IdentityAsked(msgspec.Struct):
    """What the person is asked, while the time stands still for the answer."""

    id: UUID
    at: datetime
    method: Method
    question: str | None
    reason: str | None


class StatusEvent(msgspec.Struct):
    at: datetime
    act: Act
    by: Literal["person", "controller"]
    state: State
    due_on: Annotated[date, Meta(description="The last day as it stood then.")]
    facts: dict[str, Any]
    told: Annotated[dict[str, Any] | None, Meta(description="What the controller wrote with it: reason, question, answer.")]


class RequestStatus(msgspec.Struct):
    """What the person sees."""

    reference: str
    state: State
    types: list[str]
    controller: RoutedController
    received_at: datetime
    nominal_on: date
    due_on: date
    due_at: datetime
    first_due_on: Annotated[date, Meta(description="The last day as it was at first, before any pause or extension.")]
    is_late: Annotated[bool, Meta(description="No answer has come and the last day is over.")]
    extended: bool
    time_zone: str
    explanation: str
    notice: Annotated[str | None, Meta(description="The notice's version in force when the request came.")]
    identity_asked: Annotated[IdentityAsked | None, Meta(description="A question that waits for your answer.")]
    events: Annotated[list[StatusEvent], Meta(description="What happened, oldest first.")]
    messages: Annotated[list[Message], Meta(description="The newest of the thread, oldest of them first.")]
    earlier_messages: Annotated[str | None, Meta(description="The `cursor` for the messages before these.")]
    supervisory_authority: NamedAuthority
    legal_moves: Annotated[list[Act], Meta(description="What you may do now.")]
    destroyed_at: Annotated[datetime | None, Meta(description="When what was written here was destroyed, its time being over.")]


class Verification(Input):
    """The answer to the question who you are: `token` of the link that was mailed, or `answer` in words."""

    token: Annotated[str, Meta(max_length=100)] | None = None
    answer: Prose | None = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"answer"})


class VerificationState(msgspec.Struct):
    """`asked` is null when no question waits."""

    state: State
    asked: IdentityAsked | None
