"""The e-mail loop: a link that only the mail to the person's address holds, whose use is the answer to the question who asks.

It is made from the request's data key and the question's id, so it is kept nowhere, each question has its own, and it dies
with the key.
"""

import base64
import hmac
from uuid import UUID

from service.intake.opening import Opened
from service.intake.storing import status_url
from service.settings import Settings


def token(found: Opened, move_id: UUID) -> str:
    """43 letters. The one who sent the request does not know them unless the mail reached them."""
    assert found.key is not None
    return base64.urlsafe_b64encode(hmac.digest(found.key, f"verification {move_id}".encode(), "sha256")).rstrip(b"=").decode()


def verification_url(settings: Settings, found: Opened, move_id: UUID) -> str:
    path, _, query = status_url(settings, found.row["reference"], found.field("secret")).partition("?")
    return f"{path}/verification?{query}&token={token(found, move_id)}"


def is_right(given: str, found: Opened, move_id: UUID) -> bool:
    return hmac.compare_digest(given.encode(), token(found, move_id).encode())
