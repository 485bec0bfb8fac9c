"""The server with the stand-in model, as the agent's tests have it."""

from tests.acceptance.agent.conftest import model, modelled, person

__all__ = ["model", "modelled", "person"]
