"""What declarations are drawn from: one table. A kind that is off is drawn nowhere."""

KINDS = {
    # relations
    "foreign key": True,
    "reverse foreign key": True,
    "one-to-one": True,
    "one-to-one backward": True,
    "self": True,
    "self backward": True,
    "to_field": True,
    "to_field backward": True,
    "partitioned child": True,
    "partitioned child backward": True,
    "child without a key": True,
    "child without a key backward": True,
    "parent link": True,
    "parent link backward": True,
    "child table": True,
    "child table backward": True,
    "composite child": True,
    "composite child backward": True,
    "many-to-many": True,
    "many-to-many through": True,
    "many-to-many with itself": True,
    # sources
    "source without a key": True,
    "child as source": True,
    "proxy as source": True,
    "composite key as source": True,
    "read model as source": True,
    "grouped": True,
    "grouped over paths": True,
    # expressions
    "aggregate": True,
    "rows": True,
    "aggregate over several hops": True,
    "rows over several hops": True,
    "subquery": True,
    "exists": True,
    "filter": True,
    # what happens
    "verify while everything may have changed": True,
    # documents
    "documents with moments and keys": True,
}
