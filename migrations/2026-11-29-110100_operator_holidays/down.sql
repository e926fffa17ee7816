ALTER TABLE operator DROP CONSTRAINT operator_holidays;
