-- The facts of a concluded agreement cannot be changed, whoever asks (A11). What may still be written
-- to a row: its end and that the sub-partner has left, once each; and, when its document was erased
-- because its time was over (EV-16), that nobody is named any more.
CREATE FUNCTION keep_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['ended_at', 'how', 'sub_partner_left_at', 'person', 'function']
         = to_jsonb(OLD) - ARRAY['ended_at', 'how', 'sub_partner_left_at', 'person', 'function']
       AND (OLD.ended_at IS NULL OR (NEW.ended_at, NEW.how) = (OLD.ended_at, OLD.how))
       AND (OLD.sub_partner_left_at IS NULL OR NEW.sub_partner_left_at = OLD.sub_partner_left_at)
       AND ((NEW.person, NEW.function) = (OLD.person, OLD.function)
            OR (NEW.person = '' AND NEW.function = '' AND NEW.ended_at IS NOT NULL
                AND NOT EXISTS (SELECT FROM agreement_documents WHERE agreement_id = OLD.id)))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the facts of a concluded agreement are not changed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
COMMENT ON FUNCTION keep_agreement() IS 'Lets through the end of an agreement, the leaving of its sub-partner and erasure; nothing else (A11).';
CREATE TRIGGER agreements_facts_kept BEFORE UPDATE ON agreements
    FOR EACH ROW EXECUTE FUNCTION keep_agreement();

-- Only what has ended can go; the document goes before it, by its own narrow path.
CREATE FUNCTION keep_agreement_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NULL THEN
        RAISE EXCEPTION 'an agreement in force is not deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER agreements_in_force_kept BEFORE DELETE ON agreements
    FOR EACH ROW EXECUTE FUNCTION keep_agreement_in_force();
CREATE TRIGGER agreements_kept BEFORE TRUNCATE ON agreements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
