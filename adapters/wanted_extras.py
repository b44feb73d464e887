"""Libraries that come with an optional extra, asked for before anything is imported from them."""

from importlib.util import find_spec

from adapters.settings import SettingsRefused


def need_extra(extra: str, *modules: str) -> None:
    """Raises `SettingsRefused`, with what installs them, when a library of an extra is missing."""
    missing = [name for name in modules if not _is_there(name)]
    if missing:
        raise SettingsRefused(
            f"this needs the package {' and '.join(missing)}, which is not installed here: "
            f"pip install '.[{extra}]'"
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it lies in is missing itself
        return False
