"""Checks documents against the schemas in the repository, as a program in another language would."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from console.schemas import schema_files

ROOT = Path(__file__).parent.parent.parent
ANSWER_SAMPLES = ROOT / "examples" / "answers"
ANSWERS = {Path(name).stem for name in schema_files() if name.startswith("answers/")}
FORMATS = FormatChecker(["date-time", "date"])


def complaints(schema: str, document: Any) -> Sequence[str]:
    """What is wrong with a document, each with its place in it; `schema` is named as `answers/status`."""
    written = json.loads((ROOT / "schemas" / f"{schema}.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(written, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
