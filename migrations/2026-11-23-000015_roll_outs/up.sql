-- Rolling out a contract version to those who concluded an older one (rows 35 to 37).

CREATE TABLE roll_outs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id BIGINT NOT NULL REFERENCES contract_versions (id),
    mode TEXT NOT NULL CONSTRAINT roll_outs_mode CHECK (mode IN ('inform', 'conclude')),
    partner_id BIGINT REFERENCES partners (id),
    concluded_version TEXT,
    numbers BIGINT[],
    started_at TIMESTAMPTZ NOT NULL,
    started_by BIGINT NOT NULL REFERENCES users (id),
    paused_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    how TEXT CONSTRAINT roll_outs_how CHECK (how IN ('done', 'ended', 'superseded')),
    after_number BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT roll_outs_finished_with_how CHECK ((finished_at IS NULL) = (how IS NULL))
);
COMMENT ON TABLE roll_outs IS 'Telling customers of a contract version, or asking them to conclude it, one after the other.';
COMMENT ON COLUMN roll_outs.mode IS 'inform: nothing is asked for (row 35); conclude: a new conclusion is (row 36).';
COMMENT ON COLUMN roll_outs.partner_id IS 'Only customers of this Mandant.';
COMMENT ON COLUMN roll_outs.concluded_version IS 'Only those whose agreement in force has this version.';
COMMENT ON COLUMN roll_outs.numbers IS 'Only these customers; one that is erased is taken out.';
COMMENT ON COLUMN roll_outs.after_number IS 'Every customer of the set up to this number has been looked at.';
CREATE UNIQUE INDEX roll_outs_one_open ON roll_outs (version_id) WHERE finished_at IS NULL;

CREATE TABLE roll_out_customers (
    roll_out_id BIGINT NOT NULL REFERENCES roll_outs (id),
    customer_number BIGINT NOT NULL REFERENCES customers (number),
    state TEXT COLLATE "C" NOT NULL CONSTRAINT roll_out_customers_state CHECK (
        state IN ('informed', 'waiting', 'concluded', 'declined', 'unanswered', 'closed', 'skipped', 'failed')),
    reason TEXT,
    at TIMESTAMPTZ NOT NULL,
    tried_at TIMESTAMPTZ,
    PRIMARY KEY (roll_out_id, customer_number),
    CONSTRAINT roll_out_customers_reason CHECK ((state = 'skipped') = (reason IS NOT NULL))
);
COMMENT ON TABLE roll_out_customers IS 'Who was reached by a roll-out, once, and what became of it; erased with the customer.';
COMMENT ON COLUMN roll_out_customers.reason IS 'Why the customer was left out.';
COMMENT ON COLUMN roll_out_customers.at IS 'Since when the customer is in this state.';
COMMENT ON COLUMN roll_out_customers.tried_at IS 'When one that failed was last tried again.';
CREATE INDEX roll_out_customers_by_state ON roll_out_customers (roll_out_id, state, customer_number);
CREATE INDEX roll_out_customers_by_customer ON roll_out_customers (customer_number);

CREATE TABLE roll_out_figures (
    roll_out_id BIGINT NOT NULL REFERENCES roll_outs (id),
    word TEXT COLLATE "C" NOT NULL,
    shard SMALLINT NOT NULL,
    customers BIGINT NOT NULL,
    PRIMARY KEY (roll_out_id, word, shard)
);
COMMENT ON TABLE roll_out_figures IS 'How many customers are in which state, written with it, so that nobody has to count. Outlasts the customers.';
COMMENT ON COLUMN roll_out_figures.word IS 'A state, or skipped: and the reason.';
COMMENT ON COLUMN roll_out_figures.shard IS 'Several rows per word, so that those who conclude at once do not wait for each other.';

CREATE INDEX agreements_in_force_by_version ON agreements ((offer ->> 'version'), customer_number)
    WHERE ended_at IS NULL;

-- How many mails of roll-outs wait for their first attempt is asked before every batch.
CREATE INDEX mails_of_roll_outs ON mails (id)
    WHERE state = 'queued' AND attempts = 0
      AND (kind_key = 'new_version' OR (kind_key = 'request' AND kind ->> 'reason' = 'roll_out'));

-- What was told of a new version is proof (EV-12).
DROP INDEX mails_forgettable;
CREATE INDEX mails_forgettable ON mails (done_at)
    WHERE done_at IS NOT NULL
      AND kind ->> 'kind' NOT IN ('request', 'reminder', 'concluded', 'objected', 'ended', 'announcement', 'dissented', 'dissent_settled', 'new_version');
