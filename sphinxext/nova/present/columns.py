"""The columns that each table can have, by the names that options give them."""

LAYOUT = ("path", "description", "service", "role", "files", "lines")
"""Of the folders and files of a layout."""

PERIODIC_TASKS = (
    "task",
    "manager",
    "services",
    "interval",
    "option",
    "default",
    "starts",
    "tests",
    "talks_to",
    "description",
    "source",
)
"""Of periodic tasks."""

OPTIONS = ("option", "default", "help", "tasks", "source")
"""Of the config options that periodic tasks depend on."""

RPC_FLOW = ("number", "sender", "receiver", "kind", "method", "sent_by", "condition")
"""Of the steps of an RPC flow."""

DB_CALLS = (
    "service",
    "function",
    "access",
    "way",
    "object",
    "process",
    "callers",
    "drivers",
    "implementation",
    "source",
)
"""Of database calls."""

SERVICES = (
    "binary",
    "kind",
    "topics",
    "manager",
    "endpoints",
    "workers",
    "option",
    "default",
    "database",
    "starts_at",
    "source",
)
"""Of services and commands."""

SERVICE_KINDS = ("wsgi", "multi-process", "single-process", "proxy", "all-in-one", "command")
"""The kinds of processes, as the JSON answer calls them."""

RPC_METHODS = (
    "method",
    "topic",
    "namespace",
    "kind",
    "versions",
    "client",
    "endpoint",
    "arguments",
    "callers",
)
"""Of what can be asked over RPC."""
