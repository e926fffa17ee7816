ALTER TABLE bookings ADD COLUMN option_ends_at TIMESTAMPTZ,
    ADD CONSTRAINT bookings_option_end CHECK (option_ends_at IS NULL OR (ums AND option_ends_at >= booked_at));
COMMENT ON COLUMN bookings.option_ends_at IS 'From when the booking goes on without the UMS option (B5); empty while nobody cancelled that.';
