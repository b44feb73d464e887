"""Fits what YAML read to a model: where a text is wanted and a number stands, its spelling is meant."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from console.scenario_yaml import WrittenFloat, WrittenInt


def spelled(section: Mapping[str, object], model: type[BaseModel]) -> dict[str, object]:
    """The section with ids and versions as texts (`licence_id: 1001`, `shop_version: 8.10`)."""
    wanted = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    return {key: _fitted(value, wanted.get(key)) for key, value in section.items()}


def _fitted(value: object, annotation: object) -> object:
    members = list(_members(annotation))
    match value:
        case dict():
            models = [
                member for member in members if isinstance(member, type) and issubclass(member, BaseModel)
            ]
            return spelled(value, models[0]) if len(models) == 1 else value
        case list():
            items = [get_args(member)[0] for member in members if get_origin(member) is tuple]
            return [_fitted(item, items[0] if items else None) for item in value]
        case WrittenInt():
            return value.written if str in members else int(value)
        case WrittenFloat():
            return value.written if str in members else float(value)
        case _:
            return value


def _members(annotation: object) -> Iterator[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation
