-- How many customers had each status, day by day, for the chart on the operator's start page.

CREATE TABLE status_days (
    day DATE NOT NULL,
    status TEXT NOT NULL,
    customers BIGINT NOT NULL CONSTRAINT status_days_customers CHECK (customers >= 0),
    PRIMARY KEY (day, status)
);
COMMENT ON TABLE status_days IS 'How many customers had each status on a day, Berlin time. All statuses of a day are written at once, also those nobody has.';
