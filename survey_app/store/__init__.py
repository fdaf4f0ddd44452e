"""The only place that knows SQL: what is kept, found again, and forgotten.

``Store.open(url, data_dir=...)`` gives the database; every function of ``store.gatherings``,
``store.questionnaires``, ``store.rounds``, ``store.responses``, ``store.returns``,
``store.people`` and ``store.themes`` takes it first.
"""

from survey_app.store.database import Store

__all__ = ["Store"]
