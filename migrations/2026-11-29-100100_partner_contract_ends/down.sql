DELETE FROM alerts WHERE kind = 'partner_contract_ends';
DO $$
DECLARE
    known TEXT;
BEGIN
    SELECT pg_get_expr(conbin, conrelid) INTO STRICT known
    FROM pg_constraint WHERE conname = 'alerts_kind' AND conrelid = 'alerts'::regclass;
    ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
    EXECUTE format('ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind <> %L AND %s)', 'partner_contract_ends', known);
END
$$;
