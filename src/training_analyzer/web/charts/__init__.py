"""Drawings: pure functions from values and a `Tongue` to SVG. The way in is each module.

A drawing takes its data, `width` (one of `rooms`), `tongue` and `label` (its finding in the
person's words); `rooms(partial(draw, data, tongue=…, label=…))` makes one for each room.
Time runs from left to right in every language. A missing value is a gap, zero is drawn.
"""
