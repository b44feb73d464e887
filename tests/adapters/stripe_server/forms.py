"""Form-encoded bodies with brackets: `metadata[licence_id]=L1&expand[0]=charge`."""

import re
from urllib.parse import parse_qsl

Fields = dict[str, str]


def fields_of(body: str) -> Fields:
    """Every field by its name as it was sent; one that is sent twice counts as it came last."""
    return dict(parse_qsl(body, keep_blank_values=True))


def below(fields: Fields, name: str) -> dict[str, str]:
    """The fields `name[...]`, by what stands in the brackets."""
    return {
        match[1]: value for key, value in fields.items() if (match := re.fullmatch(rf"{name}\[(\w+)\]", key))
    }


def name_of(key: str) -> str:
    """A field's own name, without its brackets."""
    return key.partition("[")[0]
