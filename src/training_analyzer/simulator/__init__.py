"""A pretend Garmin: HTTP that real clients accept, over seeded lives."""

from __future__ import annotations

from training_analyzer.simulator.account import Account
from training_analyzer.simulator.answer import Answer, Answerer, Owner
from training_analyzer.simulator.residents import demo_world, inhabited, recorded_world, ways_in
from training_analyzer.simulator.server import SimulatorServer, serve
from training_analyzer.simulator.tokens import Lifetimes
from training_analyzer.simulator.world import World

__all__ = [
    "Account",
    "Answer",
    "Answerer",
    "Lifetimes",
    "Owner",
    "SimulatorServer",
    "World",
    "demo_world",
    "inhabited",
    "recorded_world",
    "serve",
    "ways_in",
]
