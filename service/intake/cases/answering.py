"""What the person does at their case: writes, answers who they are, withdraws. `visit` is theirs, proven by the secret."""

from uuid import UUID

from service.errors import WrongState, invalid
from service.intake.asking import Visit, asked
from service.intake.cases import messaging
from service.intake.cases.moving import Step, held, move
from service.intake.cases.schemas import Message, Verification
from service.intake.cases.verifying import is_right
from service.sealing import TenantKeys
from tenants.callers import PERSON


async def write(visit: Visit, text: str, keys: TenantKeys) -> Message:
    """Where a question about what the controller holds waits, what the person writes is its answer: nobody's time should stand
    still because the words were put into the other field."""
    found = await held(visit.db, visit.tenant, visit.row["id"], keys)
    question = await asked(visit, found)
    answers = question is not None and question.method == "data_held"
    message = await messaging.add(visit.db, found, "person", PERSON, text, told=not answers)
    if answers:
        await move(visit.db, found, Step("answer_identity", "person", PERSON, {"by": "message", "message": str(message.id)}, {}))
    return message


async def verify(visit: Visit, data: Verification, keys: TenantKeys) -> None:
    found = await held(visit.db, visit.tenant, visit.row["id"], keys)
    question = await asked(visit, found)
    if question is None:
        raise WrongState("No question waits for an answer.", members={"state": found.row["state"], "legal_moves": []})
    if question.method == "outside":
        raise invalid("/answer", "The controller settles this itself, in the way that its question says.")
    if question.method == "email_loop":
        if data.token is None or not is_right(data.token, found, question.id):
            raise invalid("/token", "Use the link in the newest mail about this: it holds what is needed here.")
        step = Step("answer_identity", "person", PERSON, {"by": "link"}, {})
    else:
        if data.answer is None:
            raise invalid("/answer", "Answer the question in words.")
        step = Step("answer_identity", "person", PERSON, {"by": "answer"}, {"answer": data.answer})
    await move(visit.db, found, step)


async def withdraw(visit: Visit, keys: TenantKeys) -> UUID | None:
    """Nothing, if it was withdrawn before."""
    found = await held(visit.db, visit.tenant, visit.row["id"], keys)
    if found.row["state"] == "withdrawn":
        return None
    return await move(visit.db, found, Step("withdraw", "person", PERSON, {}, {}))
