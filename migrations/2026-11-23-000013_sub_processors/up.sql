-- The register of general sub-processors and its announced changes. What stood in the operator's
-- particulars moves into the register.

CREATE TABLE announcements (
    id UUID PRIMARY KEY,
    position BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    state TEXT NOT NULL CONSTRAINT announcements_state CHECK (state IN ('draft', 'sending', 'paused', 'sent')),
    reason TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    starts_on DATE NOT NULL,
    days INTEGER NOT NULL CONSTRAINT announcements_days CHECK (days >= 14),
    changes JSONB NOT NULL,
    list_before JSONB,
    list_after JSONB,
    drafted_at TIMESTAMPTZ NOT NULL,
    drafted_by BIGINT NOT NULL REFERENCES users (id),
    confirmed_at TIMESTAMPTZ,
    confirmed_by BIGINT REFERENCES users (id),
    finished_at TIMESTAMPTZ,
    recipients BIGINT NOT NULL DEFAULT 0,
    made BIGINT NOT NULL DEFAULT 0,
    after_number BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT announcements_confirmed CHECK ((state = 'draft') = (confirmed_at IS NULL)),
    CONSTRAINT announcements_confirmed_by_whom CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT announcements_lists CHECK ((confirmed_at IS NULL) = (list_before IS NULL) AND (confirmed_at IS NULL) = (list_after IS NULL)),
    CONSTRAINT announcements_finished CHECK ((state = 'sent') = (finished_at IS NOT NULL))
);
COMMENT ON TABLE announcements IS 'Announced changes of the register (C-14 … C-19, EV-12). What is confirmed keeps its words.';
COMMENT ON COLUMN announcements.days IS 'Days of the period after sending.';
COMMENT ON COLUMN announcements.changes IS 'Who comes, who leaves, who comes for whom.';
COMMENT ON COLUMN announcements.list_before IS 'The whole list before, as it was announced.';
COMMENT ON COLUMN announcements.recipients IS 'Agreements in force when it was confirmed.';
COMMENT ON COLUMN announcements.made IS 'Notices that were made so far.';
COMMENT ON COLUMN announcements.after_number IS 'Every customer up to this number has its notice; -1: all have, but for those overtaken while they concluded.';
CREATE INDEX announcements_by_state ON announcements (state, position);

CREATE TABLE sub_processors (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facts JSONB NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    added_by UUID REFERENCES announcements (id),
    removed_by UUID REFERENCES announcements (id),
    CONSTRAINT sub_processors_period CHECK (valid_until >= valid_from),
    CONSTRAINT sub_processors_removed CHECK ((valid_until IS NULL) = (removed_by IS NULL))
);
COMMENT ON TABLE sub_processors IS 'The register of general sub-processors (LC-24, LC-30). A list is what is valid on a day.';
COMMENT ON COLUMN sub_processors.facts IS 'Name, address, contact, service, place, mechanism, delimitation: as contracts copy them.';
COMMENT ON COLUMN sub_processors.valid_until IS 'The first day on which it is not on the list any more.';

INSERT INTO sub_processors (facts, valid_from)
    SELECT entry, DATE '2026-01-01'
    FROM operator, jsonb_array_elements(facts -> 'sub_processors') WITH ORDINALITY AS listed (entry, place)
    ORDER BY place;
UPDATE operator SET facts = facts - 'sub_processors';
