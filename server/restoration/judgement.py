"""Whether a step's picture may be seen: what was measured, against gates and signatures."""

from collections.abc import Sequence
from typing import cast

from server.catalogue.model import Photo
from server.restoration.engine import OperationTraits
from server.restoration.guards import gates
from server.restoration.plan import Measure, Step
from server.restoration.store import Paradata, Result


def judged(
    photo: Photo, step: Step, traits: OperationTraits, made: Sequence[Result]
) -> tuple[Paradata, str]:
    """The kept result's record by today's gates, and why it may not be seen: "" where it may."""
    record = made[step.keep - 1].paradata
    if not traits.generative:
        return record, ""
    refused: list[int] = []
    reason = ""
    for number, result in enumerate(made, 1):
        measures = cast(dict[Measure, float], result.paradata.measures)
        limits = gates.limits(measures, step.gates, chroma_only=traits.chroma_only)
        if found := gates.failures(measures, limits):
            refused.append(number)
        if number == step.keep:
            record = record.model_copy(update={"gates": limits})
            reason = " ".join(found)
    signature = photo.signed.get(step.name)
    if not reason or signature:
        return record.model_copy(update={"signed": signature if reason else None}), ""
    others = [str(number) for number in range(1, len(made) + 1) if number not in refused]
    if others:
        reason += f" Candidate {', '.join(others)} passes: keep that."
    return record, f'{reason} Or sign for it: [signed] "{step.name}" = "name, date" in photo.toml.'
