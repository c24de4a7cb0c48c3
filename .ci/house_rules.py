"""Two of the house's rules that import-linter has no contract of its own for."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOT = "leaderjournal"
NOT_ROOMS = {"kernel", "cli", "demo", "models", "worker"}


def room_of(module: str) -> str | None:
    """Return the room that a module lives in; None in the kernel, above the rooms and outside."""
    root, *path = module.split(".")
    return path[0] if root == ROOT and path and path[0] not in NOT_ROOMS else None


class _Imports(Contract):
    """Looks at each import alone; a subclass says which ones are wrong."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports that break the rule, with their lines."""
        broken = [
            f"{importer} imports {imported} (line {detail['line_number']})"
            for importer in sorted(graph.modules)
            if importer.partition(".")[0] == ROOT
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self.is_wrong(importer, imported)
            for detail in graph.get_import_details(importer=importer, imported=imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that breaks the rule."""
        for line in check.metadata["broken"]:
            output.print_error(f"- {line}")

    def is_wrong(self, importer: str, imported: str) -> bool:
        """Tell whether the rule forbids this import."""
        raise NotImplementedError


class RoomsHaveDoors(_Imports):
    """From another room only its doors are imported, and nothing from above the rooms.

    `doors` names what is open in every room (`store`), in one (`practice.catalogue`), or to one
    module alone (`portability.export -> accounts.schemas`).
    """

    doors: Any = fields.SetField(subfield=fields.StringField())

    def is_wrong(self, importer: str, imported: str) -> bool:
        """Tell whether a room reaches into another one or above the rooms."""
        here, there = room_of(importer), room_of(imported)
        if here is None or here == there or imported.partition(".")[0] != ROOT:
            return False
        if there is None:
            return not imported.startswith(f"{ROOT}.kernel.")
        asking, asked = (name.removeprefix(f"{ROOT}.") for name in (importer, imported))
        return not self.doors & {asked.rpartition(".")[2], asked, f"{asking} -> {asked}"}


class RulesArePure(_Imports):
    """Every `rules` imports nothing but `rules`, `kernel.days` and the standard library."""

    def is_wrong(self, importer: str, imported: str) -> bool:
        """Tell whether a `rules` imports what has a clock, a request or a database."""
        if not importer.endswith(".rules"):
            return False
        if imported.partition(".")[0] == ROOT:
            return not imported.endswith((".rules", ".kernel.days"))
        return imported.partition(".")[0] not in sys.stdlib_module_names
