ALTER TABLE customers DROP COLUMN source_version;
ALTER TABLE users DROP COLUMN external_id;
ALTER TABLE bookings DROP COLUMN external_id;
DROP TABLE idempotency_keys;
DROP TABLE api_tokens;
DROP TABLE api_clients;
