import pytest

from tests.cast import Cast
from tests.intake.person import Company, claiming


@pytest.fixture(scope="session")
def company(cast: Cast) -> Company:
    """Where cases are worked on. Its clock runs in Finland."""
    return claiming(cast)
