"""What a model's picture must measure before it may be seen. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.restoration.plan import Measure


@dataclass(frozen=True, slots=True)
class Gate:
    """One measure's limit, and what a curator can do about a picture that fails it."""

    limit: float
    at_least: bool
    unit: str
    remedy: str


_GENTLER = "Lower the step's strength, or try another seed."

GATES: Mapping[Measure, Gate] = {
    "low_frequency_psnr": Gate(40.0, True, "dB", _GENTLER),
    "agreement": Gate(14.0, True, "dB", "The model drew another picture. " + _GENTLER),
    "displacement": Gate(2.0, False, "px", "The model moved the picture. " + _GENTLER),
    "lightness_drift": Gate(8.0, False, "L*", _GENTLER),
    "lightness_drift_p95": Gate(25.0, False, "L*", _GENTLER),
    "invented": Gate(0.9, False, "of the picture", _GENTLER),
    "identity": Gate(0.6, True, "", "A face changed: outline it with protect = true."),
}
"""Of every generative step."""

COLOUR_GATES: Mapping[Measure, Gate] = {
    **GATES,
    "lightness_drift": Gate(0.2, False, "L*", "Report this: lightness is locked."),
    "lightness_drift_p95": Gate(0.2, False, "L*", "Report this: lightness is locked."),
    "invented": Gate(1.0, False, "of the picture", _GENTLER),
}
"""Of a step that may change colour alone. 0.2 L* is half a level of 255 in mid grey; colour
without evidence is always invented, and said so."""


def limits(
    measures: Mapping[Measure, float], chosen: Mapping[Measure, float], *, chroma_only: bool
) -> dict[str, float]:
    """The limit of each measure that was taken; ``chosen`` are the recipe's own."""
    table = COLOUR_GATES if chroma_only else GATES
    return {name: chosen.get(name, table[name].limit) for name in measures}


def failures(measures: Mapping[Measure, float], gates: Mapping[str, float]) -> list[str]:
    """A sentence for every measure beyond its limit, with figure, gate and remedy."""
    found = []
    for name, value in measures.items():
        gate, limit = GATES[name], gates[name]
        if value >= limit if gate.at_least else value <= limit:
            continue
        unit = f" {gate.unit}".rstrip()
        bound = "at least" if gate.at_least else "at most"
        words = name.replace("_", " ")
        found.append(
            f"{words} is {value:.3g}{unit}, the gate asks for {bound} {limit:g}. {gate.remedy}"
        )
    return found
