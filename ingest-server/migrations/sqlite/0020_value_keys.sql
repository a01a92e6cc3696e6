-- A subject's secret, wrapped under the tenant's key: what is sealed for the subject opens with it alone. Removing
-- the row makes all of that unreadable.
CREATE TABLE subject_secrets (
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (tenant, subject)
) STRICT, WITHOUT ROWID;

-- The sealed values that random tokens stand for, by a digest of the token. `subject` is empty where the value
-- belongs to no subject.
CREATE TABLE value_tokens (
    row INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    lookup TEXT NOT NULL,
    class TEXT NOT NULL,
    subject TEXT NOT NULL,
    key_version INTEGER NOT NULL,
    expires_at INTEGER,
    sealed TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX value_tokens_by_lookup ON value_tokens (tenant, lookup);
CREATE INDEX value_tokens_by_version ON value_tokens (tenant, class, key_version);
CREATE INDEX value_tokens_by_subject ON value_tokens (tenant, subject) WHERE subject <> '';
CREATE INDEX value_tokens_to_end ON value_tokens (expires_at) WHERE expires_at IS NOT NULL;

-- Where the rewrapping of a tenant's and class's tokens stands, so that it goes on where it was cut off.
CREATE TABLE rewrap_jobs (
    tenant TEXT NOT NULL,
    class TEXT NOT NULL,
    to_version INTEGER NOT NULL,
    after_row INTEGER NOT NULL,
    rewrapped INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (tenant, class)
) STRICT, WITHOUT ROWID;
