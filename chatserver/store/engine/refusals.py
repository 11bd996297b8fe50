"""The reasons for which a store is not opened; each message is a sentence for the operator."""


class StoreRefused(Exception):
    """The store cannot be opened as it is."""


class NewerDatabase(StoreRefused):
    """A newer version of this program has written the database."""


class UnsuitableServer(StoreRefused):
    """The database server cannot hold the store."""


class DatabaseUnreachable(StoreRefused):
    """No connection to the database server could be made."""


class MovedAway(StoreRefused):
    """The tables were moved to another engine."""


class InterruptedMove(StoreRefused):
    """A move between the engines has not come to its end."""


class MissingDriver(StoreRefused):
    """The package that speaks to the database server is not installed."""


class DatabaseInUse(StoreRefused):
    """Another server has the database."""
