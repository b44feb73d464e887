"""The rules: values, counting, decisions, messages and ports. Pydantic and the standard library, nothing
else."""
