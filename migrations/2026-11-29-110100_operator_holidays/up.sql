-- Whose public holidays the operator keeps (F10); without an entry those of all of Germany.
ALTER TABLE operator ADD CONSTRAINT operator_holidays CHECK (
    coalesce(facts ->> 'holidays', 'DE') IN (
        'DE', 'DE-BW', 'DE-BY', 'DE-BE', 'DE-BB', 'DE-HB', 'DE-HH', 'DE-HE', 'DE-MV', 'DE-NI', 'DE-NW',
        'DE-RP', 'DE-SL', 'DE-SN', 'DE-ST', 'DE-SH', 'DE-TH'));
