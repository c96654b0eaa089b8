-- Not applied by the migrations: roles need the right to manage access, which the sink's user should not have.
-- Run once, by a user who may: clickhouse-client --multiquery < deploy/clickhouse/grants.sql

-- Analysts read everything but the originals behind the keyed hashes and the bytes of rejected records. SELECT alone:
-- no files, addresses or other servers (these are rights of their own), no tables, not even temporary ones.
CREATE ROLE IF NOT EXISTS cloudtag_analyst;
GRANT SELECT ON cloudtag.* TO cloudtag_analyst;
REVOKE SELECT ON cloudtag.identities FROM cloudtag_analyst;
REVOKE SELECT ON cloudtag.dead_letters FROM cloudtag_analyst;
REVOKE SELECT ON cloudtag.dead_letters_latest FROM cloudtag_analyst;
REVOKE SELECT ON cloudtag.key_marks FROM cloudtag_analyst;

-- With the role comes the lock: nothing is changed, no setting either, and one question has its bounds.
CREATE SETTINGS PROFILE IF NOT EXISTS cloudtag_analyst
SETTINGS readonly = 1, max_execution_time = 300, max_memory_usage = 8000000000
TO cloudtag_analyst;

-- Those who may learn who a keyed hash is (a fraud case, a request for erasure).
CREATE ROLE IF NOT EXISTS cloudtag_investigator;
GRANT SELECT ON cloudtag.identities TO cloudtag_investigator;

-- The desk reads what is shown, and who a buyer is, without which no event can name one. It changes nothing.
CREATE ROLE IF NOT EXISTS cloudtag_desk;
GRANT SELECT ON cloudtag.* TO cloudtag_desk;
REVOKE SELECT ON cloudtag.dead_letters FROM cloudtag_desk;
REVOKE SELECT ON cloudtag.dead_letters_latest FROM cloudtag_desk;
REVOKE SELECT ON cloudtag.key_marks FROM cloudtag_desk;
CREATE SETTINGS PROFILE IF NOT EXISTS cloudtag_desk
SETTINGS readonly = 1, max_execution_time = 60, max_memory_usage = 4000000000
TO cloudtag_desk;

-- The sink stores rows, and changes and deletes rows where a buyer is to be forgotten. It changes no table.
CREATE ROLE IF NOT EXISTS cloudtag_sink;
GRANT SELECT, INSERT ON cloudtag.* TO cloudtag_sink;
GRANT ALTER UPDATE, ALTER DELETE ON cloudtag.* TO cloudtag_sink;

-- A person: CREATE USER mei IDENTIFIED BY '…' DEFAULT ROLE cloudtag_analyst; GRANT cloudtag_analyst TO mei;
