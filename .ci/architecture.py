"""Architecture tests: two import rules that import-linter has no contract of its own for."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOT = "leaderjournal"
SHARED_MODULES = {
    "backups",
    "cli",
    "demo",
    "doctor",
    "kernel",
    "models",
    "navigation",
    "settings_menu",
    "today",
    "worker",
}
"""Below the packages (`kernel`) or above them."""


def get_package(module: str) -> str | None:
    """Return the package of the domain that a module belongs to; None for every other module."""
    root, *path = module.split(".")
    return path[0] if root == ROOT and path and path[0] not in SHARED_MODULES else None


class _ImportContract(Contract):
    """Checks each import by itself; a subclass says which ones are forbidden."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the forbidden imports, with their lines."""
        broken = [
            f"{importer} imports {imported} (line {detail['line_number']})"
            for importer in sorted(graph.modules)
            if importer.partition(".")[0] == ROOT
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self.is_forbidden(importer, imported)
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each forbidden import."""
        for line in check.metadata["broken"]:
            output.print_error(f"- {line}")

    def is_forbidden(self, importer: str, imported: str) -> bool:
        """Tell whether the contract forbids this import."""
        raise NotImplementedError


class UsePublicInterfaces(_ImportContract):
    """A package imports only the public interfaces of another one, and nothing from above.

    `public_interfaces` names modules that are public in every package (`store`), in one
    (`practice.catalogue`), or to one module alone (`portability.api -> accounts.schemas`).
    """

    public_interfaces: Any = fields.SetField(subfield=fields.StringField())

    def is_forbidden(self, importer: str, imported: str) -> bool:
        """Tell whether a package imports another one's inner module, or one from above."""
        own, other = get_package(importer), get_package(imported)
        if own is None or own == other or imported.partition(".")[0] != ROOT:
            return False
        if other is None:
            return not imported.startswith(f"{ROOT}.kernel.")
        user, used = (name.removeprefix(f"{ROOT}.") for name in (importer, imported))
        return not self.public_interfaces & {used.rpartition(".")[2], used, f"{user} -> {used}"}


class RulesArePure(_ImportContract):
    """Every `rules` imports nothing but `rules`, `kernel.days` and the standard library.

    `pure_libraries` may be imported too: those that compute over plain values.
    """

    pure_libraries: Any = fields.SetField(subfield=fields.StringField(), required=False)

    def is_forbidden(self, importer: str, imported: str) -> bool:
        """Tell whether a `rules` imports what has a clock, a request or a database."""
        if not importer.endswith(".rules"):
            return False
        if imported.partition(".")[0] == ROOT:
            return not imported.endswith((".rules", ".kernel.days"))
        library = imported.partition(".")[0]
        return library not in sys.stdlib_module_names and library not in self.pure_libraries
