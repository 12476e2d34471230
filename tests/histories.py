"""What the store does with a change of view, in memory: for tests that follow a history without a database."""

from services.tariffs.rules.decisions import Piece, Rectangle


def carried_out(history, step, at):
    """What the store does with a change: open rectangles closed at the moment, new ones opened, all others left."""
    closed = [
        Rectangle(r.in_force, r.known_from, at, r.tariff)
        if r.known_until is None and Piece(r.in_force, r.tariff) in step.closed
        else r
        for r in history
    ]
    return closed + [Rectangle(piece.in_force, at, None, piece.tariff) for piece in step.opened]
