"""The evidence pack: what the published marts can show of how AI is governed, mapped to DSIT's self-assessment."""

from orchestration.evidence.pack import EvidencePack, Scope, write_evidence

__all__ = ["EvidencePack", "Scope", "write_evidence"]
