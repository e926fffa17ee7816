DROP TABLE tombstones, document_stamps, seal_certificates, audit_head, audit_events;
DROP FUNCTION allow_only_erasure();
