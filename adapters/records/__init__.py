"""The records: what the marketplace knows, and what was decided in every request; SQLite or PostgreSQL.

How to compose them::

    from adapters.records.migrations.run import upgrade           # async: upgrade(url)
    from adapters.records.migrations.standing import is_current   # async: is_current(url)
    from adapters.records.opened import OperatorDesk, Records

    await upgrade(url)                        # sqlite:///path/to/file.db | postgresql://user:pass@host/name
    async with Records.open(url) as records:  # one engine a process; without `with`: records.close()
        records.care        # CareRecords       (business_care.ports)
        records.directory   # RequestDirectory
        records.products    # ProductRecords    (business_care.deactivation.ports)
        records.deactivations   # DeactivationDirectory
        records.commands    # CommandLog
        records.closures    # Closures
        records.switches    # PaymentSwitches
        records.report      # adapters.records.report.Report: what `simulate --json` shows
        records.notices(OperatorDesk(address="desk@market.example", language="en"))   # NoticeQueue
        records.database    # what the payment adapters are built on

    from adapters.payments.once import OncePayments
    from adapters.payments.ledger import LedgerProvider
    from adapters.payments.simulated import SimulatedProvider

    OncePayments(records.database, LedgerProvider(records.database))     # business_care.ports.Payments

    from adapters.records.seed_file import read_records, read_policy     # mapping -> RecordsFile | Policy
    from adapters.records.seed import load

    await load(records.database, read_records(document["records"]), policy=read_policy(document["policy"]))

`database.py` holds the engine, the transactions and the translation of a driver's failures; `*_tables.py` the
tables; `steps.py` and `deactivation_steps.py` what a workflow stores; each port has a file of its own.
"""
