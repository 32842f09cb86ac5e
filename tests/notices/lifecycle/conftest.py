from tests.hosting.conftest import site, visit

__all__ = ["site", "visit"]
