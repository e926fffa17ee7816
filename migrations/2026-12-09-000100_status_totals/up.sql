-- How many customers have each status, kept with the rows of the list: exact however many there are, and
-- no row that every write waits for. Whoever writes a row of the list leaves the difference, in the same
-- transaction; a job adds the differences up; who reads takes both.

CREATE TABLE status_totals (
    whose TEXT COLLATE "C" NOT NULL CONSTRAINT status_totals_whose CHECK (whose IN ('all', 'partner', 'sub')),
    who BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    customers BIGINT NOT NULL,
    PRIMARY KEY (whose, who, status),
    CONSTRAINT status_totals_all CHECK (whose <> 'all' OR who = 0)
);
COMMENT ON TABLE status_totals IS 'Customers by status: all of them, those of each Mandant and those of each Submandant; without what is in `status_changes`. Can be counted anew from `case_rows` at any time.';
COMMENT ON COLUMN status_totals.who IS 'Key of the partner; 0 for all, and for the customers without a Mandant.';

CREATE TABLE status_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner_id BIGINT,
    sub_partner_id BIGINT,
    status TEXT COLLATE "C" NOT NULL,
    customers BIGINT NOT NULL CONSTRAINT status_changes_change CHECK (customers <> 0)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE status_changes IS 'Differences that are not in `status_totals` yet: how many customers more or less. Read by every page with counts, so it is kept short.';

CREATE FUNCTION status_scopes(partner BIGINT, sub_partner BIGINT) RETURNS TABLE (whose TEXT, who BIGINT)
    LANGUAGE sql IMMUTABLE AS $$
    SELECT scope.whose, scope.who
    FROM (VALUES ('all', 0::bigint), ('partner', coalesce(partner, 0)), ('sub', sub_partner)) AS scope (whose, who)
    WHERE scope.who IS NOT NULL
$$;
COMMENT ON FUNCTION status_scopes(BIGINT, BIGINT) IS 'Among whose customers one with this Mandant and this Submandant counts.';

CREATE FUNCTION note_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO status_changes (partner_id, sub_partner_id, status, customers)
        SELECT partner_id, sub_partner_id, status, count(*) FROM added GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO status_changes (partner_id, sub_partner_id, status, customers)
        SELECT partner_id, sub_partner_id, status, -count(*) FROM removed GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO status_changes (partner_id, sub_partner_id, status, customers)
        SELECT partner_id, sub_partner_id, status, sum(customers) FROM (
            SELECT partner_id, sub_partner_id, status, -1 AS customers FROM removed
            UNION ALL
            SELECT partner_id, sub_partner_id, status, 1 FROM added
        ) AS changed GROUP BY 1, 2, 3 HAVING sum(customers) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER case_rows_added AFTER INSERT ON case_rows
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_status_changes();
CREATE TRIGGER case_rows_changed AFTER UPDATE ON case_rows
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_status_changes();
CREATE TRIGGER case_rows_removed AFTER DELETE ON case_rows
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION note_status_changes();

-- What the totals lack: differences, and rows whose time has come but that say the status before. The
-- second are written every minute, so they are few; if more than ten thousand wait, the others count
-- under the status they had until then.
CREATE FUNCTION status_differences(as_of TIMESTAMPTZ)
    RETURNS TABLE (partner_id BIGINT, sub_partner_id BIGINT, status TEXT, customers BIGINT)
    LANGUAGE sql STABLE AS $$
    SELECT partner_id, sub_partner_id, status, customers FROM status_changes
    UNION ALL
    SELECT late.partner_id, late.sub_partner_id, turned.status, turned.customers
    FROM (SELECT partner_id, sub_partner_id, status, next_status FROM case_rows
          WHERE next_at <= as_of ORDER BY next_at, number LIMIT 10000) AS late,
         LATERAL (VALUES (late.status, -1::bigint), (late.next_status, 1::bigint)) AS turned (status, customers)
$$;
COMMENT ON FUNCTION status_differences(TIMESTAMPTZ) IS 'What is to be added to status_totals to have the customers by status as of this moment.';

-- In the place of status_counts, which stops at a cap and is still called by the version before this one.
CREATE FUNCTION customers_by_status(asked TEXT, partner BIGINT, statuses TEXT[], as_of TIMESTAMPTZ)
    RETURNS BIGINT[] LANGUAGE plpgsql STABLE
    -- Planning it takes four times as long as doing it, and no argument changes the plan.
    SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT greatest(coalesce(sum(c.customers), 0), 0)::bigint
        FROM unnest(statuses) WITH ORDINALITY AS s (one, at)
        LEFT JOIN (
            SELECT t.status, t.customers FROM status_totals t WHERE t.whose = asked AND t.who = partner
            UNION ALL
            SELECT d.status, d.customers FROM status_differences(as_of) d
            WHERE asked = 'all' OR (asked = 'partner' AND d.partner_id = partner) OR (asked = 'sub' AND d.sub_partner_id = partner)
        ) AS c ON c.status = s.one
        GROUP BY s.at ORDER BY s.at);
END
$$;
COMMENT ON FUNCTION customers_by_status(TEXT, BIGINT, TEXT[], TIMESTAMPTZ) IS 'How many customers have each of these statuses, in their order: all, those of a Mandant, or those of a Submandant.';

INSERT INTO status_totals
    SELECT whose, who, status, sum(customers)
    FROM (SELECT partner_id, sub_partner_id, status, count(*) AS customers FROM case_rows GROUP BY 1, 2, 3) AS counted,
         status_scopes(partner_id, sub_partner_id)
    GROUP BY 1, 2, 3;
