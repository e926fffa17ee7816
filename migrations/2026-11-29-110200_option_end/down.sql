ALTER TABLE bookings DROP COLUMN option_ends_at;
