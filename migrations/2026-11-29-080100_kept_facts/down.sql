DROP TRIGGER agreements_kept ON agreements;
DROP TRIGGER agreements_in_force_kept ON agreements;
DROP FUNCTION keep_agreement_in_force();
DROP TRIGGER agreements_facts_kept ON agreements;
DROP FUNCTION keep_agreement();
