"""What to fetch, in which order, when next, and what an outcome means. Pure.

Values and `now` go in, a decision comes out: no clock, no database, no network.
"""

from __future__ import annotations

from training_analyzer.planning.agenda import Agenda
from training_analyzer.planning.asked import Span, Wish
from training_analyzer.planning.due import (
    NextDue,
    after_run,
    next_slot,
    should_sync,
    spread,
    too_soon_until,
)
from training_analyzer.planning.ledger import (
    Coverage,
    LedgerDay,
    days_of_failure,
    days_of_rows,
    keep_asked_days,
    unsupported_days,
)
from training_analyzer.planning.plan import Plan, plan, plan_snapshots

__all__ = [
    "Agenda",
    "Coverage",
    "LedgerDay",
    "NextDue",
    "Plan",
    "Span",
    "Wish",
    "after_run",
    "days_of_failure",
    "days_of_rows",
    "keep_asked_days",
    "next_slot",
    "plan",
    "plan_snapshots",
    "should_sync",
    "spread",
    "too_soon_until",
    "unsupported_days",
]
