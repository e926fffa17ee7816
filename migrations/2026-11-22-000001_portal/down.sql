DROP FUNCTION status_counts(TEXT, BIGINT, TEXT[], INTEGER, TIMESTAMPTZ);
DROP TABLE audit_events, mails, password_links, attempts, sessions, users, case_words, case_rows, objections,
    agreement_documents, agreements, links, requests, bookings, customers, partners, products, operator CASCADE;
DROP FUNCTION refuse_change();
