-- Further people of an account, each enrolled as a subject of their own. Who left stays with the time, so that what was
-- decided until then can be decided again; erasing the account or the person removes the row.
CREATE TABLE account_people (
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    left_at INTEGER
) STRICT;
CREATE UNIQUE INDEX account_people_now ON account_people (tenant, subject, person) WHERE left_at IS NULL;
CREATE INDEX account_people_by_subject ON account_people (tenant, subject, joined_at);
CREATE INDEX account_people_by_person ON account_people (tenant, person);
