-- What was answered to a request, without a value, so that the same request is answered alike and counted once.
CREATE TABLE unmask_requests (
    tenant TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL,
    outcomes BLOB NOT NULL,
    PRIMARY KEY (tenant, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX unmask_requests_by_time ON unmask_requests (at);

-- What a second person is asked, and what they answered. Tokens are digests of sealed values, 16 bytes each.
CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    asker_key TEXT NOT NULL,
    asker_person TEXT NOT NULL,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL,
    classes TEXT NOT NULL,
    tokens BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    approver_key TEXT,
    approver_person TEXT,
    answered_at INTEGER
) STRICT;
CREATE INDEX approvals_by_tenant ON approvals (tenant, asked_at);
