-- Locked users whose time is over are found by this (A9); their rows stay without name and address,
-- because other rows say by their key who did something.
CREATE INDEX users_forgettable ON users (disabled_at)
    WHERE disabled_at IS NOT NULL AND email NOT LIKE '%@erased.invalid';
COMMENT ON COLUMN users.email IS 'To sign in with; erased-KEY@erased.invalid once the user was erased.';
