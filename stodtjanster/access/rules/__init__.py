"""The rules in order, as paths: what an actor's question has to pass, and where it leads.

The numbers in the modules are those of the decision rules (`docs/access.md`).
"""
