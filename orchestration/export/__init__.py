"""Files for other tools: made from the published file alone, and tied to the ledger before anybody can see them."""

from orchestration.export.journal import JournalOptions
from orchestration.export.run import EXPORTS, export
from orchestration.export.totals import ControlTotals, Exported, UntiedExportError

__all__ = ["EXPORTS", "ControlTotals", "Exported", "JournalOptions", "UntiedExportError", "export"]
