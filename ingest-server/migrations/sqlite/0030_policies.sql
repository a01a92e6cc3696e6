-- Every policy that ever answered or waited, by its version, so that a decision can be made again with the policy
-- that it was made with.
CREATE TABLE policy_texts (
    version TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- What was done with them, in order; the state is nothing but these steps. An empty tenant is the deployment's own
-- policy, which tenants follow that have none.
CREATE TABLE policy_steps (
    number INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- What the staged policy would have answered, beside what the active one did.
ALTER TABLE decisions ADD COLUMN shadow BLOB;
