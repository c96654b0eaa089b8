"""What another policy would have said about the same events. Pure but for `packs`, which reads files."""

from cloudtag.backtest.run import Backtest, backtest

__all__ = ["Backtest", "backtest"]
