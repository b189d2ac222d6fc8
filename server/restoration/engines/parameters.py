"""A recipe's parameters against an engine's table of them, told in words a curator understands."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_Params = TypeVar("_Params", bound=BaseModel)


def parsed(kind: type[_Params], operation: str, params: Mapping[str, Any]) -> _Params:
    """The parameters of an operation, checked against ``kind``; what is None counts as left out.

    Raises:
        ValueError: a sentence naming the parameter, its limits and its value.
    """
    for name in params:
        if name not in kind.model_fields:
            near = get_close_matches(name, kind.model_fields, n=1)
            known = ", ".join(kind.model_fields)
            hint = f"Did you mean {near[0]}?" if near else f"It has: {known}."
            raise ValueError(f"{operation} has no parameter {name!r}. {hint}")
    given = {name: value for name, value in params.items() if value is not None}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "missing":
            raise ValueError(f"{operation} needs {name}: a name in models.toml.") from None
        reason = fault["msg"].removeprefix("Input ")
        raise ValueError(f"{name} {reason}; it is {fault['input']!r}.") from None
