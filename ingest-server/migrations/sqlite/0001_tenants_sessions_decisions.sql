-- Times are whole microseconds since 1970. Session identifiers are 16 bytes.
CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

-- Only a digest of a key is kept: the key itself is shown once, when it is made.
CREATE TABLE tenant_keys (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    digest BLOB NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (id),
    subject TEXT NOT NULL,
    origin TEXT NOT NULL,
    channel TEXT NOT NULL,
    consent TEXT NOT NULL,
    device_class TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    verdict TEXT,
    verdict_at INTEGER,
    login_at INTEGER,
    step_up_at INTEGER,
    learnt_at INTEGER,
    learnt TEXT,
    learn_after INTEGER
) STRICT;
CREATE INDEX sessions_by_subject ON sessions (tenant, subject, created_at);
CREATE INDEX sessions_to_learn ON sessions (ended_at) WHERE learnt_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX sessions_to_end ON sessions (expires_at) WHERE ended_at IS NULL;

-- One row a decision: what went in and what came out. A session's state is nothing but its inputs applied in
-- order, so that the same rows resume it after a restart and reproduce any of its decisions.
CREATE TABLE decisions (
    row INTEGER PRIMARY KEY,
    session BLOB NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    page INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    risk REAL NOT NULL,
    input BLOB NOT NULL,
    outcome BLOB NOT NULL,
    versions TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX decisions_by_session ON decisions (session, number);

CREATE TABLE biometric_references (
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    device_class TEXT NOT NULL,
    version INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_from BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, subject, device_class, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE feedback (
    row INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    session BLOB NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX feedback_by_session ON feedback (session);
